/** Sizes go by powers of two from here on … */
const SMALLEST_BYTES = 16_384;
/**
 * … up to this, and then by multiples of it: what is fetched at a time, 2 MiB of each of four partitions, is a little more than
 * 8 MiB, and took 16 that were too much to be kept.
 */
const STEP_BYTES = 2 * 1_048_576;
/** What is larger is not kept. */
const LARGEST_BYTES = 16 * 1_048_576;

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
  private readonly sizes = new Map<number, FreeBuffers>();
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
    const least = sizeFor(length);
    // A fetch that brings less may do with what is there of a larger one.
    for (let bytes = least; bytes === least || bytes <= 2 * length; bytes += STEP_BYTES) {
      const size = this.sizes.get(bytes);
      const buffer = size?.waiting.pop();
      if (!size || !buffer) continue;
      size.leastWaiting = Math.min(size.leastWaiting, size.waiting.length);
      this.kept -= buffer.length;
      return buffer;
    }
    return Buffer.allocUnsafeSlow(least);
  }

  /** Takes back a whole buffer that came from {@link take} and that nobody reads or writes any more. */
  give(buffer: Buffer): void {
    this.dropUnused();
    if (buffer.length > LARGEST_BYTES || this.kept + buffer.length > MOST_KEPT_BYTES) return;
    let size = this.sizes.get(buffer.length);
    if (!size) this.sizes.set(buffer.length, (size = new FreeBuffers()));
    size.waiting.push(buffer);
    this.kept += buffer.length;
  }

  private dropUnused(): void {
    const nowMs = this.nowMs();
    if (nowMs - this.lookedAtMs < UNUSED_MS) return;
    this.lookedAtMs = nowMs;
    for (const size of this.sizes.values()) {
      for (const buffer of size.waiting.splice(0, size.leastWaiting)) this.kept -= buffer.length;
      size.leastWaiting = size.waiting.length;
    }
  }
}

/** The smallest size that is not below `length`; beyond the largest one `length` itself. */
function sizeFor(length: number): number {
  if (length > LARGEST_BYTES) return length;
  if (length > STEP_BYTES) return Math.ceil(length / STEP_BYTES) * STEP_BYTES;
  return length <= SMALLEST_BYTES ? SMALLEST_BYTES : 2 ** (32 - Math.clz32(length - 1));
}

/** The pool of this process, for blocks of records and requests. */
export const batchBuffers = new BufferPool();
