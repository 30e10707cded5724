import { formatsFor } from './formats.js';

const NBSP = /\u00a0|\u202f/g;

describe('formatsFor', () => {
  const british = formatsFor('en-GB', 'EUR', 'Asia/Shanghai');

  it.each([
    ['0', '€0.00'],
    ['12.345', '€12.35'],
    ['999.99', '€999.99'],
    ['1000', '€1,000'],
    ['-1234567.5', '-€1,234,568'],
    // Exact where a float would not be.
    ['9999999999.499999', '€9,999,999,999'],
  ])('writes %s as %s', (decimal, expected) => {
    expect(british.amount(decimal)).toBe(expected);
  });

  it('writes amounts as the reader does', () => {
    const german = formatsFor('de-DE', 'EUR', 'Asia/Shanghai');
    expect(german.amount('1234567.891').replaceAll(NBSP, ' ')).toBe('1.234.568 €');
    expect(german.unitAmount('1234.5').replaceAll(NBSP, ' ')).toBe('1.234,50 €');
    expect(formatsFor('ja-JP', 'JPY', 'Asia/Tokyo').amount('1234')).toMatch(/^[¥￥]1,234$/);
  });

  it('writes times in the zone of the organisation', () => {
    expect(british.time('2026-11-03T16:05:09.000Z')).toBe('00:05');
    expect(british.clock('2026-11-03T16:05:09.000Z')).toBe('00:05:09');
    expect(british.dayTime('2026-11-03T16:05:09.000Z')).toBe('04/11, 00:05');
  });

  it.each([
    [0, '0:00'],
    [59.6, '1:00'],
    [481, '8:01'],
    [3_725, '62:05'],
  ])('writes a handle time of %d s as %s', (seconds, expected) => {
    expect(british.handleTime(seconds)).toBe(expected);
  });
});
