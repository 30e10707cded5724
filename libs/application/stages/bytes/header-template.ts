import { prepare, putPrepared, type PreparedBytes } from './prepared-bytes.js';
import { bytesOf, putBytes, putVarint } from './put.js';

/**
 * The headers of records of one kind, all of which are the same but for the values of some. The others, and all names, are
 * encoded once.
 */
export class HeaderTemplate {
  private readonly chunks: PreparedBytes[] = [];

  /** `headers`: as a record would have them; those in `holes` are filled in by {@link putUpTo}. */
  constructor(headers: Readonly<Record<string, string>>, holes: readonly string[]) {
    const names = Object.keys(headers);
    const chunk = Buffer.alloc(4_096);
    let at = putVarint(chunk, 0, names.length);
    const put = (text: string): void => {
      const bytes = bytesOf(text);
      at = putBytes(chunk, putVarint(chunk, at, bytes.length), bytes);
    };
    for (const name of names) {
      put(name);
      if (holes.includes(name)) {
        this.chunks.push(prepare(chunk.subarray(0, at)));
        at = 0;
      } else put(headers[name] ?? '');
    }
    this.chunks.push(prepare(chunk.subarray(0, at)));
  }

  /** Writes what stands before the hole of this number; behind the last hole, the rest. The hole itself is a length and bytes. */
  putUpTo(hole: number, view: DataView, at: number): number {
    const chunk = this.chunks[hole];
    return chunk ? putPrepared(view, at, chunk) : at;
  }
}
