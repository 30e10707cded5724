import fc from 'fast-check';

import { emptyMeasures, type Measures } from '../facts/index.js';
import { parseMicros } from '../money/index.js';
import type { UnitCostRule } from '../reference/index.js';
import type { AppliedUnitCost } from './rule-set.js';
import { evaluateUnitCost, unitCostFigure } from './unit-cost.js';

const applied = (target: string, over: Partial<UnitCostRule> = {}): AppliedUnitCost => ({
  kind: 'unit-cost',
  rule: {
    kind: 'unit-cost',
    ruleId: 'unit-cost-handled',
    version: 1,
    enabled: true,
    per: 'handled',
    window: '1h',
    minimumUnits: 20,
    severity: 'warning',
    forMs: 0,
    keepFiringMs: 0,
    ...over,
  },
  scope: 'channel',
  id: 'voice',
  currency: 'CNY',
  basis: '1',
  targetMicros: parseMicros(target),
});
const measures = (over: Partial<Measures>): Measures => ({ ...emptyMeasures(), ...over });

describe('unitCostFigure', () => {
  const hour = measures({
    labour: 600n,
    system: 90n,
    outsourcing: 200n,
    training: 10n,
    interactions: 100,
    resolved: 80,
    handledByAgents: 40,
  });

  it('divides all cost by interactions and by resolutions', () => {
    expect(unitCostFigure(hour, 'interaction')).toEqual({ amountMicros: 900n, units: 100 });
    expect(unitCostFigure(hour, 'resolution')).toEqual({ amountMicros: 900n, units: 80 });
  });

  it("leaves the vendors' cost out of what a contact handled by a person costs", () => {
    expect(unitCostFigure(hour, 'handled')).toEqual({ amountMicros: 700n, units: 40 });
  });
});

describe('evaluateUnitCost', () => {
  it('names scope, figure, unit, window and target', () => {
    const verdict = evaluateUnitCost(applied('18'), measures({ labour: parseMicros('2140'), handledByAgents: 100 }));
    expect(verdict).toEqual({
      condition: true,
      observed: 21.4,
      threshold: 18,
      nearness: 21.4 / 18,
      unit: 'CNY per contact handled',
      severity: 'warning',
      summary: 'Channel voice costs CNY 21.40 per contact handled over 1h, target 18.00',
      window: '1h',
    });
  });

  it.each([
    ['at the target', '1800', 100, false],
    ['a micro above', '1800.000001', 100, true],
    ['below', '1799.999999', 100, false],
    ['one contact short of judging', '10000', 19, false],
    ['just enough to judge', '10000', 20, true],
    ['nobody handled anything', '10000', 0, false],
  ])('%s', (_, labour, handledByAgents, condition) => {
    const verdict = evaluateUnitCost(applied('18'), measures({ labour: parseMicros(labour), handledByAgents }));
    expect(verdict.condition).toBe(condition);
  });

  it('never divides by zero, even without a minimum', () => {
    const verdict = evaluateUnitCost(applied('18', { minimumUnits: 0 }), measures({ labour: 1n }));
    expect(verdict).toMatchObject({ condition: false, observed: 0 });
  });

  it('says how many contacts are missing', () => {
    const verdict = evaluateUnitCost(applied('18'), measures({ labour: 1n, handledByAgents: 3 }));
    expect(verdict.summary).toBe(
      'Channel voice: too few to judge the cost per contact handled over 1h (3 of 20 needed)',
    );
  });

  it('shows all digits rather than "18.00, target 18.00"', () => {
    const verdict = evaluateUnitCost(applied('18'), measures({ labour: parseMicros('1800.1'), handledByAgents: 100 }));
    expect(verdict.summary).toBe('Channel voice costs CNY 18.001 per contact handled over 1h, target 18.00');
  });

  it('compares exactly what division would round', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 15n }),
        fc.integer({ min: 20, max: 1_000_000 }),
        fc.bigInt({ min: -2n, max: 2n }),
        (targetMicros, units, off) => {
          const at = { ...applied('0'), targetMicros };
          const labour = targetMicros * BigInt(units) + off;
          const { condition } = evaluateUnitCost(at, measures({ labour, handledByAgents: units }));
          expect(condition).toBe(off > 0n);
        },
      ),
    );
  });
});
