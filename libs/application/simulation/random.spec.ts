import fc from 'fast-check';
import { randomFor } from './random.js';

function draws<T>(count: number, draw: () => T): T[] {
  return Array.from({ length: count }, draw);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('random numbers', () => {
  it('follow from their parts', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), fc.nat(), (seed, name, at) => {
        const first = randomFor(seed, name, at);
        const second = randomFor(seed, name, at);
        expect(draws(20, () => first.uniform())).toEqual(draws(20, () => second.uniform()));
      }),
    );
  });

  it('differ where the parts differ, also where they only meet at another place', () => {
    expect(randomFor('a', 'bc').uniform()).not.toBe(randomFor('ab', 'c').uniform());
    expect(randomFor(1, 2).uniform()).not.toBe(randomFor(12).uniform());
  });

  it('lie in their ranges', () => {
    const random = randomFor('range');
    expect(draws(10_000, () => random.uniform()).every((value) => value >= 0 && value < 1)).toBe(true);
    expect(new Set(draws(1000, () => random.below(4)))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('have the means that were asked for', () => {
    const random = randomFor('means');
    expect(mean(draws(20_000, () => random.uniform()))).toBeCloseTo(0.5, 1);
    expect(mean(draws(20_000, () => random.normal()))).toBeCloseTo(0, 1);
    expect(mean(draws(20_000, () => random.exponential(8)))).toBeCloseTo(8, 0);
    expect(mean(draws(20_000, () => random.poisson(1.3)))).toBeCloseTo(1.3, 1);
    expect(mean(draws(20_000, () => random.poisson(60)))).toBeCloseTo(60, 0);
    expect(mean(draws(20_000, () => Math.log(random.lognormal(4.81, 0.91))))).toBeCloseTo(4.81, 1);
    expect(mean(draws(20_000, () => (random.chance(0.28) ? 1 : 0)))).toBeCloseTo(0.28, 1);
  });

  it('pick by weight', () => {
    const random = randomFor('pick');
    const picked = draws(20_000, () =>
      random.pick([
        { name: 'never', weight: 0 },
        { name: 'often', weight: 9 },
        { name: 'seldom', weight: 1 },
      ]),
    );
    expect(picked.filter(({ name }) => name === 'never')).toEqual([]);
    expect(picked.filter(({ name }) => name === 'seldom').length / picked.length).toBeCloseTo(0.1, 1);
    expect(() => random.pick([])).toThrow(RangeError);
  });
});
