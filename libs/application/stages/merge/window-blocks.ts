import { costWindowHeaders, encodeCostWindow } from '#libs/contract';
import { isPublishedScope, readSums, rfc3339, type ScopeRef } from '#libs/domain';
import { HeaderTemplate } from '../bytes/header-template.js';
import { putPrepared } from '../bytes/prepared-bytes.js';
import { putVarint, putWhole } from '../bytes/put.js';
import { BlockWriter, type RecordBlock, type TopicBlock } from '../bytes/record-block.js';
import { TIME_BYTES, TimeBytes } from '../bytes/time-bytes.js';
import { costWindowOf, type PublishedWindow } from './convert-window.js';
import { unlessOverflow } from './unless-overflow.js';
import {
  MOST_TEXT_BYTES,
  quickTotal,
  WindowText,
  type NameTexts,
  type ScopeTexts,
  type WindowEnd,
  type WindowHeads,
} from './window-text.js';

/** Bytes of a record apart from key and head. */
const OVERHEAD_BYTES = MOST_TEXT_BYTES + 400;
/** A value of so many bytes has a length of two. Of a head without the window's name. */
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
    const texts = this.heads.of(ref, scope);
    const name = this.heads.ofName(window.window);
    const partition = this.heads.partitionOf(texts, scope, id, name);
    const block = (this.writers[partition] ??= new BlockWriter('costWindows', partition)).next();
    const totalMicros = quickTotal(content);
    if (Number.isNaN(totalMicros) || texts.head.length > MOST_HEAD_BYTES)
      return addByObject(block, { scope, id, ...window, measures: readSums(content, 0) }, currency);
    const keyBytes = texts.key.length + name.key.length;
    block.begin(OVERHEAD_BYTES + 3 * keyBytes + texts.head.length + name.head.length);
    const { bytes, view } = block;
    const valueAt = putKey(view, putVarint(bytes, block.at, keyBytes), texts, name) + 2;
    const at = this.text.put(bytes, view, valueAt, texts, name, window, content, totalMicros, currency);
    // A value takes 64 to 8191 bytes: two for its length.
    putVarint(bytes, valueAt - 2, at - valueAt);
    block.at = this.putHeaders(bytes, view, at, texts, name, window);
    block.end();
    return true;
  }

  private putHeaders(
    bytes: Uint8Array,
    view: DataView,
    from: number,
    texts: ScopeTexts,
    name: NameTexts,
    { endMs, revision }: WindowEnd,
  ): number {
    const keyBytes = texts.key.length + name.key.length;
    let at = this.headers.putUpTo(0, view, from);
    const digits = revision < 10 ? 1 : String(revision).length;
    const idAt = putVarint(bytes, at, keyBytes + TIME_BYTES + 2 + digits);
    at = putKey(view, idAt, texts, name);
    bytes[at++] = COLON;
    at = this.end.put(view, at, endMs);
    bytes[at++] = COLON;
    at = putWhole(bytes, at, revision);
    at = this.headers.putUpTo(1, view, at);
    at = this.end.put(view, putVarint(bytes, at, TIME_BYTES), endMs);
    at = this.headers.putUpTo(2, view, at);
    at = putKey(view, putVarint(bytes, at, keyBytes), texts, name);
    return this.headers.putUpTo(3, view, at);
  }

  /** The blocks since the last call. */
  drain(): TopicBlock[] {
    return this.writers.flatMap((writer) => writer?.drain() ?? []);
  }
}

function putKey(view: DataView, at: number, texts: ScopeTexts, name: NameTexts): number {
  return putPrepared(view, putPrepared(view, at, texts.key), name.key);
}

function addByObject(block: RecordBlock, result: PublishedWindow, currency: string): boolean {
  const record = unlessOverflow(() => encodeCostWindow(costWindowOf(result, currency), 'merge'));
  if (record) block.add(record);
  return record !== undefined;
}
