import { windowKey } from '#libs/contract';
import { rfc3339, ROW, safeAmountAt, type PublishedScope, type ScopeRef } from '#libs/domain';
import { prepare, PreparedStore, putPrepared, type PreparedBytes } from '../bytes/prepared-bytes.js';
import { putDecimal, putMicros, putWhole } from '../bytes/put.js';
import { TimeBytes } from '../bytes/time-bytes.js';

/** Up to these, digits are written from doubles: JavaScript writes the same ones, and division by a million is exact enough. */
const MOST_MICROS = 2 ** 48;
const MOST_COUNT = 1e15;
/** Most bytes of a window's text, apart from its head. */
export const MOST_TEXT_BYTES = 1_200;
const QUOTE = 34;
const COMMA = 44;
const CLOSE = 125;

const END = prepare('","end":"');
const REVISION = prepare('","revision":');
const BREAKDOWN = prepare('","breakdown":{');
const DIMENSION_FIELDS = [
  [ROW.labour, prepare('"labour":"')],
  [ROW.system, prepare('"system":"')],
  [ROW.marketing, prepare('"marketing":"')],
  [ROW.outsourcing, prepare('"outsourcing":"')],
  [ROW.training, prepare('"training":"')],
] as const;
const INTERACTIONS = prepare('},"interactions":');
const HANDLED = prepare(',"handledByAgents":');
const AUTOMATED = prepare(',"automated":');
const RESOLVED = prepare(',"resolved":');
const HANDLE_SECONDS = prepare(',"handleSeconds":');
const COMPLAINTS = prepare(',"complaints":');
const CSAT_SUM = prepare(',"csatSum":');
const CSAT_COUNT = prepare(',"csatCount":');
const OVERTIME = prepare(',"overtimeAmount":"');
const REPETITIVE = prepare('","repetitiveByAgents":');
const ERRORS = prepare(',"errors":');
const REST_FIELDS = [ROW.complaints, ROW.csatMicros, ROW.csatCount, ROW.repetitiveByAgents, ROW.errors] as const;
/** What {@link putRest} writes where there is nothing of these. */
const PLAIN_REST = prepare(
  ',"complaints":0,"csatSum":0,"csatCount":0,"overtimeAmount":"0.00","repetitiveByAgents":0,"errors":0}',
);

/** Which window of a scope it is. */
export interface WindowEnd {
  readonly window: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly revision: number;
}

/** What is the same in all windows of one scope. */
export interface ScopeTexts {
  /** Of the windows' keys, up to the window's name. */
  readonly key: PreparedBytes;
  /** The beginning of the JSON text, up to the window's name. */
  readonly head: PreparedBytes;
  /** Of `cost.windows`, by the number of the name; undefined: nobody asked yet. */
  readonly partitions: (number | undefined)[];
}

/** What is the same in all windows of one length. */
export interface NameTexts {
  readonly number: number;
  readonly name: string;
  /** The name, with which a key ends. */
  readonly key: PreparedBytes;
  /** The name, and what follows it up to the start. */
  readonly head: PreparedBytes;
}

/** The texts that windows begin with, made once for all who write them. Agents are many: a window's name is not theirs. */
export class WindowHeads {
  private readonly store = new PreparedStore();
  private readonly scopes = new Map<ScopeRef, ScopeTexts>();
  private readonly names = new Map<string, NameTexts>();
  /** Asked for last: windows come kind by kind. */
  private last: NameTexts | undefined;

  /** `partitionFor` gives the partition of `cost.windows` for a key. */
  constructor(private readonly partitionFor: (key: string) => number) {}

  /** `ref`: always the same object for a scope; `scope` is its. */
  of(ref: ScopeRef, scope: PublishedScope): ScopeTexts {
    let texts = this.scopes.get(ref);
    if (!texts) {
      const key = this.store.prepare(windowKey(scope, ref.id, ''));
      const head = this.store.prepare(`{"scope":"${scope}","id":${JSON.stringify(ref.id)},"window":"`);
      // Of its full length at once: an array that grows is given room for many more.
      const partitions = new Array<undefined>(this.names.size).fill(undefined);
      this.scopes.set(ref, (texts = { key, head, partitions }));
    }
    return texts;
  }

  ofName(name: string): NameTexts {
    if (this.last?.name !== name) this.last = this.textsOf(name);
    return this.last;
  }

  private textsOf(name: string): NameTexts {
    let texts = this.names.get(name);
    if (!texts) {
      texts = { number: this.names.size, name, key: prepare(name), head: prepare(`${name}","start":"`) };
      this.names.set(name, texts);
    }
    return texts;
  }

