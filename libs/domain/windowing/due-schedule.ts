/** Which scopes, by their numbers, have something entering or leaving at which window end, so that an unchanged scope costs nothing. */
export class DueSchedule {
  /** By number of the step: a small integer is looked up without an object made for it, which a time in milliseconds takes. */
  private readonly byStep = new Map<number, NumberList>();

  /** All ends are multiples of `stepMs`. */
  constructor(private readonly stepMs: number) {}

  add(endMs: number, scope: number): void {
    const step = Math.round(endMs / this.stepMs);
    let scopes = this.byStep.get(step);
    if (!scopes) this.byStep.set(step, (scopes = new NumberList()));
    scopes.add(scope);
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

  /** What is due at an end, in no order, some of it more than once. */
  take(endMs: number): Int32Array {
    const step = Math.round(endMs / this.stepMs);
    const scopes = this.byStep.get(step);
    this.byStep.delete(step);
    return scopes?.all ?? NOTHING;
  }
}

const NOTHING = new Int32Array(0);
const INITIAL_NUMBERS = 32;
/** So many numbers are kept without a look at how often each is there, and so many times as there were at the last look. */
const UNSEEN_NUMBERS = 256;
const UNSEEN_TIMES = 4;

/**
 * Numbers that are rarely added again, as a list: it lives for as long as a window does, and is nothing for the collector to look
 * at. What is added again and again is thinned out before it takes as much as a set would.
 */
class NumberList {
  private numbers = new Int32Array(INITIAL_NUMBERS);
  private count = 0;
  private limit = UNSEEN_NUMBERS;

  get all(): Int32Array {
    return this.numbers.subarray(0, this.count);
  }

  add(number: number): void {
    if (this.count > 0 && this.numbers[this.count - 1] === number) return;
    if (this.count === this.limit) this.thinOut();
    if (this.count === this.numbers.length) {
      const larger = new Int32Array(2 * this.numbers.length);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.count++] = number;
  }

  private thinOut(): void {
    const different = [...new Set(this.all)];
    this.numbers.set(different);
    this.count = different.length;
    this.limit = UNSEEN_TIMES * this.count + UNSEEN_NUMBERS;
  }
}
