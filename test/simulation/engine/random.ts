/** A small, fast generator (sfc32): the same seed gives the same numbers on every machine. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number) {
    this.a = seed | 0;
    this.b = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 0;
    this.c = Math.imul(seed + 0x6a09e667, 0xc2b2ae35) | 0;
    for (let i = 0; i < 16; i++) this.next();
  }

  /** From 0 to 1, 1 excluded; stands in for `Math.random`. */
  readonly unit = (): number => (this.next() >>> 0) / 4_294_967_296;

  /** From `least` to `most`, `most` excluded. */
  between(least: number, most: number): number {
    return least + (most - least) * this.unit();
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1));
  }

  /** True in one of so many cases as `probability` says. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** One of the list, which must not be empty. */
  pick<T>(list: readonly T[]): T {
    const found = list[Math.floor(this.unit() * list.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  }

  private next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    return sum;
  }
}
