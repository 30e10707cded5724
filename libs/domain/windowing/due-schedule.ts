/** Which scopes have something entering or leaving at which window end, so that an unchanged scope costs nothing. */
export class DueSchedule<Key> {
  /** By number of the step: a small integer is looked up without an object made for it, which a time in milliseconds takes. */
  private readonly byStep = new Map<number, KeyList<Key>>();

  /** All ends are multiples of `stepMs`. */
  constructor(private readonly stepMs: number) {}

  add(endMs: number, key: Key): void {
    const step = Math.round(endMs / this.stepMs);
    let keys = this.byStep.get(step);
    if (!keys) this.byStep.set(step, (keys = new KeyList<Key>()));
    keys.add(key);
  }

  /** The ends up to and including `untilMs`, in order. */
  endsUntil(untilMs: number): number[] {
    const ends: number[] = [];
    for (const step of this.byStep.keys()) if (step * this.stepMs <= untilMs) ends.push(step * this.stepMs);
    return ends.sort((a, b) => a - b);
  }

  /** Earliest end with something due; Infinity when nothing is. */
  earliest(): number {
    let earliest = Infinity;
    for (const step of this.byStep.keys()) if (step < earliest) earliest = step;
    return earliest * this.stepMs;
  }

  /** What is due at an end, in no order, some of it more than once; the caller's to keep. */
  take(endMs: number): Key[] {
    const step = Math.round(endMs / this.stepMs);
    const keys = this.byStep.get(step);
    this.byStep.delete(step);
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
