import { putRange } from './put.js';

/** {@link putPrepared} may write so many bytes behind the end of what it puts: room for them must be there. */
export const PREPARED_OVERSHOOT = 7;

/**
 * Bytes that are written again and again, kept as doubles: so they go into their place eight at a time, in a third of the
 * time of a loop over bytes. Nothing is ever calculated with these doubles.
 */
export class PreparedBytes {
  /**
   * The engine may write any NaN for another, so that bytes which make one must be put one by one. There are none in
   * UTF-8, where F0 and above is never followed by 7F, nor FF ever used: see the property test.
   */
  readonly holdsNaN: boolean;

  /** `doubles`: from `from` on the bytes in their order, zeros behind the last up to the end of its double. */
  constructor(
    readonly doubles: Float64Array,
    readonly from: number,
    readonly length: number,
  ) {
    this.holdsNaN = doubles.subarray(from, from + doublesFor(length)).some(Number.isNaN);
  }
}

function doublesFor(bytes: number): number {
  return (bytes + 7) >>> 3;
}

/** Bytes made ready to be put with {@link putPrepared}. */
export function prepare(bytes: Uint8Array | string): PreparedBytes {
  const source = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  return prepareIn(new Float64Array(doublesFor(source.length)), 0, source);
}

function prepareIn(doubles: Float64Array, from: number, source: Uint8Array): PreparedBytes {
  new Uint8Array(doubles.buffer, 8 * from).set(source);
  return new PreparedBytes(doubles, from, source.length);
}

/** Doubles of a block of a {@link PreparedStore}: each is twice the one before. */
const FIRST_BLOCK = 64;
const LARGEST_BLOCK = 4_096;

/**
 * Prepares bytes by the ten thousand, the texts of each agent say, one behind the other in blocks: a buffer for each would
 * take three times the memory, and is one more thing for the collector to look after. They go when all of the store goes.
 */
export class PreparedStore {
  private block = new Float64Array(0);
  private used = 0;

  /** As {@link prepare} does. */
  prepare(bytes: Uint8Array | string): PreparedBytes {
    const source = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    const doubles = doublesFor(source.length);
    if (doubles > FIRST_BLOCK) return prepare(source);
    if (this.used + doubles > this.block.length) {
      this.block = new Float64Array(Math.min(Math.max(2 * this.block.length, FIRST_BLOCK), LARGEST_BLOCK));
      this.used = 0;
    }
    const from = this.used;
    this.used += doubles;
    return prepareIn(this.block, from, source);
  }
}

/** Writes prepared bytes at `at`, and up to {@link PREPARED_OVERSHOOT} zeros behind them; gives where they end. */
export function putPrepared(view: DataView, at: number, prepared: PreparedBytes): number {
  const { doubles, from, length } = prepared;
  if (prepared.holdsNaN) return putOneByOne(view, at, prepared);
  const end = at + length;
  for (let index = from, to = at; to < end; index += 1, to += 8) view.setFloat64(to, doubles[index] as number, true);
  return end;
}

function putOneByOne(view: DataView, at: number, { doubles, from, length }: PreparedBytes): number {
  const target = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return putRange(target, at, new Uint8Array(doubles.buffer), 8 * from, 8 * from + length);
}

/** The bytes of a buffer, for {@link putPrepared}. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** ASCII of up to so many bytes that is copied once to be put several times, as the id of an event is. */
export class AsciiCopy {
  private readonly doubles: Float64Array;
  private readonly bytes: Uint8Array;
  length = 0;

  constructor(mostBytes: number) {
    this.doubles = new Float64Array(Math.ceil(mostBytes / 8));
    this.bytes = new Uint8Array(this.doubles.buffer);
  }

  /** Takes the bytes in [from, to), all below 128. */
  take(source: Uint8Array, from: number, to: number): void {
    this.length = putRange(this.bytes, 0, source, from, to);
  }

  /** As {@link putPrepared}, with anything in the bytes behind. */
  put(view: DataView, at: number): number {
    const { doubles, length } = this;
    for (let index = 0; 8 * index < length; index += 1) view.setFloat64(at + 8 * index, doubles[index] as number, true);
    return at + length;
  }
}
