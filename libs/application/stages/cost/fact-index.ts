/** Where a fact stands: which segment of the memory, and where in it. */
interface FactPlace {
  readonly segment: number;
  readonly offset: number;
}

const INITIAL_SLOTS = 4_096;
const FULLEST = 0.6;
/** By half, and not to twice as much: tens of thousands of facts stay for the horizon, and a third of the table is free then. */
const GROWTH = 1.5;
/** Spreads a hash over 32 bits: 2^32 over the golden ratio, odd. */
const SPREAD = 0x9e3779b1;

/**
 * Hash table from a fact's hash to its place: three integers a fact in one typed array, nothing for the collector to look
 * at. Whether a fact is the one that is looked for only its bytes say, so callers bring the comparison.
 */
export class FactIndex {
  /** Hash, segment + 1 (0: free), offset. */
  private slots = new Int32Array(3 * INITIAL_SLOTS);
  private capacity = INITIAL_SLOTS;
  private used = 0;

  get size(): number {
    return this.used;
  }

  /** Position of the entry of this hash for which `isIt` holds; -1: none. */
  find(hash: number, isIt: (segment: number, offset: number) => boolean): number {
    const { slots } = this;
    for (let at = 3 * this.slotOf(hash); ; at = this.next(at)) {
      const segment = slots[at + 1] as number;
      if (segment === 0) return -1;
      if (slots[at] === hash && isIt(segment - 1, slots[at + 2] as number)) return at;
    }
  }

  placeAt(position: number): FactPlace {
    return { segment: (this.slots[position + 1] as number) - 1, offset: this.slots[position + 2] as number };
  }

  /** Places of all entries, in no order. */
  *places(): Generator<FactPlace> {
    for (let at = 0; at < this.slots.length; at += 3) if (this.slots[at + 1] !== 0) yield this.placeAt(at);
  }

  /** Moves an entry to another place. */
  move(position: number, segment: number, offset: number): void {
    this.slots[position + 1] = segment + 1;
    this.slots[position + 2] = offset;
  }

  add(hash: number, segment: number, offset: number): void {
    if (this.used + 1 > this.capacity * FULLEST) this.grow();
    this.insert(hash, segment + 1, offset);
    this.used += 1;
  }

  private insert(hash: number, segment: number, offset: number): void {
    const { slots } = this;
    let at = 3 * this.slotOf(hash);
    while (slots[at + 1] !== 0) at = this.next(at);
    slots[at] = hash;
    slots[at + 1] = segment;
    slots[at + 2] = offset;
  }

  private grow(): void {
    const before = this.slots;
    this.capacity = Math.ceil(this.capacity * GROWTH);
    this.slots = new Int32Array(3 * this.capacity);
    for (let at = 0; at < before.length; at += 3)
      if (before[at + 1] !== 0) this.insert(before[at] as number, before[at + 1] as number, before[at + 2] as number);
  }

  /** Removes the entry of this hash that stands exactly there, if there is one. */
  remove(hash: number, segment: number, offset: number): void {
    const position = this.find(hash, (inSegment, at) => inSegment === segment && at === offset);
    if (position < 0) return;
    this.used -= 1;
    this.closeGap(position);
  }

  /** Entries behind a gap move up, so that a search still may end at the first free slot. */
  private closeGap(gap: number): void {
    const { slots } = this;
    let free = gap;
    for (let at = this.next(free); slots[at + 1] !== 0; at = this.next(at)) {
      const wanted = 3 * this.slotOf(slots[at] as number);
      // It may stay if its own place lies behind the gap, going round.
      if (this.distance(wanted, at) < this.distance(free, at)) continue;
      slots.copyWithin(free, at, at + 3);
      free = at;
    }
    slots.fill(0, free, free + 3);
  }

  /** The slot where a search for a hash begins. */
  private slotOf(hash: number): number {
    return Math.floor(((Math.imul(hash, SPREAD) >>> 0) / 2 ** 32) * this.capacity);
  }

  /** Place of the slot behind the one at `at`, going round. */
  private next(at: number): number {
    return at + 3 === this.slots.length ? 0 : at + 3;
  }

  private distance(from: number, to: number): number {
    return to >= from ? to - from : to - from + this.slots.length;
  }
}
