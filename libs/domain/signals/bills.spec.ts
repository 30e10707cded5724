import fc from 'fast-check';

import { parseMicros, type Micros } from '../money/index.js';
import { DIMENSIONS, type IntegrationCostRule, type MisallocationRule } from '../reference/index.js';
import { appliedTo, at, COMMON, SHANGHAI } from './applied.fixture.js';
import { evaluateIntegrationCost } from './integration-cost.js';
import { evaluateMisallocation, misallocationOf, type AccruedBill } from './misallocation.js';

const bill = (lineId: string, amount: string, over: Partial<AccruedBill> = {}): AccruedBill => ({
  lineId,
  dimension: 'marketing',
  amountMicros: parseMicros(amount),
  ...over,
});
const misallocation: MisallocationRule = {
  ...COMMON,
  kind: 'misallocation',
  shareRatio: 0.01,
  patterns: [{ text: 'Gift', dimension: 'marketing' }],
  severity: 'info',
};

describe('misallocationOf', () => {
  it.each([
    ['booked where it belongs', {}, undefined],
    ['booked elsewhere', { bookedAs: 'labour' }, { from: 'labour', to: 'marketing' }],
    ['a promotion as labour', { dimension: 'labour', promotion: true }, { from: 'labour', to: 'marketing' }],
    ['a pattern, whatever its case', { dimension: 'system', text: 'GIFTS Ltd' }, { from: 'system', to: 'marketing' }],
    ['a pattern, booked right', { dimension: 'system', text: 'gifts', bookedAs: 'marketing' }, undefined],
  ] as const)('%s', (_, facts, expected) => {
    expect(misallocationOf(bill('b', '1', facts), misallocation.patterns)).toEqual(expected);
  });
});

describe('evaluateMisallocation', () => {
  const judge = (bills: AccruedBill[], spent: string) =>
    evaluateMisallocation(appliedTo(misallocation), bills, parseMicros(spent));

  it('adds up what stands wrong, gives the corrected view and names the bills', () => {
    const bills = [
      bill('small', '20', { bookedAs: 'labour' }),
      bill('right', '900'),
      bill('large', '80', { bookedAs: 'labour' }),
      bill('other', '50', { bookedAs: 'system' }),
    ];
    const { verdict, contributors } = judge(bills, '10000');
    expect(verdict).toMatchObject({ condition: true, observed: 150, threshold: 100, unit: 'CNY', severity: 'info' });
    expect(verdict.summary).toBe(
      'Channel voice has CNY 150.00 (1.5% of its spend) this month under a dimension it does not belong to: move CNY 100.00 from labour to marketing, move CNY 50.00 from system to marketing',
    );
    expect(contributors.map(({ id, amount }) => [id, amount])).toEqual([
      ['large', '80.00'],
      ['other', '50.00'],
      ['small', '20.00'],
    ]);
  });

  it('is silent below the share', () => {
    expect(judge([bill('b', '99.99', { bookedAs: 'labour' })], '10000').verdict.condition).toBe(false);
    expect(judge([bill('b', '100', { bookedAs: 'labour' })], '10000').verdict.condition).toBe(true);
  });

  it('moves exactly what it observed', () => {
    const dimension = fc.constantFrom(...DIMENSIONS);
    const bills = fc.array(fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 12n }), dimension, dimension), { maxLength: 20 });
    fc.assert(
      fc.property(bills, (drawn) => {
        const lines = drawn.map(([amountMicros, own, bookedAs], index) => ({
          lineId: String(index),
          dimension: own,
          bookedAs,
          amountMicros,
        }));
        const wrong = drawn.reduce<Micros>((sum, [amount, own, booked]) => sum + (own === booked ? 0n : amount), 0n);
        expect(BigInt(Math.round(judge(lines, '1').verdict.observed * 1e6))).toBe(wrong);
      }),
    );
  });
});

describe('evaluateIntegrationCost', () => {
  const rule: IntegrationCostRule = {
    ...COMMON,
    kind: 'integration-cost',
    subcategories: ['integration'],
    period: 'year',
    planMicros: parseMicros('365000'),
    toleranceRatio: 0.1,
  };
  const period = { startMs: at('2026-01-01T00:00:00+08:00'), endMs: at('2027-01-01T00:00:00+08:00') };
  /** After ten days, for which CNY 10,000 is planned. */
  const judge = (bills: AccruedBill[]) =>
    evaluateIntegrationCost(appliedTo(rule), {
      calendar: SHANGHAI,
      period,
      asOfMs: at('2026-01-11T00:00:00+08:00'),
      bills,
    });

  it.each([
    ['nothing', [], false, 'warning'],
    ['on plan', [bill('b', '10000', { subcategory: 'integration' })], false, 'warning'],
    ['within the tolerance', [bill('b', '11000', { subcategory: 'integration' })], false, 'warning'],
    ['over it', [bill('b', '11000.01', { subcategory: 'integration' })], true, 'warning'],
    ['the whole plan gone', [bill('b', '365000.01', { subcategory: 'integration' })], true, 'critical'],
    ['other bills', [bill('b', '365000', { subcategory: 'licence' })], false, 'warning'],
  ] as const)('%s', (_, bills, condition, severity) => {
    expect(judge([...bills]).verdict).toMatchObject({ condition, severity });
  });

  it('says what was spent and planned, and which bills', () => {
    const { verdict, contributors } = judge([bill('crm', '12000', { subcategory: 'integration' })]);
    expect(verdict).toMatchObject({ observed: 12_000, threshold: 10_000, unit: 'CNY', window: 'year' });
    expect(contributors).toEqual([{ scope: 'bill', id: 'crm', amount: '12000.00', share: 1 }]);
  });
});
