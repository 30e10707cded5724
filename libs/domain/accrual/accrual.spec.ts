import fc from 'fast-check';
import { accruedBetween, accruedMicros, type AccruingAmount } from './accrual.js';

const anyMs = fc.integer({ min: -(10 ** 12), max: 4 * 10 ** 12 });
const anyAmount = fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n });
const accruing: fc.Arbitrary<AccruingAmount> = fc
  .tuple(anyAmount, anyMs, fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 4 * 10 ** 10 })))
  .map(([amountMicros, startMs, lengthMs]) => ({ amountMicros, startMs, endMs: startMs + lengthMs }));

describe('accrual (contract section 6)', () => {
  it('is amount x elapsed / period, rounded half to even', () => {
    const accrued = (amountMicros: bigint, tMs: number) => accruedMicros({ amountMicros, startMs: 0, endMs: 4 }, tMs);
    expect([0, 1, 2, 3, 4].map((tMs) => accrued(10n, tMs))).toEqual([0n, 2n, 5n, 8n, 10n]);
    expect([0, 1, 2, 3, 4].map((tMs) => accrued(-10n, tMs))).toEqual([0n, -2n, -5n, -8n, -10n]);
    expect([1, 2, 3].map((tMs) => accrued(1n, tMs))).toEqual([0n, 0n, 1n]);
    expect([1, 2, 3].map((tMs) => accrued(3n, tMs))).toEqual([1n, 2n, 2n]);
  });

  it('gives nothing before the period and all of it after', () => {
    const bill = { amountMicros: 7n, startMs: 100, endMs: 200 };
    expect([-50, 99, 100].map((tMs) => accruedMicros(bill, tMs))).toEqual([0n, 0n, 0n]);
    expect([200, 201, 10 ** 9].map((tMs) => accruedMicros(bill, tMs))).toEqual([7n, 7n, 7n]);
    expect(accruedBetween(bill, 0, 100)).toBe(0n);
    expect(accruedBetween(bill, 200, 300)).toBe(0n);
  });

  it('adds up to the amount exactly however the period is cut', () => {
    fc.assert(
      fc.property(accruing, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }), (bill, shares) => {
        const lengthMs = bill.endMs - bill.startMs;
        const cuts = shares.map((share) => bill.startMs + Math.floor(share * lengthMs)).sort((a, b) => a - b);
        // From just before the start to just after the end: a zero-length period is in it as well.
        const bounds = [bill.startMs - 1, ...cuts, bill.endMs + 1];
        const parts = bounds.slice(1).map((toMs, at) => accruedBetween(bill, bounds[at] ?? 0, toMs));
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(bill.amountMicros);
      }),
      { numRuns: 300 },
    );
  });

  it('never goes the wrong way, and is never off by more than half a micro', () => {
    fc.assert(
      fc.property(
        accruing,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat({ max: 10 ** 6 }),
        (bill, share, moreMs) => {
          const periodMs = bill.endMs - bill.startMs;
          fc.pre(periodMs > 0);
          const elapsedMs = Math.floor(share * periodMs);
          const accrued = accruedMicros(bill, bill.startMs + elapsedMs);
          const twiceOff = 2n * (accrued * BigInt(periodMs) - bill.amountMicros * BigInt(elapsedMs));
          expect(twiceOff <= BigInt(periodMs) && twiceOff >= -BigInt(periodMs)).toBe(true);
          const later = accruedMicros(bill, bill.startMs + elapsedMs + moreMs);
          expect(bill.amountMicros >= 0n ? later >= accrued : later <= accrued).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes a credit back as a bill of the same size gives', () => {
    fc.assert(
      fc.property(accruing, anyMs, anyMs, (bill, fromMs, toMs) => {
        const credit = { ...bill, amountMicros: -bill.amountMicros };
        expect(accruedBetween(credit, fromMs, toMs)).toBe(-accruedBetween(bill, fromMs, toMs));
      }),
    );
  });

  it('lets an amount without a period fall whole into the window that holds its instant', () => {
    const bill = { amountMicros: -5n, startMs: 100, endMs: 100 };
    expect(accruedBetween(bill, 0, 100)).toBe(0n);
    expect(accruedBetween(bill, 100, 101)).toBe(-5n);
    expect(accruedBetween(bill, 100, 200)).toBe(-5n);
    expect(accruedBetween(bill, 101, 200)).toBe(0n);
  });

  it('is nothing in an empty or turned-round stretch', () => {
    const bill = { amountMicros: 1000n, startMs: 0, endMs: 1000 };
    expect(accruedBetween(bill, 500, 500)).toBe(0n);
    expect(accruedBetween(bill, 600, 500)).toBe(0n);
  });
});
