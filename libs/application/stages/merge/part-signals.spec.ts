import fc from 'fast-check';
import { buildReference, EMPTY_REFERENCE, referenceEntry } from '#libs/application';
import { matchesSchema, type Signal } from '#libs/contract';
import { DIMENSIONS, divideHalfEven, parseMicros, type Budget, type Reference } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { at, bill, contact, REFERENCE } from '../centre.fixture.js';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** A contact every five minutes of thirty hours: CNY 16 of labour and 0.48 of the telephone each. */
const CONTACTS = Array.from({ length: 360 }, (_, index) => contact(`i-${String(index)}`, index * 300));

const budget = (over: Partial<Budget>): Budget => ({
  budgetId: 'b',
  scope: 'dimension',
  id: 'labour',
  period: 'month',
  amountMicros: parseMicros('100000'),
  currency: 'CNY',
  status: 'approved',
  version: 1,
  ...over,
});

const reference = (kind: string, budgets: Budget[]): Reference => ({
  ...REFERENCE,
  budgets,
  rules: EMPTY_REFERENCE.rules.filter((rule) => rule.kind === kind),
});

function driven(from: Reference, records: readonly DriverRecord[], restartEvery = Infinity): PipelineDriver {
  const driver = new PipelineDriver({ reference: from, partitions: 1 });
  for (let first = 0; first < records.length; first += 24) {
    driver.send(...records.slice(first, first + 24));
    if ((first / 24) % restartEvery === restartEvery - 1) driver.restart();
  }
  for (const signal of driver.signals) expect(matchesSchema('signal.v1', signal)).toBe(true);
  return driver;
}

const fired = (signals: readonly Signal[]) =>
  signals.filter(({ sequence }) => sequence === 0).map(({ signalKey, observed }) => [signalKey, observed]);

describe('a budget of a cost dimension', () => {
  it('is judged on what the whole centre spent in that dimension alone', () => {
    // Ten contacts cost 160 of labour and 4.80 of the telephone.
    const budgets = [
      budget({ amountMicros: parseMicros('320') }),
      budget({ budgetId: 's', id: 'system', amountMicros: parseMicros('320') }),
    ];
    const signals = driven(reference('budget-threshold', budgets), CONTACTS.slice(0, 12)).signals;
    expect(fired(signals)).toEqual([['budget-threshold:dimension:labour:month', 0.5]]);
    expect(signals[0]!.summary).toBe(
      'Dimension labour has spent 50.0% of its budget of the month: CNY 160.00 of 320.00, threshold 50%',
    );
    expect(signals[0]!.contributors).toEqual([{ scope: 'dimension', id: 'labour', amount: '160.00', share: 1 }]);
  });

  it('burns, and is projected, the same after any restart and with late contacts', () => {
    // CNY 28 an hour planned, 192 spent; what is left of the month comes to 35,000.
    const plan = [budget({ amountMicros: parseMicros('20000') })];
    const late = [...CONTACTS.slice(0, 100), contact('late', 99 * 300 - 400), ...CONTACTS.slice(100)];
    for (const kind of ['burn-rate', 'budget-forecast']) {
      const once = driven(reference(kind, plan), late).signals;
      expect(fired(once).map(([key]) => key)).toEqual([`${kind}:dimension:labour:month`]);
      expect(driven(reference(kind, plan), late, 3).signals).toEqual(once);
    }
  });

  it('adds up over the dimensions to the whole, to the micro', () => {
    const period = { periodStart: at(-10 * DAY), periodEnd: at(20 * DAY) };
    const line = fc.record({ dimension: fc.constantFrom(...DIMENSIONS), amount: fc.integer({ min: 1, max: 1e9 }) });
    const budgets = [
      budget({ budgetId: 'all', scope: 'all', id: 'all' }),
      ...DIMENSIONS.map((id) => budget({ budgetId: id, id })),
    ];
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const bills = lines.map(({ dimension, amount }, index) =>
          bill(`l-${String(index)}`, { dimension, amount: (amount / 1e4).toFixed(4), ...period }),
        );
        const driver = driven(reference('budget-threshold', budgets), [...bills, ...CONTACTS.slice(0, 13)]);
        const figures = driver.mergeTasks.flatMap((task) => [...task.budgets]);
        const spent = (id: string) => figures.find(({ budgetId }) => budgetId === id)?.spentMicros ?? -1n;
        expect(figures).toHaveLength(6);
        expect(DIMENSIONS.reduce((sum, id) => sum + spent(id), 0n)).toBe(spent('all'));
      }),
      { numRuns: 25 },
    );
  });
});

