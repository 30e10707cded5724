/** Which scopes have something entering or leaving at which window end, so that an unchanged scope costs nothing. */
export class DueSchedule<Key> {
  private readonly byEnd = new Map<number, KeyList<Key>>();

  add(endMs: number, key: Key): void {
    let keys = this.byEnd.get(endMs);
    if (!keys) this.byEnd.set(endMs, (keys = new KeyList<Key>()));
    keys.add(key);
  }

  /** The ends up to and including `untilMs`, in order. */
  endsUntil(untilMs: number): number[] {
    const ends: number[] = [];
    for (const endMs of this.byEnd.keys()) if (endMs <= untilMs) ends.push(endMs);
    return ends.sort((a, b) => a - b);
  }

  /** Earliest end with something due; Infinity when nothing is. */
  earliest(): number {
    let earliest = Infinity;
    for (const end of this.byEnd.keys()) if (end < earliest) earliest = end;
    return earliest;
  }

  /** What is due at an end, in no order, some of it more than once; the caller's to keep. */
  take(endMs: number): Key[] {
    const keys = this.byEnd.get(endMs);
    this.byEnd.delete(endMs);
    return keys?.all ?? [];
  }
}

/** So many keys are kept without a look at how often each is there, and so many times as there were at the last look. */
const UNSEEN_KEYS = 256;
const UNSEEN_TIMES = 4;

/**
 * Keys that are rarely added again, as a list: it lives for as long as a window does, and a set takes four times the
 * memory of the collector's. What is added again and again is thinned out before it takes as much as the set would.
 */
class KeyList<Key> {
  private keys: Key[] = [];
  private limit = UNSEEN_KEYS;

  get all(): Key[] {
    return this.keys;
  }

  add(key: Key): void {
    if (this.keys.at(-1) === key) return;
    if (this.keys.length === this.limit) {
      this.keys = [...new Set(this.keys)];
      this.limit = UNSEEN_TIMES * this.keys.length + UNSEEN_KEYS;
    }
    this.keys.push(key);
  }
}