  partitionOf({ partitions }: ScopeTexts, scope: PublishedScope, id: string, { number, name }: NameTexts): number {
    return (partitions[number] ??= this.partitionFor(windowKey(scope, id, name)));
  }
}

/** The JSON text of windows, written from their sums: what `JSON.stringify(costWindowOf(…))` gives. */
export class WindowText {
  private readonly start = new TimeBytes(rfc3339);
  private readonly end = new TimeBytes(rfc3339);
  private currency = '';
  private afterRevision: PreparedBytes = prepare('');

  /** `totalMicros`: what {@link quickTotal} gave for the content. */
  put(
    bytes: Uint8Array,
    view: DataView,
    from: number,
    scope: ScopeTexts,
    name: NameTexts,
    window: WindowEnd,
    content: Float64Array,
    totalMicros: number,
    currency: string,
  ): number {
    if (currency !== this.currency) {
      this.currency = currency;
      this.afterRevision = prepare(`,"currency":${JSON.stringify(currency)},"amount":"`);
    }
    let at = putPrepared(view, putPrepared(view, from, scope.head), name.head);
    at = putPrepared(view, this.start.put(view, at, window.startMs), END);
    at = putPrepared(view, this.end.put(view, at, window.endMs), REVISION);
    at = putPrepared(view, putWhole(bytes, at, window.revision), this.afterRevision);
    return putContent(bytes, view, putMicros(bytes, at, totalMicros), content);
  }
}

/** The sum of the dimensions; NaN where something in the row is not to be written from doubles. */
export function quickTotal(row: Float64Array): number {
  let totalMicros = 0;
  for (const [field] of DIMENSION_FIELDS) totalMicros += smallAmount(row, field);
  for (let field: number = ROW.interactions; field <= ROW.errors; field += 1) {
    const count = row[field] as number;
    if (!(count >= 0 && count < MOST_COUNT)) return Number.NaN;
  }
  return Number.isNaN(smallAmount(row, ROW.overtime)) ? Number.NaN : totalMicros;
}

function smallAmount(row: Float64Array, field: number): number {
  const amountMicros = safeAmountAt(row, 0, field);
  return amountMicros >= -MOST_MICROS && amountMicros <= MOST_MICROS ? amountMicros : Number.NaN;
}

/** What follows the amount, in the order and form of `costWindowOf`. */
function putContent(bytes: Uint8Array, view: DataView, from: number, row: Float64Array): number {
  let at = putPrepared(view, from, BREAKDOWN);
  const breakdownAt = at;
  for (const [field, name] of DIMENSION_FIELDS) {
    const amountMicros = safeAmountAt(row, 0, field);
    if (amountMicros === 0) continue;
    if (at > breakdownAt) bytes[at++] = COMMA;
    at = putMicros(bytes, putPrepared(view, at, name), amountMicros);
    bytes[at++] = QUOTE;
  }
  at = putWhole(bytes, putPrepared(view, at, INTERACTIONS), row[ROW.interactions] as number);
  at = putWhole(bytes, putPrepared(view, at, HANDLED), row[ROW.handledByAgents] as number);
  at = putWhole(bytes, putPrepared(view, at, AUTOMATED), row[ROW.automated] as number);
  at = putWhole(bytes, putPrepared(view, at, RESOLVED), row[ROW.resolved] as number);
  at = putDecimal(bytes, putPrepared(view, at, HANDLE_SECONDS), row[ROW.handleMicroseconds] as number, 6, 0);
  return isPlain(row) ? putPrepared(view, at, PLAIN_REST) : putRest(bytes, view, at, row);
}

/** Whether there were neither complaints nor ratings, overtime, repetitions, errors: as in most windows of agents. */
function isPlain(row: Float64Array): boolean {
  for (const field of REST_FIELDS) if (row[field] !== 0) return false;
  return safeAmountAt(row, 0, ROW.overtime) === 0;
}

function putRest(bytes: Uint8Array, view: DataView, from: number, row: Float64Array): number {
  let at = putWhole(bytes, putPrepared(view, from, COMPLAINTS), row[ROW.complaints] as number);
  at = putDecimal(bytes, putPrepared(view, at, CSAT_SUM), row[ROW.csatMicros] as number, 6, 0);
  at = putWhole(bytes, putPrepared(view, at, CSAT_COUNT), row[ROW.csatCount] as number);
  at = putMicros(bytes, putPrepared(view, at, OVERTIME), safeAmountAt(row, 0, ROW.overtime));
  at = putWhole(bytes, putPrepared(view, at, REPETITIVE), row[ROW.repetitiveByAgents] as number);
  at = putWhole(bytes, putPrepared(view, at, ERRORS), row[ROW.errors] as number);
  bytes[at] = CLOSE;
  return at + 1;
}
