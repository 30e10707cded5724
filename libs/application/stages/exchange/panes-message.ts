import {
  packMeasures,
  readRow,
  ROW_FIELDS,
  SCOPES,
  unpackMeasures,
  type BillFacts,
  type Dimension,
  type Driver,
  type Measures,
  type PackedMeasures,
  type Scope,
  type ScopeRef,
} from '#libs/domain';
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { MAX_VARINT_BYTES, putVarint } from '../bytes/put.js';
import { MAX_ROW_BYTES, putRow, readRowInto } from '../bytes/row-bytes.js';

/**
 * What a cost task tells a merge task with each commit (topic `spendline.panes`): its watermark, and what its records
 * add to the panes of the merge task's scopes. Deltas, not states: exactly-once delivery makes them safe to add. What
 * contacts add comes as rows of varints, grouped by scope; the rest as JSON behind them.
 */
export interface PanesMessage {
  /** Partition of the cost task. */
  readonly source: number;
  /** How many cost tasks there are, as that task sees it. */
  readonly sources: number;
  /** Event time, epoch ms; undefined before the first event. */
  readonly watermarkMs: number | undefined;
  /** Nothing came for the idle time and nothing is waiting: do not wait for it. */
  readonly idle: boolean;
  /** Largest event time that the task has seen. */
  readonly latestMs: number | undefined;
  readonly panes: readonly PaneDelta[];
  readonly lines: readonly LineDelta[];
  /** For the owner of the scope that revenue is compared with. */
  readonly revenues: readonly RevenueDelta[];
  /** For the owner of the whole: what people did, by handler and channel. */
  readonly cells: readonly CellDelta[];
  /** For everybody: what concerns bills whose scopes are anywhere. */
  readonly bills: BillNews;
}

/** What every merge task is told of bills. */
export interface BillNews {
  /** Lines that are taken back whole, because a correction came. */
  readonly voids: readonly string[];
  readonly allocations: readonly AllocationDelta[];
  readonly drivers: readonly DriverDelta[];
}

/** A bill that is shared out among the ids of a scope. */
export interface AllocationDelta {
  readonly lineId: string;
  readonly to: Scope;
  readonly by: Driver;
  readonly weights?: Readonly<Record<string, number>>;
  readonly dimension: Dimension;
  readonly amountMicros: bigint;
  readonly startMs: number;
  readonly endMs: number;
  /** It stands in an earlier line's place, and is as early as that was. */
  readonly corrects?: boolean;
}

/** What an id did, in a minute, that bills are shared out by. */
export interface DriverDelta extends ScopeRef {
  readonly minuteMs: number;
  readonly handleMicroseconds: number;
  readonly contacts: number;
}

/** Nothing to tell. */
export const NO_BILL_NEWS: BillNews = { voids: [], allocations: [], drivers: [] };

export interface PaneDelta extends ScopeRef {
  /** Start of the pane; for a calendar-only delta any time in the month. */
  readonly tMs: number;
  /** Too late for rolling windows: for the calendar only. */
  readonly calendarOnly: boolean;
  readonly delta: Measures;
}

/** A bill that accrues in a scope. */
export interface LineDelta extends ScopeRef, BillFacts {
  readonly lineId: string;
  readonly dimension: Dimension;
  readonly amountMicros: bigint;
  readonly startMs: number;
  readonly endMs: number;
  /** It stands in an earlier line's place, and is as early as that was. */
  readonly corrects?: boolean;
}

/** Revenue of a period, in the organisation's currency. */
export interface RevenueDelta {
  readonly revenueId: string;
  readonly amountMicros: bigint;
  readonly startMs: number;
  readonly endMs: number;
}

/** Width of cells' panes: rules are judged each minute. */
export const CELL_MS = 60_000;

/** What one handler of contacts did in one channel: the own people, or a vendor. */
export interface CellDelta {
  /** Absent: the own people. */
  readonly vendorId?: string;
  readonly channel: string;
  /** Start of the pane, of {@link CELL_MS}. */
  readonly tMs: number;
  readonly delta: Measures;
}

/** What comes seldom, or does not fit a row of doubles: as JSON behind the rows. */
interface Wire {
  p?: [Scope, string, number, 0 | 1, PackedMeasures][];
  l?: [Scope, string, string, Dimension, string, number, number, BillFacts, (0 | 1)?][];
  r?: [string, string, number, number][];
  c?: [string | null, string, number, PackedMeasures][];
  v?: readonly string[];
  a?: (Omit<AllocationDelta, 'amountMicros'> & { amountMicros: string })[];
  d?: [Scope, string, number, number, number][];
}

/** A message's first byte. */
const FORMAT = 2;
const IDLE = 1;
const HAS_WATERMARK = 2;
const HAS_LATEST = 4;
/** Kinds of groups of rows; that of a scope is its number in SCOPES plus one. */
const END = 0;
const CELLS = 255;

