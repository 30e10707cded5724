const MANTISSA = 2 ** 32;

// Taken once: in a vm context, where tests run, each look at a global is dear, and there are millions of them.
const { cos, exp, floor, imul, log, max, PI, round, sqrt } = Math;

/**
 * Random numbers that follow from what they are asked for: the same parts (seed, agent, slot ...) give the same numbers
 * on every machine and in any order of asking. Not for secrets.
 */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform whole number in [0, below). */
  below(below: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** Standard normal. */
  normal(): number;
  /** Lognormal by the mean and deviation of its logarithm. */
  lognormal(mu: number, sigma: number): number;
  exponential(mean: number): number;
  /** Events of a Poisson process that expects `mean` of them. */
  poisson(mean: number): number;
  /** One of the entries, by weight. Throws RangeError when there is none. */
  pick<Entry extends { readonly weight: number }>(entries: readonly Entry[]): Entry;
}

/** A generator of its own for these parts. */
export function randomFor(...parts: readonly (string | number)[]): Random {
  return new SmallFastCounter(hashOf(parts.join('\u001f')));
}

type State = [number, number, number, number];

/** cyrb128: 128 bits that differ wholly for texts that differ little. */
function hashOf(text: string): State {
  let h1 = 1779033703;
  let h2 = 3144134277;
  let h3 = 1013904242;
  let h4 = 2773480762;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    h1 = h2 ^ imul(h1 ^ code, 597399067);
    h2 = h3 ^ imul(h2 ^ code, 2869860233);
    h3 = h4 ^ imul(h3 ^ code, 951274213);
    h4 = h1 ^ imul(h4 ^ code, 2716044179);
  }
  h1 = imul(h3 ^ (h1 >>> 18), 597399067);
  h2 = imul(h4 ^ (h2 >>> 22), 2869860233);
  h3 = imul(h1 ^ (h3 >>> 17), 951274213);
  h4 = imul(h2 ^ (h4 >>> 19), 2716044179);
  return [(h1 ^ h2 ^ h3 ^ h4) >>> 0, (h2 ^ h1) >>> 0, (h3 ^ h1) >>> 0, (h4 ^ h1) >>> 0];
}

/** sfc32 of PractRand: small, fast, and good enough for traffic. */
class SmallFastCounter implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor([a, b, c, counter]: State) {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#counter = counter;
    for (let round = 0; round < 12; round += 1) this.uniform();
  }

  uniform(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return (sum >>> 0) / MANTISSA;
  }

  below(below: number): number {
    return floor(this.uniform() * below);
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  normal(): number {
    // Box-Muller; 1 - u keeps the logarithm away from zero.
    return sqrt(-2 * log(1 - this.uniform())) * cos(2 * PI * this.uniform());
  }

  lognormal(mu: number, sigma: number): number {
    return exp(mu + sigma * this.normal());
  }

  exponential(mean: number): number {
    return -mean * log(1 - this.uniform());
  }

  poisson(mean: number): number {
    // Beyond this the normal approximation errs by less than anyone could see in traffic.
    if (mean > 30) return max(0, round(mean + sqrt(mean) * this.normal()));
    const limit = exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count += 1;
    return count;
  }

  pick<Entry extends { readonly weight: number }>(entries: readonly Entry[]): Entry {
    let left = this.uniform() * entries.reduce((sum, entry) => sum + entry.weight, 0);
    for (const entry of entries) {
      left -= entry.weight;
      if (left < 0) return entry;
    }
    const last = entries.at(-1);
    if (!last) throw new RangeError('nothing to pick from');
    return last;
  }
}
