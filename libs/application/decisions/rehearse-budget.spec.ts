import { BusyError, type PastInsight, type Rehearsal } from '../rehearsal/index.js';
import type { BudgetPlan } from './decisions.js';
import { rehearseBudget } from './rehearse-budget.js';

const NOW_MS = Date.parse('2026-11-16T00:00:00.000Z');
const PLAN: BudgetPlan = {
  budgetId: 'voice',
  scope: 'channel',
  id: 'voice',
  period: 'month',
  amountMicros: 1_000_000_000n,
  currency: 'CNY',
};

const none = { times: 0, totalMinutes: 0, longestMinutes: 0, episodes: [] };
const REHEARSAL: Rehearsal = {
  from: '2026-11-09T00:00:00.000Z',
  to: '2026-11-16T00:00:00.000Z',
  recordedFrom: '2026-11-10T00:00:00.000Z',
  records: 5,
  rejected: 0,
  entries: ['budget/voice'],
  signals: [
    {
      ...{ signalKey: 'unapproved-spend:channel:voice', ruleId: 'unapproved-spend', kind: 'unapproved-spend' },
      ...{ scope: 'channel', id: 'voice', proposed: none, today: { ...none, times: 1 }, fired: none },
    },
    {
      ...{ signalKey: 'burn-rate:channel:voice:month', ruleId: 'burn-rate', kind: 'burn-rate' },
      ...{ scope: 'channel', id: 'voice', today: none, fired: none },
      proposed: {
        ...{ times: 2, totalMinutes: 50, longestMinutes: 40 },
        episodes: [
          {
            ...{ startedAt: '2026-11-10T01:00:00.000Z', resolvedAt: null, severity: 'critical' },
            summary: 'Channel voice burns',
          },
        ],
      },
    },
  ],
  cost: [],
};

const rehearsed = (rehearse: PastInsight['rehearse'], stop = new AbortController().signal) =>
  rehearseBudget({ rehearse }, PLAN, NOW_MS, stop);

describe('the rehearsal of a submission', () => {
  it('is of the plan as it stands, over the last seven days, with what fires most in front', async () => {
    const asked: unknown[] = [];
    const result = await rehearsed((document, span) => {
      asked.push(JSON.parse(document), span);
      return Promise.resolve({ ok: true, rehearsal: REHEARSAL });
    });
    expect(asked).toEqual([
      {
        budgets: [
          { budgetId: 'voice', scope: 'channel', id: 'voice', period: 'month', amount: '1000.00', currency: 'CNY' },
        ],
      },
      { fromMs: NOW_MS - 7 * 86_400_000, toMs: NOW_MS },
    ]);
    expect(result).toEqual({
      from: '2026-11-09T00:00:00.000Z',
      to: '2026-11-16T00:00:00.000Z',
      recordedFrom: '2026-11-10T00:00:00.000Z',
      says: '1 signal would have fired.',
      signals: [
        {
          ...{ signalKey: 'burn-rate:channel:voice:month', proposedTimes: 2, proposedMinutes: 50 },
          ...{ todayTimes: 0, toldTimes: 0, firstSays: 'Channel voice burns' },
        },
        {
          ...{ signalKey: 'unapproved-spend:channel:voice', proposedTimes: 0, proposedMinutes: 0 },
          ...{ todayTimes: 1, toldTimes: 0, firstSays: null },
        },
      ],
    });
  });

  it.each<[string, PastInsight['rehearse'], string]>([
    [
      'nothing is kept',
      () => Promise.resolve({ ok: true, rehearsal: { ...REHEARSAL, recordedFrom: null } }),
      'no input of the past is kept',
    ],
    ['another one runs', () => Promise.reject(new BusyError('busy')), 'another rehearsal was being worked on'],
    ['Kafka is away', () => Promise.reject(new Error('away')), 'the recorded past could not be read'],
    [
      'it throws',
      () => {
        throw new Error('away');
      },
      'the recorded past could not be read',
    ],
    [
      'the plan does not fit',
      () => Promise.resolve({ ok: false, faults: [{ path: 'budgets[0].currency', message: 'is USD', line: 1 }] }),
      'is USD',
    ],
  ])('says in words that %s', async (_, rehearse, why) => {
    expect(await rehearsed(rehearse)).toMatchObject({
      says: `Not rehearsed: ${why}.`,
      recordedFrom: null,
      signals: [],
    });
  });

  it('is given up at the limit, and told to stop', async () => {
    let stopped = false;
    const endless: PastInsight['rehearse'] = (_document, _span, stop) =>
      new Promise((_resolve, reject) => {
        stop?.addEventListener('abort', () => {
          stopped = true;
          reject(new Error('stopped'));
        });
      });
    expect((await rehearsed(endless, AbortSignal.timeout(5))).says).toMatch(/^Not rehearsed: it takes longer than /);
    expect(stopped).toBe(true);
    // One that does not hear holds nobody up either.
    expect((await rehearsed(() => new Promise(() => undefined), AbortSignal.timeout(5))).says).toMatch(
      /^Not rehearsed: it takes longer than /,
    );
  });
});
