import { fixedReference, EMPTY_REFERENCE } from '#libs/application';
import type { Budget, Reference, Rule } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { BASE, contact, REFERENCE } from '../centre.fixture.js';
import { JudgedBudgets } from './budget-figures.js';

const MINUTE = 60;

const BUDGET: Budget = {
  budgetId: 'b',
  scope: 'all',
  id: 'all',
  period: 'month',
  amountMicros: 72_000_000_000n,
  currency: 'CNY',
  status: 'approved',
  version: 1,
};
const KINDS: ReadonlySet<Rule['kind']> = new Set(['budget-threshold', 'burn-rate', 'budget-forecast'] as const);
const RULES = EMPTY_REFERENCE.rules.filter(({ kind }) => KINDS.has(kind));
const centre = (budgets: Budget[], rules: readonly Rule[] = RULES): Reference => ({ ...REFERENCE, budgets, rules });

/** One contact a minute, from one minute to another. */
const minutes = (from: number, to: number): DriverRecord[] =>
  Array.from({ length: to - from }, (_, index) => contact(`i-${String(from + index)}`, (from + index) * MINUTE));

const figuresOf = (driver: PipelineDriver) => driver.mergeTasks.flatMap((task) => [...task.budgets]);
const named = (driver: PipelineDriver): string[] => figuresOf(driver).map(({ budgetId }) => budgetId);

describe('the figures of budgets', () => {
  it('are those of budgets that hold, and of no others', () => {
    const ends = { ...BUDGET, toMs: BASE + 10 * MINUTE * 1000 };
    const next = { ...BUDGET, budgetId: 'next', fromMs: BASE + 10 * MINUTE * 1000 };
    const driver = new PipelineDriver({ reference: centre([ends, next]), partitions: 1 });
    driver.send(...minutes(0, 10));
    expect(named(driver)).toEqual(['b']);
    driver.send(...minutes(10, 15));
    expect(named(driver)).toEqual(['next']);
  });

  it('go with a budget that people close, and come again with the next one', () => {
    let now = fixedReference(centre([BUDGET]));
    const driver = new PipelineDriver({ reference: { current: () => now.current() }, partitions: 1 });
    driver.send(...minutes(0, 10));
    expect(named(driver)).toEqual(['b']);
    now = fixedReference(centre([{ ...BUDGET, status: 'closed' }]));
    driver.send(...minutes(10, 15));
    expect(named(driver)).toEqual([]);
    driver.tick();
    now = fixedReference(centre([{ ...BUDGET, version: 2 }]));
    driver.send(...minutes(15, 20));
    driver.tick(2_000);
    const told = driver.outputs.filter(({ topic, key }) => topic === 'live' && key === 'budget:b').at(-1);
    expect(JSON.parse(String(told?.value))).toMatchObject({ asOf: BASE + 18 * MINUTE * 1000 });
  });

  it('are there again as soon as a task was taken over', () => {
    const driver = new PipelineDriver({ reference: centre([BUDGET]), partitions: 1 });
    driver.send(...minutes(0, 10));
    driver.tick();
    const before = figuresOf(driver);
    expect(before).toMatchObject([{ budgetId: 'b', burnRates: { '5m': expect.any(Number) as number } }]);
    const signals = driver.signals.length;
    driver.restart();
    expect(figuresOf(driver)).toEqual(before);
    expect(driver.signals).toHaveLength(signals);
  });

  it('are told again only when they were judged again', () => {
    const driver = new PipelineDriver({ reference: centre([BUDGET]), partitions: 1 });
    driver.send(...minutes(0, 10));
    const told = (): string[] =>
      driver.outputs.flatMap(({ topic, key, value }) => {
        if (topic !== 'live' || key !== 'budget:b') return [];
        const { asOf } = JSON.parse(String(value)) as { asOf: number };
        return `minute ${String((asOf - BASE) / (MINUTE * 1000))}`;
      });
    for (let seconds = 0; seconds < 5; seconds += 1) driver.tick(2_000);
    // Of what was sent at once the last minute is judged in a step of its own.
    expect(told()).toEqual(['minute 7', 'minute 8']);
    driver.send(...minutes(10, 11));
    driver.tick(2_000);
    expect(told()).toEqual(['minute 7', 'minute 8', 'minute 9']);
  });

  it('are without what no rule judges any more', () => {
    let now = fixedReference(centre([BUDGET]));
    const driver = new PipelineDriver({ reference: { current: () => now.current() }, partitions: 1 });
    driver.send(...minutes(0, 10));
    expect(figuresOf(driver)[0]?.burnRates).toHaveProperty('5m');
    now = fixedReference(
      centre(
        [BUDGET],
        RULES.filter(({ kind }) => kind !== 'burn-rate'),
      ),
    );
    driver.send(...minutes(10, 15));
    expect(figuresOf(driver)).toMatchObject([{ budgetId: 'b', burnRates: {} }]);
    expect(figuresOf(driver)[0]?.burnRates).toEqual({});
  });

  it('stand as they were while the next minute is being judged', () => {
    const budgets = new JudgedBudgets();
    const judge = (spentRatio: number): void => {
      budgets.begin();
      for (const budgetId of ['a', 'b']) budgets.show(budgetId, { spentRatio });
    };
    judge(0.1);
    budgets.finish();
    judge(0.2);
    expect([...budgets.values()]).toMatchObject([{ spentRatio: 0.1 }, { spentRatio: 0.1 }]);
    budgets.finish();
    expect([...budgets.values()]).toMatchObject([{ spentRatio: 0.2 }, { spentRatio: 0.2 }]);
  });
});
