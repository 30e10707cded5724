import { BENCHMARKS, fixedOffsetCalendar } from '#libs/domain';

import type { ActivityList, ActivityQuery, MonthSum, MonthSumQuery } from '../ledger/index.js';
import { readActivities, readComposition, readCorrelation, readPareto, type AnalysisGrounds } from './analyses.js';

const span = { fromMs: Date.parse('2026-11-01T00:00:00Z'), toMs: Date.parse('2026-11-08T00:00:00Z') };
const FRAME = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-08T00:00:00.000Z', currency: 'CNY' };

const TOPICS: ActivityList = {
  items: [
    { id: null, amount: '30.00', contacts: 0, handledContacts: 0, handleSeconds: 0 },
    { id: 'refund', amount: '80.00', contacts: 2, handledContacts: 2, handleSeconds: 960 },
    { id: 'balance', amount: '10.00', contacts: 30, handledContacts: 0, handleSeconds: 0 },
  ],
  whole: { amount: '130.00', contacts: 40, handledContacts: 6, handleSeconds: 1200 },
  members: 5,
};

const monthSum = (id: string, amount: string, csat: number): MonthSum => ({
  ...{ id, amount, interactions: 10, csatSum: csat * 10, csatCount: 10 },
  breakdown: { labour: amount, system: '5.00', marketing: '0.00', outsourcing: '0.00', training: '0.00' },
});

/** A ledger that says what it is told to, and remembers what it was asked. */
function groundsOf(answers: { readonly activities?: ActivityList; readonly sums?: readonly MonthSum[] }): {
  readonly grounds: AnalysisGrounds;
  readonly asked: (ActivityQuery | MonthSumQuery)[];
} {
  const asked: (ActivityQuery | MonthSumQuery)[] = [];
  const answered = <Answer>(query: ActivityQuery | MonthSumQuery, answer: Answer): Promise<Answer> => {
    asked.push(query);
    return Promise.resolve(answer);
  };
  const ledger: AnalysisGrounds['ledger'] = {
    activities: (query) => answered(query, answers.activities ?? TOPICS),
    monthSums: (query) => answered(query, answers.sums ?? []),
  };
  return { grounds: { ledger, calendar: fixedOffsetCalendar(0), currency: 'CNY', span }, asked };
}

describe('readPareto', () => {
  it('looks at members alone, and names what belongs to none', async () => {
    const { grounds, asked } = groundsOf({});
    expect(await readPareto(grounds, { by: 'topic', limit: 1 })).toEqual({
      ...FRAME,
      by: 'topic',
      amount: '100.00',
      members: 5,
      items: [{ id: 'refund', amount: '80.00', share: 0.8, cumulativeShare: 0.8 }],
      vitalFew: { members: 1, memberShare: 0.2, amount: '80.00', share: 0.8, tied: [] },
      unassigned: '30.00',
    });
    expect(asked).toEqual([{ ...span, by: 'topic', currency: 'CNY', limit: 10_000 }]);
  });

  it('has nobody to name in an empty ledger', async () => {
    const nothing = { amount: '0.00', contacts: 0, handledContacts: 0, handleSeconds: 0 };
    const { grounds } = groundsOf({ activities: { items: [], whole: nothing, members: 0 } });
    const answer = await readPareto(grounds, { by: 'agent', limit: 10 });
    expect(answer).toMatchObject({ amount: '0.00', members: 0, items: [], vitalFew: null, unassigned: '0.00' });
  });
});

describe('readActivities', () => {
  it('takes shares of everything, what names none included', async () => {
    const { grounds } = groundsOf({});
    const { amount, contacts, items } = await readActivities(grounds, { by: 'topic', limit: 10 });
    expect([amount, contacts]).toEqual(['130.00', 40]);
    expect(items[1]).toEqual({
      ...{ id: 'refund', amount: '80.00', share: 80 / 130, contacts: 2, contactShare: 0.05 },
      ...{ handleSeconds: 960, costPerContact: '40.00', averageHandleSeconds: 480 },
    });
    expect(
      items.map(({ id, costPerContact, averageHandleSeconds }) => [id, costPerContact, averageHandleSeconds]),
    ).toEqual([
      [null, null, null],
      ['refund', '40.00', 480],
      ['balance', '0.333333', null],
    ]);
  });
});

describe('readComposition', () => {
  it('reads the months of everything, and compares with the benchmark', async () => {
    const { grounds, asked } = groundsOf({ sums: [monthSum('all', '15.00', 4)] });
    const finance = BENCHMARKS.find(({ id }) => id === 'finance') ?? null;
    const { amount, parts, benchmark, benchmarks } = await readComposition(grounds, finance);
    expect(amount).toBe('20.00');
    expect(parts[0]).toMatchObject({ dimension: 'labour', amount: '15.00', share: 0.75, benchmarkShare: 0.7 });
    expect(benchmark).toBe(finance);
    expect(benchmarks).toContain('retail');
    const cuts = [{ atMs: span.toMs, monthStartMs: span.fromMs, sign: 1 }];
    expect(asked).toEqual([{ scope: 'all', cuts, currency: 'CNY', limit: 10_000 }]);
  });

  it('is of nothing where nothing is known', async () => {
    const { amount, parts } = await readComposition(groundsOf({}).grounds, null);
    expect([amount, parts.length, parts.every(({ share }) => share === null)]).toEqual(['0.00', 5, true]);
  });
});

describe('readCorrelation', () => {
  it('sets CSAT against the cost of a contact', async () => {
    const sums = [1, 2, 3, 4, 5].map((grade) => monthSum(`a${String(grade)}`, `${String(60 - grade * 10)}.00`, grade));
    const answer = await readCorrelation(groundsOf({ sums }).grounds, 'agent');
    expect(answer.coefficient).toBeCloseTo(-1, 12);
    expect(answer).toMatchObject({ ...FRAME, over: 'agent', pairs: 5, leftOut: 0, leastPairs: 5, leastAnswers: 5 });
    expect(answer.items[0]).toEqual({ id: 'a1', costPerContact: '5.00', csat: 1, answers: 10 });
  });

  it('says nothing of too few', async () => {
    const { grounds } = groundsOf({ sums: [monthSum('a', '1.00', 4)] });
    expect(await readCorrelation(grounds, 'team')).toMatchObject({ coefficient: null, pairs: 1 });
  });
});
