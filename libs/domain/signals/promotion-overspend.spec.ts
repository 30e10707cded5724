import fc from 'fast-check';

import { parseMicros } from '../money/index.js';
import type { PromotionOverspendRule } from '../reference/index.js';
import { appliedTo, at, COMMON, MARCH_BUDGET, SHANGHAI } from './applied.fixture.js';
import { evaluatePromotionOverspend } from './promotion-overspend.js';

const rule: PromotionOverspendRule = {
  ...COMMON,
  kind: 'promotion-overspend',
  windowMs: 3_600_000,
  overRatio: 0.3,
  driverRatio: 0.5,
  severity: 'critical',
};
const applied = { ...appliedTo(rule), budget: { ...MARCH_BUDGET, amountMicros: parseMicros('74400') } };
const TEN = at('2026-03-10T10:00:00+08:00');

/** An hour, of which the budget plans CNY 100. */
const judge = (spent: string, promotion: string, minutes = 60) =>
  evaluatePromotionOverspend(applied, {
    calendar: SHANGHAI,
    fromMs: TEN - minutes * 60_000,
    asOfMs: TEN,
    spentMicros: parseMicros(spent),
    promotionMicros: parseMicros(promotion),
  });

describe('evaluatePromotionOverspend', () => {
  it.each([
    ['over by promotions', '150', '40', true],
    ['over by exactly the limit', '130', '30', false],
    ['over, promotions half of it', '140', '20', true],
    ['over, promotions less than half', '140', '19.99', false],
    ['promotions within plan', '120', '60', false],
    ['over without any', '200', '0', false],
  ])('%s', (_, spent, promotion, condition) => {
    expect(judge(spent, promotion).condition).toBe(condition);
  });

  it('names the driver and its part', () => {
    expect(judge('150', '40')).toMatchObject({
      observed: 1.5,
      threshold: 1.3,
      severity: 'critical',
      summary:
        'Channel voice spent CNY 150.00 over 1h where 100.00 is planned (over 30% is too much): 40.00 for promotions, 80.0% of the excess',
    });
  });

  it('does not judge an hour that was not seen by half', () => {
    expect(judge('150', '140', 29).condition).toBe(false);
    expect(judge('150', '140', 30).condition).toBe(true);
  });

  it('never fires without promotions, and never below the plan and its limit', () => {
    const cents = fc.integer({ min: 0, max: 40_000 });
    fc.assert(
      fc.property(cents, cents, (spent, promotion) => {
        const { condition } = judge((spent / 100).toFixed(2), (promotion / 100).toFixed(2));
        expect(condition).toBe(spent > 13_000 && promotion * 2 >= spent - 10_000 && promotion > 0);
      }),
    );
  });
});
