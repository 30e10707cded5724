import { parseMicros } from '../money/index.js';
import { amountText, percentText, ratioText, subjectName } from './wording.js';

describe('the wording of summaries', () => {
  it.each([
    ['all', 'all', 'The whole centre'],
    ['channel', 'voice', 'Channel voice'],
    ['team', 'north-1', 'Team north-1'],
    ['customer-tier', 'gold', 'Customer tier gold'],
  ] as const)('names %s %s', (scope, id, expected) => {
    expect(subjectName(scope, id)).toBe(expected);
  });

  it.each([
    ['21.4', '21.40'],
    ['1', '1.00'],
    ['46150', '46150.00'],
    ['18.005', '18.00'],
    ['18.015', '18.02'],
    ['-1234.567', '-1234.57'],
    ['0.5', '0.50'],
    ['0.0053', '0.0053'],
    ['-0.000001', '-0.000001'],
    ['9999999999.999999', '10000000000.00'],
  ])('writes %s as %s', (amount, expected) => {
    expect(amountText(parseMicros(amount))).toBe(expected);
  });

  it.each([
    [1n, 3n, '33.3%'],
    [9_999n, 10_000n, '99.9%'],
    [3n, 2n, '150.0%'],
    [-1n, 2n, '-50.0%'],
  ])('writes %d of %d as %s', (part, whole, expected) => {
    expect(percentText(part, whole)).toBe(expected);
  });

  it.each([
    [0.9, '90%'],
    [0.125, '12.5%'],
    [0.57, '57%'],
    [1, '100%'],
  ])('writes the ratio %d as %s', (ratio, expected) => {
    expect(ratioText(ratio)).toBe(expected);
  });
});
