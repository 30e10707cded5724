import { EMPTY_REFERENCE } from '#libs/application';
import { matchesSchema, type Signal } from '#libs/contract';
import { parseMicros, type Budget, type Reference } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { at, bill, contact, REFERENCE, revenue } from '../centre.fixture.js';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** A contact every five minutes of two days: CNY 16 each, so 4,608 a day. */
const CONTACTS = Array.from({ length: 576 }, (_, index) =>
  contact(`i-${String(index)}`, index * 300, { channel: 'email' }),
);
const reference = (kind: string, budgets: Budget[] = []): Reference => ({
  ...REFERENCE,
  budgets,
  rules: EMPTY_REFERENCE.rules.filter((rule) => rule.kind === kind),
});

function run(from: Reference, records: readonly DriverRecord[], restartEvery = Infinity): Signal[] {
  const driver = new PipelineDriver({ reference: from, partitions: 1 });
  for (let first = 0; first < records.length; first += 24) {
    driver.send(...records.slice(first, first + 24));
    if ((first / 24) % restartEvery === restartEvery - 1) driver.restart();
  }
  for (const signal of driver.signals) expect(matchesSchema('signal.v1', signal)).toBe(true);
  return driver.signals;
}

const fired = (signals: readonly Signal[]) =>
  signals
    .filter(({ sequence }) => sequence === 0)
    .map(({ signalKey, severity, observedAt }) => [signalKey, severity, observedAt]);

const budget = (over: Partial<Budget>): Budget => ({
  budgetId: 'b',
  scope: 'channel',
  id: 'voice',
  period: 'month',
  amountMicros: parseMicros('100000'),
  currency: 'CNY',
  status: 'approved',
  version: 1,
  ...over,
});

describe('cost-share of revenue', () => {
  const month = { periodStart: at(-22 * DAY), periodEnd: at(8 * DAY) };

  it('fires once a day was seen, with the revenue of that day, the same after any restart', () => {
    // 30 x 87,000 of revenue: 4,608 are 5.3%.
    const records = [revenue('r-1', { amount: '2610000.00', ...month }), ...CONTACTS];
    const signals = run(reference('cost-share'), records);
    expect(fired(signals)).toEqual([['cost-share:all:all', 'warning', at(DAY + 180)]]);
    expect(signals[0]).toMatchObject({ threshold: 0.05, unit: 'ratio', window: 'month' });
    expect(signals[0]!.observed).toBeCloseTo(4608 / 87_000, 3);
    expect(run(reference('cost-share'), records, 3)).toEqual(signals);
  });

  it('is silent within the target and without revenue', () => {
    expect(run(reference('cost-share'), [revenue('r-1', { amount: '3000000.00', ...month }), ...CONTACTS])).toEqual([]);
    expect(run(reference('cost-share'), CONTACTS)).toEqual([]);
  });
});

describe('misallocation', () => {
  it('names the bill, and says what to move, the same after a restart', () => {
    const records = [
      bill('b-1', { dimension: 'marketing', bookedAs: 'labour', amount: '500.00' }),
      bill('b-2', { amount: '500.00' }),
      ...CONTACTS.slice(0, 48),
    ];
    const signals = run(reference('misallocation'), records);
    expect(fired(signals)).toEqual([['misallocation:all:all', 'info', at(180)]]);
    expect(signals[0]!.contributors).toEqual([{ scope: 'bill', id: 'b-1', amount: '500.00', share: 1 }]);
    expect(signals[0]!.summary).toContain('move CNY 500.00 from labour to marketing');
    expect(run(reference('misallocation'), records, 1)).toEqual(signals);
  });
});

describe('unapproved-spend', () => {
  it('is of the whole where nobody has a budget, and of a channel once another has one', () => {
    const hour = CONTACTS.slice(0, 12);
    const keys = (budgets: Budget[]) => fired(run(reference('unapproved-spend', budgets), hour)).map(([key]) => key);
    expect(keys([])).toEqual(['unapproved-spend:all:all']);
    expect(keys([budget({ scope: 'all', id: 'all' })])).toEqual([]);
    expect(keys([budget({ scope: 'all', id: 'all' }), budget({})])).toEqual(['unapproved-spend:channel:email']);
    const draft = budget({ id: 'email', budgetId: 'new', status: 'submitted' });
    const signals = run(reference('unapproved-spend', [budget({ scope: 'all', id: 'all' }), budget({}), draft]), hour);
    expect(signals[0]!.summary).toContain('new is submitted and not approved yet');
  });
});

describe('integration-cost', () => {
  it('counts bills of its subcategories against its own plan', () => {
    const line = bill('crm', { subcategory: 'integration', amount: '2000000.01' });
    const signals = run(reference('integration-cost'), [line, bill('other'), ...CONTACTS.slice(0, 12)]);
    expect(fired(signals)).toEqual([['integration-cost:all:all', 'critical', at(180)]]);
  });
});

describe('promotion-overspend', () => {
  it('needs gifts or a flagged bill behind the overspend', () => {
    // CNY 100 an hour planned; twelve contacts are 192.
    const plan = budget({ id: 'email', amountMicros: parseMicros('72000') });
    const gift = { charges: [{ dimension: 'marketing', amount: '10.00', currency: 'CNY' }] };
    const hours = CONTACTS.slice(0, 24);
    const gifts = hours.map(({ value, ...rest }) => ({ ...rest, value: { ...(value as object), ...gift } }));
    expect(run(reference('promotion-overspend', [plan]), hours)).toEqual([]);
    expect(fired(run(reference('promotion-overspend', [plan]), gifts)).map(([key]) => key)).toEqual([
      'promotion-overspend:channel:email:month',
    ]);
  });
});

describe('budget-forecast', () => {
  it('fires once a day was seen at a pace over the budget', () => {
    const plan = budget({ id: 'email', amountMicros: parseMicros('20000') });
    const signals = run(reference('budget-forecast', [plan]), CONTACTS);
    expect(fired(signals).map(([key, severity]) => [key, severity])).toEqual([
      ['budget-forecast:channel:email:month', 'critical'],
    ]);
  });
});
