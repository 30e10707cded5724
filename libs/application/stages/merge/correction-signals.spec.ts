import { EMPTY_REFERENCE } from '#libs/application';
import type { Signal } from '#libs/contract';
import { parseMicros, type Budget, type Reference } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { at, bill, contact, REFERENCE } from '../centre.fixture.js';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Ten minutes of small contacts: something comes in every minute, so that usage would be the reason given. */
const CONTACTS = Array.from({ length: 40 }, (_, index) =>
  contact(`i-${String(index)}`, index * 30, { channel: 'email', startedAt: at(index * 30 - 1) }),
);

const BUDGET: Budget = {
  ...{ budgetId: 'b', scope: 'all', id: 'all', period: 'month', amountMicros: parseMicros('1000') },
  ...{ currency: 'CNY', status: 'approved', version: 1 },
};
const ofTeam: Budget = { ...BUDGET, scope: 'team', id: 'north' };

function run(budget: Budget, records: readonly DriverRecord[], { restarts = false } = {}): Signal[] {
  const reference: Reference = {
    ...REFERENCE,
    budgets: [budget],
    rules: EMPTY_REFERENCE.rules.filter(({ kind }) => kind === 'budget-threshold'),
  };
  const driver = new PipelineDriver({ reference, partitions: 1 });
  for (const record of records) {
    driver.send(record);
    if (restarts) driver.restart();
  }
  return driver.signals;
}

const told = (signals: readonly Signal[]) =>
  signals.map(({ status, severity, cause }) => `${status} ${severity} ${cause}`);

/** The bill in the middle of the contacts, which runs since yesterday. */
const line = (lineId: string, amount: string, more: object = {}): DriverRecord =>
  bill(lineId, { amount, periodStart: at(-DAY), periodEnd: at(0), ...more });
const [before, after] = [CONTACTS.slice(0, 20), CONTACTS.slice(20)];

describe('a correction of a bill', () => {
  it('is the cause of the signal that it brings about', () => {
    const records = [line('small', '100.00'), ...before, line('large', '950.00', { correctionOf: 'small' }), ...after];
    expect(told(run(BUDGET, records))).toEqual(['firing warning correction']);
    expect(run(BUDGET, records, { restarts: true })).toEqual(run(BUDGET, records));
  });

  it('takes a signal back, and is named as what did', () => {
    const records = [line('large', '950.00'), ...before, line('small', '100.00', { correctionOf: 'large' }), ...after];
    const signals = run(BUDGET, records);
    expect(told(signals).at(0)).toMatch(/^firing warning/);
    expect(told(signals).at(-1)).toBe('resolved warning correction');
    expect(run(BUDGET, records, { restarts: true })).toEqual(signals);
  });

  it('is named also where the bill is shared out', () => {
    const share = { allocate: { to: 'team', by: 'weights', weights: { north: 1 } } };
    const larger = line('large', '950.00', { ...share, correctionOf: 'small' });
    expect(told(run(ofTeam, [line('small', '100.00', share), ...before, larger, ...after]))).toEqual([
      'firing warning correction',
    ]);
    const smaller = line('small', '100.00', { ...share, correctionOf: 'large' });
    const back = told(run(ofTeam, [line('large', '950.00', share), ...before, smaller, ...after]));
    expect(back.at(-1)).toBe('resolved warning correction');
  });

  it('is no reason for what would be the same without it', () => {
    const [first, second] = [line('a', '990.00'), line('b', '991.00', { correctionOf: 'a' })];
    const causes = run(BUDGET, [first, ...before, second, ...after]).map(({ cause }) => cause);
    expect(causes).not.toContain('correction');
  });
});
