import { costWindowHeaders, encodeCostWindow } from '#libs/contract';
import { isPublishedScope, readSums, rfc3339, type ScopeRef } from '#libs/domain';
import { HeaderTemplate } from '../bytes/header-template.js';
import { putPrepared, type PreparedBytes } from '../bytes/prepared-bytes.js';
import { putVarint, putWhole } from '../bytes/put.js';
import { BlockWriter, type RecordBlock, type TopicBlock } from '../bytes/record-block.js';
import { TIME_BYTES, TimeBytes } from '../bytes/time-bytes.js';
import { costWindowOf, type PublishedWindow } from './convert-window.js';
import { unlessOverflow } from './unless-overflow.js';
import { MOST_TEXT_BYTES, quickTotal, WindowText, type WindowEnd, type WindowHeads } from './window-text.js';

/** Bytes of a record apart from key and head. */
const OVERHEAD_BYTES = MOST_TEXT_BYTES + 400;
/** A value of so many bytes has a length of two. */
const MOST_HEAD_BYTES = 3_000;
const COLON = 58;

/**
 * Windows as records, written from their rows of sums straight into blocks: the bytes that `encodeCostWindow(costWindowOf(…))`
 * gives, which a test holds them against. What a double cannot hold, or has a name of unusual length, goes that way.
 */
export class WindowBlocks {
  private readonly writers: (BlockWriter | undefined)[] = [];
  private readonly text = new WindowText();
  private readonly end = new TimeBytes(rfc3339);
  private readonly headers = new HeaderTemplate(costWindowHeaders('', { end: '', revision: 0 }, 'merge'), [
    'ce_id',
    'ce_time',
    'ce_subject',
  ]);

  constructor(private readonly heads: WindowHeads) {}

  /**
   * Writes the window of `ref`, always the same object for a scope. `content`: its sums. False, and nothing is written, where
   * an amount has more digits than the contract has room for. Of a scope that is not published nothing is written either.
   */
  add(ref: ScopeRef, window: WindowEnd, content: Float64Array, currency: string): boolean {
    const { scope, id } = ref;
    if (!isPublishedScope(scope)) return true;
    const texts = this.heads.of(ref, scope, window.window);
    const block = (this.writers[texts.partition] ??= new BlockWriter('costWindows', texts.partition)).next();
    const totalMicros = quickTotal(content);
    if (Number.isNaN(totalMicros) || texts.head.length > MOST_HEAD_BYTES)
      return addByObject(block, { scope, id, ...window, measures: readSums(content, 0) }, currency);
    const { key, head } = texts;
    block.begin(OVERHEAD_BYTES + 3 * key.length + head.length);
    const { bytes, view } = block;
    const valueAt = putPrepared(view, putVarint(bytes, block.at, key.length), key) + 2;
    const at = this.text.put(bytes, view, valueAt, head, window, content, totalMicros, currency);
    // A value takes 64 to 8191 bytes: two for its length.
    putVarint(bytes, valueAt - 2, at - valueAt);
    block.at = this.putHeaders(bytes, view, at, key, window);
    block.end();
    return true;
  }

  private putHeaders(
    bytes: Uint8Array,
    view: DataView,
    from: number,
    key: PreparedBytes,
    { endMs, revision }: WindowEnd,
  ): number {
    let at = this.headers.putUpTo(0, view, from);
    const idAt = putVarint(bytes, at, key.length + TIME_BYTES + 2 + String(revision).length);
    at = putPrepared(view, idAt, key);
    bytes[at++] = COLON;
    at = this.end.put(view, at, endMs);
    bytes[at++] = COLON;
    at = putWhole(bytes, at, revision);
    at = this.headers.putUpTo(1, view, at);
    at = this.end.put(view, putVarint(bytes, at, TIME_BYTES), endMs);
    at = this.headers.putUpTo(2, view, at);
    at = putPrepared(view, putVarint(bytes, at, key.length), key);
    return this.headers.putUpTo(3, view, at);
  }

  /** The blocks since the last call. */
  drain(): TopicBlock[] {
    return this.writers.flatMap((writer) => writer?.drain() ?? []);
  }
}

function addByObject(block: RecordBlock, result: PublishedWindow, currency: string): boolean {
  const record = unlessOverflow(() => encodeCostWindow(costWindowOf(result, currency), 'merge'));
  if (record) block.add(record);
  return record !== undefined;
}
