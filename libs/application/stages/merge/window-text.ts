import { windowKey } from '#libs/contract';
import { rfc3339, ROW, safeAmountAt, type PublishedScope, type ScopeRef } from '#libs/domain';
import { bytesOf, putBytes, putDecimal, putMicros, putRange, putWhole, TimeBytes } from '../bytes/put.js';

/** Up to these, digits are written from doubles: JavaScript writes the same ones, and division by a million is exact enough. */
const MOST_MICROS = 2 ** 48;
const MOST_COUNT = 1e15;
/** Most bytes of a window's text, apart from its head. */
export const MOST_TEXT_BYTES = 1_200;
const QUOTE = 34;

const END = bytesOf('","end":"');
const REVISION = bytesOf('","revision":');
const BREAKDOWN = bytesOf('","breakdown":{');
const DIMENSION_FIELDS = [
  [ROW.labour, bytesOf('"labour":"')],
  [ROW.system, bytesOf('"system":"')],
  [ROW.marketing, bytesOf('"marketing":"')],
  [ROW.outsourcing, bytesOf('"outsourcing":"')],
  [ROW.training, bytesOf('"training":"')],
] as const;
const INTERACTIONS = bytesOf('},"interactions":');
const HANDLED = bytesOf(',"handledByAgents":');
const AUTOMATED = bytesOf(',"automated":');
const RESOLVED = bytesOf(',"resolved":');
const HANDLE_SECONDS = bytesOf(',"handleSeconds":');
const COMPLAINTS = bytesOf(',"complaints":');
const CSAT_SUM = bytesOf(',"csatSum":');
const CSAT_COUNT = bytesOf(',"csatCount":');
const OVERTIME = bytesOf(',"overtimeAmount":"');
const REPETITIVE = bytesOf('","repetitiveByAgents":');
const ERRORS = bytesOf(',"errors":');

/** Which window of a scope it is. */
export interface WindowEnd {
  readonly window: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly revision: number;
}

/** What is the same in all windows of one scope and length. */
export interface WindowTexts {
  readonly key: Uint8Array;
  readonly partition: number;
  /** The beginning of the JSON text, up to the start. */
  readonly head: Uint8Array;
}

/** {@link WindowTexts} by window, then by the object that stands for the scope; made once for all who write windows. */
export class WindowHeads {
  private readonly texts = new Map<string, Map<ScopeRef, WindowTexts>>();

  /** `partitionOf` gives the partition of `cost.windows` for a key. */
  constructor(private readonly partitionOf: (key: string) => number) {}

  /** `ref`: always the same object for a scope; `scope` is its. */
  of(ref: ScopeRef, scope: PublishedScope, window: string): WindowTexts {
    let ofWindow = this.texts.get(window);
    if (!ofWindow) this.texts.set(window, (ofWindow = new Map<ScopeRef, WindowTexts>()));
    let texts = ofWindow.get(ref);
    if (!texts) {
      const key = windowKey(scope, ref.id, window);
      const head = `{"scope":"${scope}","id":${JSON.stringify(ref.id)},"window":"${window}","start":"`;
      ofWindow.set(ref, (texts = { key: bytesOf(key), partition: this.partitionOf(key), head: bytesOf(head) }));
    }
    return texts;
  }
}

/** The JSON text of windows, written from their sums: what `JSON.stringify(costWindowOf(…))` gives. */
export class WindowText {
  private readonly start = new TimeBytes(rfc3339);
  private readonly end = new TimeBytes(rfc3339);
  private currency = '';
  private afterRevision: Uint8Array = new Uint8Array(0);

  /** `totalMicros`: what {@link quickTotal} gave for the content. */
  put(
    bytes: Uint8Array,
    from: number,
    head: Uint8Array,
    window: WindowEnd,
    content: Float64Array,
    totalMicros: number,
    currency: string,
  ): number {
    if (currency !== this.currency) {
      this.currency = currency;
      this.afterRevision = bytesOf(`,"currency":${JSON.stringify(currency)},"amount":"`);
    }
    let at = putBytes(bytes, from, head);
    at = putRange(bytes, this.start.put(bytes, at, window.startMs), END, 0, END.length);
    at = putRange(bytes, this.end.put(bytes, at, window.endMs), REVISION, 0, REVISION.length);
    at = putBytes(bytes, putWhole(bytes, at, window.revision), this.afterRevision);
    return putContent(bytes, putMicros(bytes, at, totalMicros), content);
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
function putContent(bytes: Uint8Array, from: number, row: Float64Array): number {
  let at = putRange(bytes, from, BREAKDOWN, 0, BREAKDOWN.length);
  const breakdownAt = at;
  for (const [field, name] of DIMENSION_FIELDS) {
    const amountMicros = safeAmountAt(row, 0, field);
    if (amountMicros === 0) continue;
    if (at > breakdownAt) bytes[at++] = 44;
    at = putMicros(bytes, putRange(bytes, at, name, 0, name.length), amountMicros);
    bytes[at++] = QUOTE;
  }
  at = putCount(bytes, at, INTERACTIONS, row[ROW.interactions] as number);
  at = putCount(bytes, at, HANDLED, row[ROW.handledByAgents] as number);
  at = putCount(bytes, at, AUTOMATED, row[ROW.automated] as number);
  at = putCount(bytes, at, RESOLVED, row[ROW.resolved] as number);
  at = putMillionths(bytes, at, HANDLE_SECONDS, row[ROW.handleMicroseconds] as number);
  at = putCount(bytes, at, COMPLAINTS, row[ROW.complaints] as number);
  at = putMillionths(bytes, at, CSAT_SUM, row[ROW.csatMicros] as number);
  at = putCount(bytes, at, CSAT_COUNT, row[ROW.csatCount] as number);
  at = putRange(bytes, at, OVERTIME, 0, OVERTIME.length);
  at = putMicros(bytes, at, safeAmountAt(row, 0, ROW.overtime));
  at = putCount(bytes, at, REPETITIVE, row[ROW.repetitiveByAgents] as number);
  at = putCount(bytes, at, ERRORS, row[ROW.errors] as number);
  bytes[at] = 125;
  return at + 1;
}

function putCount(bytes: Uint8Array, at: number, name: Uint8Array, count: number): number {
  return putWhole(bytes, putRange(bytes, at, name, 0, name.length), count);
}

function putMillionths(bytes: Uint8Array, at: number, name: Uint8Array, millionths: number): number {
  return putDecimal(bytes, putRange(bytes, at, name, 0, name.length), millionths, 6, 0);
}
