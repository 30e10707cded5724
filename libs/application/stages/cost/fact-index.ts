/** Where a fact stands: which segment of the memory, and where in it. */
interface FactPlace {
  readonly segment: number;
  readonly offset: number;
}

const INITIAL_SLOTS = 4_096;
const FULLEST = 0.6;

/**
 * Hash table from a fact's hash to its place: three integers a fact in one typed array, nothing for the collector to look
 * at. Whether a fact is the one that is looked for only its bytes say, so callers bring the comparison.
 */
export class FactIndex {
  /** Hash, segment + 1 (0: free), offset. */
  private slots = new Int32Array(3 * INITIAL_SLOTS);
  private used = 0;

  get size(): number {
    return this.used;
  }

  /** Position of the entry of this hash for which `isIt` holds; -1: none. */
  find(hash: number, isIt: (segment: number, offset: number) => boolean): number {
    const { slots } = this;
    const mask = slots.length / 3 - 1;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const at = 3 * slot;
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
    if (this.used + 1 > (this.slots.length / 3) * FULLEST) this.grow();
    this.insert(hash, segment + 1, offset);
    this.used += 1;
  }

  private insert(hash: number, segment: number, offset: number): void {
    const { slots } = this;
    const mask = slots.length / 3 - 1;
    let slot = spread(hash) & mask;
    while (slots[3 * slot + 1] !== 0) slot = (slot + 1) & mask;
    slots[3 * slot] = hash;
    slots[3 * slot + 1] = segment;
    slots[3 * slot + 2] = offset;
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Int32Array(2 * before.length);
    for (let at = 0; at < before.length; at += 3)
      if (before[at + 1] !== 0) this.insert(before[at] as number, before[at + 1] as number, before[at + 2] as number);
  }

  /** Removes the entry of this hash that stands exactly there, if there is one. */
  remove(hash: number, segment: number, offset: number): void {
    const position = this.find(hash, (inSegment, at) => inSegment === segment && at === offset);
    if (position < 0) return;
    this.used -= 1;
    this.closeGap(position / 3);
  }

  /** Entries behind a gap move up, so that a search still may end at the first free slot. */
  private closeGap(gap: number): void {
    const { slots } = this;
    const mask = slots.length / 3 - 1;
    let free = gap;
    for (let slot = (free + 1) & mask; slots[3 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      const wanted = spread(slots[3 * slot] as number) & mask;
      // It may stay if its own place lies behind the gap, going round.
      if (((slot - wanted) & mask) < ((slot - free) & mask)) continue;
      slots.copyWithin(3 * free, 3 * slot, 3 * slot + 3);
      free = slot;
    }
    slots.fill(0, 3 * free, 3 * free + 3);
  }
}

function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}
