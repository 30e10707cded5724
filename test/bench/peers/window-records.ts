import type { TopicBlock } from '#libs/application';
import { bytesOf, putBytes, putVarint, putWhole } from '../../../libs/application/stages/bytes/put.js';
import { BlockWriter } from '../../../libs/application/stages/bytes/record-block.js';
import type { Key } from './key-table.js';
import { MINUTE_MS, type Workload } from './workload.js';

const MIDDLE = bytesOf(',"n":');
const SUMS: Readonly<Record<Workload, Uint8Array>> = { w1: bytesOf(',"minor":'), w3: bytesOf(',"micros":') };
const CLOSE = 125;
/** Most bytes of a record apart from its key and head. */
const NUMBERS_BYTES = 100;

/** Writes windows as the harness reads them, for one dimension. */
export class WindowRecords {
  private readonly heads: Uint8Array[] = [];
  private readonly writers: BlockWriter[] = [];

  /** `partitionOf`: where the windows of a key go. */
  constructor(
    private readonly workload: Workload,
    private readonly dimension: 'agent' | 'channel',
    private readonly partitionOf: (key: Key) => number,
  ) {}

  add(key: Key, lastMinute: number, count: number, sum: number): void {
    const head = this.headOf(key);
    const block = this.writerOf(this.partitionOf(key)).next();
    block.begin(NUMBERS_BYTES + key.bytes.length + head.length);
    const { bytes } = block;
    const lengthAt = putBytes(bytes, putVarint(bytes, block.at, key.bytes.length), key.bytes);
    // Nearly all of them are of 64 to 8191 bytes, so that their length takes two.
    const from = lengthAt + 2;
    let at = putWhole(bytes, putBytes(bytes, from, head), (lastMinute + 1) * MINUTE_MS);
    at = putWhole(bytes, putBytes(bytes, at, MIDDLE), count);
    at = putWhole(bytes, putBytes(bytes, at, SUMS[this.workload]), sum);
    bytes[at] = CLOSE;
    block.at = at + 1;
    block.writeLengthBefore(lengthAt, from);
    block.bytes[block.at++] = 0; // headers
    block.end();
  }

  /** The blocks since the last call. */
  drain(): TopicBlock[] {
    return this.writers.flatMap((writer) => writer.drain());
  }

  private headOf({ number, text }: Key): Uint8Array {
    return (this.heads[number] ??= bytesOf(`{"dim":"${this.dimension}","key":${JSON.stringify(text)},"end":`));
  }

  private writerOf(partition: number): BlockWriter {
    return (this.writers[partition] ??= new BlockWriter('costWindows', partition));
  }
}