/** Head of a message. `paneMs`, `cellMs`: what the rows' panes are counted in. */
export type PanesHead = Pick<PanesMessage, 'source' | 'sources' | 'watermarkMs' | 'idle' | 'latestMs'> & {
  readonly paneMs: number;
  readonly cellMs: number;
};

/** Groups of rows for one merge task, each a scope or a cell and what its panes gain. They make the middle of a message. */
export class PaneRowsWriter {
  private readonly writer = new ByteWriter();

  get isEmpty(): boolean {
    return this.writer.at === 0;
  }

  /** `scope`: its number in SCOPES. `count` rows follow. */
  beginScope(scope: number, id: Uint8Array, count: number): void {
    this.writer.byte(scope + 1);
    this.writer.lengthAndBytes(id);
    this.writer.varint(count);
  }

  /** The own people where `vendor` is empty. */
  beginCell(vendor: Uint8Array, channel: Uint8Array, count: number): void {
    this.writer.byte(CELLS);
    this.writer.lengthAndBytes(vendor);
    this.writer.lengthAndBytes(channel);
    this.writer.varint(count);
  }

  /** `pane`: its number, times two, plus one where it is for the calendar only; of a cell the number alone. */
  row(pane: number, row: Float64Array, from: number): void {
    const { writer } = this;
    writer.reserve(MAX_VARINT_BYTES + MAX_ROW_BYTES);
    writer.at = putVarint(writer.bytes, writer.at, pane);
    writer.at = putRow(writer.bytes, writer.at, row, from);
  }

  /** The groups, and their end. */
  finish(into: ByteWriter): void {
    into.reserve(this.writer.at + 1);
    into.at += this.writer.written.copy(into.bytes, into.at);
    into.byte(END);
  }
}

/** What is not in rows. */
export type PanesRest = Partial<Pick<PanesMessage, 'panes' | 'lines' | 'revenues' | 'cells' | 'bills'>>;

/** Puts a message together. */
export function encodePanes(head: PanesHead, rows: PaneRowsWriter, rest: PanesRest): Buffer {
  const { watermarkMs, latestMs } = head;
  const writer = new ByteWriter();
  writer.byte(FORMAT);
  writer.varint(head.source);
  writer.varint(head.sources);
  writer.varint(head.paneMs);
  writer.varint(head.cellMs);
  const known = (watermarkMs === undefined ? 0 : HAS_WATERMARK) | (latestMs === undefined ? 0 : HAS_LATEST);
  writer.byte(known | (head.idle ? IDLE : 0));
  if (watermarkMs !== undefined) writer.varint(watermarkMs);
  if (latestMs !== undefined) writer.varint(latestMs);
  rows.finish(writer);
  writer.text(restText(rest));
  return writer.written;
}

function restText({ panes = [], lines = [], revenues = [], cells = [], bills = NO_BILL_NEWS }: PanesRest): string {
  const count = panes.length + lines.length + revenues.length + cells.length;
  if (count === 0 && bills === NO_BILL_NEWS) return '';
  const wire: Wire = {
    ...(panes.length > 0 && {
      p: panes.map((pane) => [pane.scope, pane.id, pane.tMs, pane.calendarOnly ? 1 : 0, packMeasures(pane.delta)]),
    }),
    ...(lines.length > 0 && {
      l: lines.map((line) => [
        line.scope,
        line.id,
        line.lineId,
        line.dimension,
        String(line.amountMicros),
        line.startMs,
        line.endMs,
        factsOf(line),
        line.corrects ? 1 : 0,
      ]),
    }),
    ...(revenues.length > 0 && {
      r: revenues.map(({ revenueId, amountMicros, startMs, endMs }) => [
        revenueId,
        String(amountMicros),
        startMs,
        endMs,
      ]),
    }),
    ...(cells.length > 0 && {
      c: cells.map(({ vendorId, channel, tMs, delta }) => [vendorId ?? null, channel, tMs, packMeasures(delta)]),
    }),
    ...(bills !== NO_BILL_NEWS && billNewsWire(bills)),
  };
  return JSON.stringify(wire);
}

/** Takes the panes that came as rows: each scope, then its rows, which are of use only until `row` returns. */
export interface PaneRowSink {
  scope(scope: Scope, id: string): void;
  row(tMs: number, calendarOnly: boolean, row: Float64Array): void;
}

/**
 * Throws for anything that {@link encodePanes} did not write: the topic is ours alone. Panes that are in rows go to `rows`,
 * if there is one, and are then not among those of the message.
 */