describe('a budget of a system', () => {
  const crm = { system: 'crm', periodStart: at(0), periodEnd: at(30 * DAY), amount: '7200.00' };

  it('is judged on the bills that name the system, in whatever dimension, and follows their corrections', () => {
    const budgets = [budget({ scope: 'system', id: 'crm', amountMicros: parseMicros('20') })];
    const records = [
      bill('l-1', crm),
      bill('l-2', { ...crm, dimension: 'outsourcing' }),
      bill('l-3', { ...crm, system: 'erp' }),
      ...CONTACTS.slice(0, 12),
    ];
    const signals = driven(reference('budget-threshold', budgets), records).signals;
    // Two bills of CNY 10 an hour each: half of the budget after half an hour.
    expect(fired(signals)).toEqual([['budget-threshold:system:crm:month', 0.5]]);
    expect(signals[0]!.observedAt).toBe(at(HOUR / 2));
    const taken = [...records, bill('l-4', { ...crm, amount: '1.00', correctionOf: 'l-2' }), ...CONTACTS.slice(12, 16)];
    const after = driven(reference('budget-threshold', budgets), taken);
    const [figures] = after.mergeTasks.flatMap((task) => [...task.budgets]);
    const elapsed = BigInt(figures!.asOfMs! - Date.parse(at(0)));
    const accrued = (amountMicros: bigint) => divideHalfEven(amountMicros * elapsed, BigInt(30 * DAY * 1000));
    expect(figures!.spentMicros).toBe(accrued(7_200_000_000n) + accrued(1_000_000n));
  });

  it('is missed where other systems have one, if the rule is to look there', () => {
    const rules = EMPTY_REFERENCE.rules
      .filter(({ kind }) => kind === 'unapproved-spend')
      .map((rule) => ({ ...rule, scopes: ['system', 'dimension'] as const }));
    const budgets = [
      budget({ scope: 'system', id: 'crm' }),
      ...DIMENSIONS.filter((id) => id !== 'marketing').map((id) => budget({ budgetId: id, id })),
    ];
    const records = [
      bill('l-1', crm),
      bill('l-2', { ...crm, system: 'erp' }),
      bill('l-3', { ...crm, system: undefined, dimension: 'marketing' }),
      ...CONTACTS.slice(0, 3),
    ];
    expect(fired(driven({ ...REFERENCE, budgets, rules }, records).signals).map(([key]) => key)).toEqual([
      'unapproved-spend:dimension:marketing',
      'unapproved-spend:system:erp',
    ]);
  });

  it('is told of to the API with its quarter', () => {
    const budgets = [budget({ scope: 'system', id: 'crm', period: 'quarter', amountMicros: parseMicros('1000') })];
    const driver = driven(reference('budget-threshold', budgets), [bill('l-1', crm), ...CONTACTS.slice(0, 13)]);
    driver.tick();
    const told = driver.outputs.filter(({ topic, key }) => topic === 'live' && String(key).startsWith('budget:'));
    expect(JSON.parse(String(told.at(-1)!.value))).toEqual({
      budgetId: 'b',
      asOf: Date.parse(at(3540)),
      spent: '9.833333',
      forecast: null,
    });
  });
});

describe('reference data', () => {
  it('has budgets of dimensions and systems beside those of windows', () => {
    const entry = referenceEntry('budget', budget({ scope: 'system', id: 'crm' }), 1);
    expect(buildReference([entry]).budgets).toMatchObject([{ scope: 'system', id: 'crm' }]);
  });
});
