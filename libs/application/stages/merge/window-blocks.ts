import { costWindowHeaders, encodeCostWindow, windowKey } from '#libs/contract';
import {
  isPublishedScope,
  readSums,
  rfc3339,
  ROW,
  safeAmountAt,
  type PublishedScope,
  type ScopeRef,
} from '#libs/domain';
import { HeaderTemplate } from '../bytes/header-template.js';
import { bytesOf, putBytes, putDecimal, putMicros, putRange, putVarint, putWhole, TimeBytes } from '../bytes/put.js';
import { BlockWriter, type RecordBlock, type TopicBlock } from '../bytes/record-block.js';
import { costWindowOf, type PublishedWindow } from './convert-window.js';
import { unlessOverflow } from './unless-overflow.js';

/** Up to these, digits are written from doubles: JavaScript writes the same ones, and division by a million is exact enough. */
const MOST_MICROS = 2 ** 48;
const MOST_COUNT = 1e15;
/** Bytes of a record apart from key and head. */
const OVERHEAD_BYTES = 1_600;
/** A value of so many bytes has a length of two. */
const MOST_HEAD_BYTES = 3_000;
const TIME_BYTES = 24;
const COLON = 58;
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
interface WindowTexts {
  readonly key: Uint8Array;
  readonly partition: number;
  /** The beginning of the JSON text, up to the start. */
  readonly head: Uint8Array;
}

/**
 * Windows as records, written from their rows of sums straight into blocks: the bytes that `encodeCostWindow(costWindowOf(…))`
 * gives, which a test holds them against. What a double cannot hold, or has a name of unusual length, goes that way.
 */
export class WindowBlocks {
  /** By window, then by the object that stands for the scope. */
  private readonly texts = new Map<string, Map<ScopeRef, WindowTexts>>();
  private readonly writers: (BlockWriter | undefined)[] = [];
  private readonly start = new TimeBytes(rfc3339);
  private readonly end = new TimeBytes(rfc3339);
  private readonly headers = new HeaderTemplate(costWindowHeaders('', { end: '', revision: 0 }, 'merge'), [
    'ce_id',
    'ce_time',
    'ce_subject',
  ]);
  private currency = '';
  private afterRevision: Uint8Array = new Uint8Array(0);

  /** `partitionOf` gives the partition of `cost.windows` for a key. */
  constructor(private readonly partitionOf: (key: string) => number) {}

  /**
   * Writes the window of `ref`, always the same object for a scope. `content`: its sums. False, and nothing is written, where
   * an amount has more digits than the contract has room for. Of a scope that is not published nothing is written either.
   */
  add(ref: ScopeRef, window: WindowEnd, content: Float64Array, currency: string): boolean {
    const { scope, id } = ref;
    if (!isPublishedScope(scope)) return true;
    const texts = this.textsOf(ref, scope, window.window);
    const block = (this.writers[texts.partition] ??= new BlockWriter('costWindows', texts.partition)).next();
    const totalMicros = quickTotal(content);
    if (Number.isNaN(totalMicros) || texts.head.length > MOST_HEAD_BYTES)
      return addByObject(block, { scope, id, ...window, measures: readSums(content, 0) }, currency);
    if (currency !== this.currency) {
      this.currency = currency;
      this.afterRevision = bytesOf(`,"currency":${JSON.stringify(currency)},"amount":"`);
    }
    const { key, head } = texts;
    block.begin(OVERHEAD_BYTES + 3 * key.length + head.length);
    const { bytes } = block;
    const valueAt = putBytes(bytes, putVarint(bytes, block.at, key.length), key) + 2;
    let at = putBytes(bytes, valueAt, head);
    at = putRange(bytes, this.start.put(bytes, at, window.startMs), END, 0, END.length);
    at = putRange(bytes, this.end.put(bytes, at, window.endMs), REVISION, 0, REVISION.length);
    at = putBytes(bytes, putWhole(bytes, at, window.revision), this.afterRevision);
    at = putContent(bytes, putMicros(bytes, at, totalMicros), content);
    // A value takes 64 to 8191 bytes: two for its length.
    putVarint(bytes, valueAt - 2, at - valueAt);
    block.at = this.putHeaders(bytes, at, key, window);
    block.end();
    return true;
  }

  private putHeaders(bytes: Uint8Array, from: number, key: Uint8Array, { endMs, revision }: WindowEnd): number {
    let at = this.headers.putUpTo(0, bytes, from);
    const idAt = putVarint(bytes, at, key.length + TIME_BYTES + 2 + String(revision).length);
    at = putBytes(bytes, idAt, key);
    bytes[at++] = COLON;
    at = this.end.put(bytes, at, endMs);
    bytes[at++] = COLON;
    at = putWhole(bytes, at, revision);
    at = this.headers.putUpTo(1, bytes, at);
    at = this.end.put(bytes, putVarint(bytes, at, TIME_BYTES), endMs);
    at = this.headers.putUpTo(2, bytes, at);
    at = putBytes(bytes, putVarint(bytes, at, key.length), key);
    return this.headers.putUpTo(3, bytes, at);
  }

  private textsOf(ref: ScopeRef, scope: PublishedScope, window: string): WindowTexts {
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

  /** The blocks since the last call. */
  drain(): TopicBlock[] {
    return this.writers.flatMap((writer) => writer?.drain() ?? []);
  }
}

/** The sum of the dimensions; NaN where something in the row is not to be written from doubles. */
function quickTotal(row: Float64Array): number {
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

function addByObject(block: RecordBlock, result: PublishedWindow, currency: string): boolean {
  const record = unlessOverflow(() => encodeCostWindow(costWindowOf(result, currency), 'merge'));
  if (record) block.add(record);
  return record !== undefined;
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