export function decodePanes(value: Buffer, rows?: PaneRowSink): PanesMessage {
  const reader = new ByteReader(value);
  const format = reader.byte();
  if (format !== FORMAT) throw new RangeError(`a panes message of format ${String(format)}, not ${String(FORMAT)}`);
  const source = reader.varint();
  const sources = reader.varint();
  const paneMs = reader.varint();
  const cellMs = reader.varint();
  const flags = reader.byte();
  const watermarkMs = flags & HAS_WATERMARK ? reader.varint() : undefined;
  const latestMs = flags & HAS_LATEST ? reader.varint() : undefined;
  const panes: PaneDelta[] = [];
  const cells: CellDelta[] = [];
  const sink = rows ?? deltasInto(panes);
  for (let kind = reader.byte(); kind !== END; kind = reader.byte())
    if (kind === CELLS) readCells(reader, cellMs, cells);
    else readPanes(reader, SCOPES[kind - 1] as Scope, paneMs, sink);
  const rest = JSON.parse(reader.text() || '{}') as Wire;
  return {
    source,
    sources,
    watermarkMs,
    idle: (flags & IDLE) > 0,
    latestMs,
    panes: [...panes, ...panesOf(rest)],
    lines: linesOf(rest),
    revenues: (rest.r ?? []).map(([revenueId, amount, startMs, endMs]) => ({
      revenueId,
      amountMicros: BigInt(amount),
      startMs,
      endMs,
    })),
    cells: [...cells, ...cellsOf(rest)],
    bills: billNewsOf(rest),
  };
}

function billNewsWire({ voids, allocations, drivers }: BillNews): Pick<Wire, 'v' | 'a' | 'd'> {
  return {
    ...(voids.length > 0 && { v: voids }),
    ...(allocations.length > 0 && {
      a: allocations.map((line) => ({ ...line, amountMicros: String(line.amountMicros) })),
    }),
    ...(drivers.length > 0 && {
      d: drivers.map(({ scope, id, minuteMs, handleMicroseconds, contacts }) => [
        scope,
        id,
        minuteMs,
        handleMicroseconds,
        contacts,
      ]),
    }),
  };
}

function billNewsOf({ v, a, d }: Wire): BillNews {
  if (!v && !a && !d) return NO_BILL_NEWS;
  return {
    voids: v ?? [],
    allocations: (a ?? []).map((line) => ({ ...line, amountMicros: BigInt(line.amountMicros) })),
    drivers: (d ?? []).map(([scope, id, minuteMs, handleMicroseconds, contacts]) => ({
      scope,
      id,
      minuteMs,
      handleMicroseconds,
      contacts,
    })),
  };
}

const row = new Float64Array(ROW_FIELDS);

function readPanes(reader: ByteReader, scope: Scope, paneMs: number, into: PaneRowSink): void {
  into.scope(scope, reader.text());
  for (let left = reader.varint(); left > 0; left -= 1) {
    const pane = reader.varint();
    const calendar = pane & 1;
    readRowInto(reader, row, 0);
    into.row(((pane - calendar) / 2) * paneMs, calendar === 1, row);
  }
}

function deltasInto(panes: PaneDelta[]): PaneRowSink {
  let ref: ScopeRef;
  return {
    scope: (scope, id) => {
      ref = { scope, id };
    },
    row: (tMs, calendarOnly, values) => {
      panes.push({ ...ref, tMs, calendarOnly, delta: readRow(values, 0) });
    },
  };
}

function readCells(reader: ByteReader, cellMs: number, into: CellDelta[]): void {
  const vendorId = reader.text();
  const channel = reader.text();
  for (let left = reader.varint(); left > 0; left -= 1) {
    const tMs = reader.varint() * cellMs;
    readRowInto(reader, row, 0);
    into.push({ ...(vendorId !== '' && { vendorId }), channel, tMs, delta: readRow(row, 0) });
  }
}

function panesOf({ p = [] }: Wire): PaneDelta[] {
  return p.map(([scope, id, tMs, calendar, packed]) => ({
    scope,
    id,
    tMs,
    calendarOnly: calendar === 1,
    delta: unpackMeasures(packed),
  }));
}

function linesOf({ l = [] }: Wire): LineDelta[] {
  return l.map(([scope, id, lineId, dimension, amount, startMs, endMs, facts, corrects]) => ({
    scope,
    id,
    lineId,
    dimension,
    amountMicros: BigInt(amount),
    startMs,
    endMs,
    ...facts,
    ...(corrects === 1 && { corrects: true }),
  }));
}

function cellsOf({ c = [] }: Wire): CellDelta[] {
  return c.map(([vendorId, channel, tMs, packed]) => ({
    ...(vendorId !== null && { vendorId }),
    channel,
    tMs,
    delta: unpackMeasures(packed),
  }));
}

function factsOf({ bookedAs, promotion, subcategory, system, text, vendorId }: BillFacts): BillFacts {
  return {
    ...(bookedAs !== undefined && { bookedAs }),
    ...(promotion !== undefined && { promotion }),
    ...(subcategory !== undefined && { subcategory }),
    ...(system !== undefined && { system }),
    ...(text !== undefined && { text }),
    ...(vendorId !== undefined && { vendorId }),
  };
}
