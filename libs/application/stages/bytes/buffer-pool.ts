/** Sizes go by powers of two, from 16 KiB to 8 MiB; what is larger is not kept. */
const SMALLEST_BITS = 14;
const LARGEST_BITS = 23;

/** Most bytes that wait to be used again: those of the transactions of a few partitions. */
const MOST_KEPT_BYTES = 16 * 1_048_576;

/**
 * Large buffers that are used again. Memory outside of V8's heap that is made anew for each transaction costs more than what
 * is written into it: the system clears its pages, and the collector runs to learn that it can be freed.
 *
 * Whoever gives a buffer back must be the last to know it: see where {@link give} is called.
 */
export class BufferPool {
  private readonly free: Buffer[][] = Array.from({ length: LARGEST_BITS + 1 }, () => []);
  private kept = 0;

  /** Bytes that wait to be used again. */
  get keptBytes(): number {
    return this.kept;
  }

  /** A buffer of at least `length` bytes, full of whatever was in it before. */
  take(length: number): Buffer {
    const bits = Math.max(SMALLEST_BITS, bitsOf(length));
    const buffer = this.free[bits]?.pop();
    if (!buffer) return Buffer.allocUnsafeSlow(bits > LARGEST_BITS ? length : 2 ** bits);
    this.kept -= buffer.length;
    return buffer;
  }

  /** Takes back a whole buffer that came from {@link take} and that nobody reads or writes any more. */
  give(buffer: Buffer): void {
    const bits = bitsOf(buffer.length);
    if (bits > LARGEST_BITS || this.kept + buffer.length > MOST_KEPT_BYTES) return;
    this.free[bits]?.push(buffer);
    this.kept += buffer.length;
  }
}

/** Bits of the smallest power of two that is not below `length`. */
function bitsOf(length: number): number {
  return length <= 1 ? 0 : 32 - Math.clz32(length - 1);
}

/** The pool of this process, for blocks of records and requests. */
export const batchBuffers = new BufferPool();
