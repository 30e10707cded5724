import type { OutputRecord } from '../stage.js';
import type { TopicBlock } from './record-block.js';
import { BATCH_HEADER_BYTES } from './record-block.js';

/** The records of a block one by one: for a client that wants objects, and for tests. */
export function recordsOf({ topic, partition, block }: TopicBlock): OutputRecord[] {
  const reader = new RecordReader(block.bytes);
  return Array.from({ length: block.count }, () => ({ topic, partition, ...reader.next() }));
}

class RecordReader {
  private at = BATCH_HEADER_BYTES;

  constructor(private readonly bytes: Buffer) {}

  next(): Pick<OutputRecord, 'key' | 'value'> & { headers: Record<string, string | string[]> } {
    this.varint();
    this.at += 1; // attributes
    this.varint();
    this.varint();
    const key = this.field();
    const value = this.field();
    const headers: Record<string, string | string[]> = {};
    for (let left = this.varint(); left > 0; left -= 1) {
      const name = this.field()?.toString('utf8') ?? '';
      const text = this.field()?.toString('utf8') ?? '';
      const before = headers[name];
      headers[name] = before === undefined ? text : Array.isArray(before) ? [...before, text] : [before, text];
    }
    return { key, value, headers };
  }

  private field(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  private varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
