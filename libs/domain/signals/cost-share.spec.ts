import { parseMicros } from '../money/index.js';
import type { CostShareRule } from '../reference/index.js';
import { appliedTo, COMMON } from './applied.fixture.js';
import { evaluateCostShare } from './cost-share.js';

const DAY = 86_400_000;
const rule: CostShareRule = {
  ...COMMON,
  kind: 'cost-share',
  warningRatio: 0.05,
  criticalRatio: 0.055,
  minimumObservedMs: DAY,
};
const judge = (cost: string, revenue = '1000', observedMs = DAY) =>
  evaluateCostShare(appliedTo(rule), {
    costMicros: parseMicros(cost),
    revenueMicros: parseMicros(revenue),
    observedMs,
  });

describe('evaluateCostShare', () => {
  it.each([
    ['at the target', '50', false, 'warning', 0.05],
    ['just over it', '50.000001', true, 'warning', 0.05],
    ['at the second', '55', true, 'warning', 0.05],
    ['over the second', '55.000001', true, 'critical', 0.055],
  ])('%s', (_, cost, condition, severity, threshold) => {
    expect(judge(cost)).toMatchObject({ condition, severity, threshold, unit: 'ratio', window: 'month' });
  });

  it('says cost, revenue and target', () => {
    expect(judge('80').summary).toBe(
      'Channel voice costs 8.0% of revenue this month: CNY 80.00 of 1000.00, target 5.5%',
    );
  });

  it('judges neither without revenue nor before a day', () => {
    expect(judge('80', '0').condition).toBe(false);
    expect(judge('80', '1000', DAY - 1).condition).toBe(false);
  });
});
