import fc from 'fast-check';

import { emptyMeasures, type Measures } from '../facts/index.js';
import { parseMicros } from '../money/index.js';
import type { VendorQualityRule } from '../reference/index.js';
import { appliedTo, COMMON } from './applied.fixture.js';
import { evaluateVendorQuality } from './vendor-quality.js';

const rule: VendorQualityRule = {
  ...COMMON,
  kind: 'vendor-quality',
  windowMs: 6 * 3_600_000,
  errorRatio: 0.08,
  minimumUnits: 30,
};
const cell = (interactions: number, cost: string, resolved: number, errors: number): Measures => ({
  ...emptyMeasures(),
  interactions,
  outsourcing: parseMicros(cost),
  resolved,
  errors,
});
/** In-house: voice at CNY 20 a contact, email at 10; nine of ten resolved, no errors. */
const IN_HOUSE = new Map([
  ['voice', cell(100, '2000', 90, 0)],
  ['email', cell(50, '500', 45, 0)],
]);
const judge = (cells: [string, Measures][], bills = '0', inHouse = IN_HOUSE) =>
  evaluateVendorQuality(
    { ...appliedTo(rule), scope: 'vendor', id: 'v' },
    { vendor: new Map(cells), inHouse, billsMicros: parseMicros(bills) },
  );

describe('evaluateVendorQuality', () => {
  it.each([
    ['at the limit', 200, 16, false],
    ['over it, as chance will have it', 200, 29, false],
    ['over it for a reason', 200, 30, true],
    ['the scenario: a quarter, in an hour', 40, 10, true],
    ['all wrong, but too few', 29, 29, false],
  ])('%s', (_, contacts, errors, condition) => {
    expect(judge([['voice', cell(contacts, '100', contacts - errors, errors)]]).condition).toBe(condition);
  });

  it('is critical once errors make a resolution dearer than in-house, on the mix of the vendor', () => {
    // In-house, a hundred calls cost 2,000 and resolve 90: 22.22. Thirty errors are 600 of rework.
    const voice = (cost: string) => judge([['voice', cell(100, cost, 88, 30)]]);
    expect(voice('1300')).toMatchObject({ condition: true, severity: 'warning' });
    expect(voice('1400')).toMatchObject({ condition: true, severity: 'critical' });
    expect(voice('1400').summary).toBe(
      'Vendor v has 30.0% errors over 6h, limit 8%; CNY 22.73 per resolution, in-house 22.22 on the same mix',
    );
    // The same cost on e-mail, which the own people do for half of it, is too much.
    expect(judge([['email', cell(100, '1000', 88, 30)]]).severity).toBe('critical');
  });

  it('counts the bills of the vendor', () => {
    expect(judge([['voice', cell(100, '1300', 88, 30)]], '100').severity).toBe('critical');
  });

  it('compares a channel that only the vendor serves with the average', () => {
    const summary = judge([['video', cell(150, '3000', 135, 0)]]).summary;
    expect(summary).toContain('in-house 18.52 on the same mix');
  });

  it('is never critical without a comparison, and never fires within the limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 1000 }), fc.integer({ min: 0, max: 1000 }), (contacts, errors) => {
        const verdict = judge([['voice', cell(contacts, '999', contacts, errors)]], '0', new Map());
        expect(verdict.severity).toBe('warning');
        if (errors <= contacts * 0.08) expect(verdict.condition).toBe(false);
      }),
    );
  });
});
