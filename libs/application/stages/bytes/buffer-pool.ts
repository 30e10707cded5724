/** Sizes go by powers of two, from 16 KiB to 16 MiB; what is larger is not kept. */
const SMALLEST_BITS = 14;
const LARGEST_BITS = 24;

/** Most bytes that wait to be used again: all that transactions of four partitions have out at a time, counted under load. */
const MOST_KEPT_BYTES = 64 * 1_048_576;

/** What lay unused for all of this time is let go: what load needed is not kept when it is over. */
const UNUSED_MS = 2_000;

/** Buffers of one size. */
class FreeBuffers {
  readonly waiting: Buffer[] = [];
  /** How many have waited at the least since the last look. */
  leastWaiting = 0;
}

/**
 * Large buffers that are used again. Memory outside of V8's heap that is made anew for each transaction costs more than what
 * is written into it: the system clears its pages, and the collector goes through the whole heap for each few dozen
 * megabytes of it, to learn that they can be freed.
 *
 * Whoever gives a buffer back must be the last to know it: see where {@link give} is called.
 */
export class BufferPool {
  private readonly sizes = Array.from({ length: LARGEST_BITS + 1 }, () => new FreeBuffers());
  private kept = 0;
  private lookedAtMs: number;

  /** `nowMs`: a clock in milliseconds. */
  constructor(private readonly nowMs: () => number = Date.now) {
    this.lookedAtMs = nowMs();
  }

  /** Bytes that wait to be used again. */
  get keptBytes(): number {
    return this.kept;
  }

  /** A buffer of at least `length` bytes, full of whatever was in it before. */
  take(length: number): Buffer {
    const bits = Math.max(SMALLEST_BITS, bitsOf(length));
    const size = this.sizes[bits];
    const buffer = size?.waiting.pop();
    if (!size || !buffer) return Buffer.allocUnsafeSlow(bits > LARGEST_BITS ? length : 2 ** bits);
    size.leastWaiting = Math.min(size.leastWaiting, size.waiting.length);
    this.kept -= buffer.length;
    return buffer;
  }

  /** Takes back a whole buffer that came from {@link take} and that nobody reads or writes any more. */
  give(buffer: Buffer): void {
    this.dropUnused();
    const bits = bitsOf(buffer.length);
    if (bits > LARGEST_BITS || this.kept + buffer.length > MOST_KEPT_BYTES) return;
    this.sizes[bits]?.waiting.push(buffer);
    this.kept += buffer.length;
  }

  private dropUnused(): void {
    const nowMs = this.nowMs();
    if (nowMs - this.lookedAtMs < UNUSED_MS) return;
    this.lookedAtMs = nowMs;
    for (const size of this.sizes) {
      for (const buffer of size.waiting.splice(0, size.leastWaiting)) this.kept -= buffer.length;
      size.leastWaiting = size.waiting.length;
    }
  }
}

/** Bits of the smallest power of two that is not below `length`. */
function bitsOf(length: number): number {
  return length <= 1 ? 0 : 32 - Math.clz32(length - 1);
}

/** The pool of this process, for blocks of records and requests. */
export const batchBuffers = new BufferPool();
