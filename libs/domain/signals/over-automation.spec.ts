import { emptyMeasures, type Measures } from '../facts/index.js';
import { parseMicros } from '../money/index.js';
import type { OverAutomationRule } from '../reference/index.js';
import { appliedTo, COMMON } from './applied.fixture.js';
import { evaluateOverAutomation } from './over-automation.js';

const rule: OverAutomationRule = {
  ...COMMON,
  kind: 'over-automation',
  window: '1h',
  baselineMs: 3 * 86_400_000,
  automationRise: 0.05,
  complaintRatio: 0.08,
  complaintFactor: 1.5,
  minimumUnits: 200,
  severity: 'warning',
};
const measures = (interactions: number, automated: number, complaints: number): Measures => ({
  ...emptyMeasures(),
  interactions,
  automated: Math.round(automated * interactions),
  complaints: Math.round(complaints * interactions),
  handledByAgents: Math.round((1 - automated) * interactions),
  labour: parseMicros(String(Math.round((1 - automated) * interactions) * 16)),
});
const USUAL = measures(70_000, 0.7, 0.05);
const judge = (window: Measures, usual = USUAL) => evaluateOverAutomation(appliedTo(rule), window, usual);

describe('evaluateOverAutomation', () => {
  it.each([
    ['the usual', measures(1000, 0.7, 0.05), false],
    ['the method: complaints from 5% to 12%', measures(1000, 0.8, 0.12), true],
    ['recovered at 3%', measures(1000, 0.8, 0.03), false],
    ['more automated and no worse', measures(1000, 0.85, 0.05), false],
    ['worse, but not more automated', measures(1000, 0.72, 0.12), false],
    ['too few', measures(199, 0.9, 0.2), false],
  ])('%s', (_, window, condition) => {
    expect(judge(window).condition).toBe(condition);
  });

  it('does not take chance for a rise', () => {
    const usual = measures(70_000, 0.7, 0.055);
    expect(judge(measures(200, 0.8, 0.085), usual).condition).toBe(false);
    expect(judge(measures(2000, 0.8, 0.085), usual).condition).toBe(true);
  });

  it('needs something to compare with', () => {
    expect(judge(measures(1000, 0.8, 0.12), measures(199, 0.7, 0.05)).condition).toBe(false);
  });

  it('says what it saves in the end', () => {
    // 100 more without a person, 70 more complaints, at CNY 16 each.
    expect(judge(measures(1000, 0.8, 0.12)).summary).toBe(
      'Channel voice over 1h: 80.0% automated (70.0% before) and 12.0% complained of (5.0% before); net saving CNY 480.00',
    );
  });
});
