import {
  packMeasures,
  unpackMeasures,
  type BillFacts,
  type Dimension,
  type Driver,
  type Measures,
  type PackedMeasures,
  type Scope,
  type ScopeRef,
} from '#libs/domain';

/**
 * What a cost task tells a merge task with each commit (topic `spendline.panes`): its watermark, and what its records
 * add to the panes of the merge task's scopes. Deltas, not states: exactly-once delivery makes them safe to add.
 * Encoding is this module's alone, so that a binary form can replace it.
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

/** What one handler of contacts did in one channel: the own people, or a vendor. */
export interface CellDelta {
  /** Absent: the own people. */
  readonly vendorId?: string;
  readonly channel: string;
  /** Start of the coarse pane. */
  readonly tMs: number;
  readonly delta: Measures;
}

interface Wire {
  s: number;
  n: number;
  w: number | null;
  i: 0 | 1;
  m: number | null;
  p?: [Scope, string, number, 0 | 1, PackedMeasures][];
  l?: [Scope, string, string, Dimension, string, number, number, BillFacts, (0 | 1)?][];
  r?: [string, string, number, number][];
  c?: [string | null, string, number, PackedMeasures][];
  v?: readonly string[];
  a?: (Omit<AllocationDelta, 'amountMicros'> & { amountMicros: string })[];
  d?: [Scope, string, number, number, number][];
}

export function encodePanes(message: PanesMessage): string {
  const wire: Wire = {
    s: message.source,
    n: message.sources,
    w: message.watermarkMs ?? null,
    i: message.idle ? 1 : 0,
    m: message.latestMs ?? null,
    ...(message.panes.length > 0 && {
      p: message.panes.map((pane) => [
        pane.scope,
        pane.id,
        pane.tMs,
        pane.calendarOnly ? 1 : 0,
        packMeasures(pane.delta),
      ]),
    }),
    ...(message.lines.length > 0 && {
      l: message.lines.map((line) => [
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
    ...(message.revenues.length > 0 && {
      r: message.revenues.map(({ revenueId, amountMicros, startMs, endMs }) => [
        revenueId,
        String(amountMicros),
        startMs,
        endMs,
      ]),
    }),
    ...(message.cells.length > 0 && {
      c: message.cells.map(({ vendorId, channel, tMs, delta }) => [
        vendorId ?? null,
        channel,
        tMs,
        packMeasures(delta),
      ]),
    }),
    ...(message.bills !== NO_BILL_NEWS && billNewsWire(message.bills)),
  };
  return JSON.stringify(wire);
}

/** Throws SyntaxError for anything that {@link encodePanes} did not write: the topic is ours alone. */
export function decodePanes(value: Buffer): PanesMessage {
  const wire = JSON.parse(value.toString('utf8')) as Wire;
  return {
    source: wire.s,
    sources: wire.n,
    watermarkMs: wire.w ?? undefined,
    idle: wire.i === 1,
    latestMs: wire.m ?? undefined,
    panes: (wire.p ?? []).map(([scope, id, tMs, calendar, packed]) => ({
      scope,
      id,
      tMs,
      calendarOnly: calendar === 1,
      delta: unpackMeasures(packed),
    })),
    lines: (wire.l ?? []).map(([scope, id, lineId, dimension, amount, startMs, endMs, facts, corrects]) => ({
      scope,
      id,
      lineId,
      dimension,
      amountMicros: BigInt(amount),
      startMs,
      endMs,
      ...facts,
      ...(corrects === 1 && { corrects: true }),
    })),
    revenues: (wire.r ?? []).map(([revenueId, amount, startMs, endMs]) => ({
      revenueId,
      amountMicros: BigInt(amount),
      startMs,
      endMs,
    })),
    cells: (wire.c ?? []).map(([vendorId, channel, tMs, packed]) => ({
      ...(vendorId !== null && { vendorId }),
      channel,
      tMs,
      delta: unpackMeasures(packed),
    })),
    bills: billNewsOf(wire),
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

function factsOf({ bookedAs, promotion, subcategory, text, vendorId }: BillFacts): BillFacts {
  return {
    ...(bookedAs !== undefined && { bookedAs }),
    ...(promotion !== undefined && { promotion }),
    ...(subcategory !== undefined && { subcategory }),
    ...(text !== undefined && { text }),
    ...(vendorId !== undefined && { vendorId }),
  };
}
