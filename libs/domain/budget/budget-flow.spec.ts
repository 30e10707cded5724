import fc from 'fast-check';
import type { BudgetStatus } from '../reference/index.js';
import {
  decideStep,
  endedAt,
  yearlyMicros,
  type BudgetActor,
  type BudgetFlowState,
  type BudgetStep,
} from './budget-flow.js';

const STATUSES: readonly BudgetStatus[] = ['draft', 'submitted', 'approved', 'rejected', 'superseded', 'closed'];
const STEPS: readonly BudgetStep[] = ['edit', 'submit', 'approve', 'reject', 'supersede', 'close'];
const PERIODS = ['month', 'quarter', 'year'] as const;

const BEN: BudgetActor = { id: 'ben', isPerson: true, yearlyLimitMicros: undefined };
const state = (status: BudgetStatus, fields: Partial<BudgetFlowState> = {}): BudgetFlowState => ({
  status,
  authors: ['ann'],
  budget: { amountMicros: 100n, period: 'month' },
  ...fields,
});

describe('the flow of a budget', () => {
  it('goes from draft over submission to a decision, and ends superseded or closed', () => {
    const possible = STATUSES.flatMap((status) =>
      STEPS.flatMap((step) => {
        const decision = decideStep(state(status), step, BEN, 'why');
        return decision.ok ? [`${status} -${step}-> ${decision.status}`] : [];
      }),
    );
    expect(possible).toEqual([
      'draft -edit-> draft',
      'draft -submit-> submitted',
      'submitted -approve-> approved',
      'submitted -reject-> rejected',
      'approved -supersede-> superseded',
      'approved -close-> closed',
    ]);
  });

  it('never lets anybody approve what he wrote or submitted, nor a program, nor more than the limit', () => {
    const people = fc.constantFrom('ann', 'ben', 'cid', 'api');
    fc.assert(
      fc.property(
        fc.array(people, { minLength: 1 }),
        people,
        fc.boolean(),
        fc.option(fc.bigInt({ min: 0n, max: 1_000_000n }), { nil: undefined }),
        fc.bigInt({ min: 1n, max: 100_000n }),
        fc.constantFrom(...PERIODS),
        (authors, id, isPerson, yearlyLimitMicros, amountMicros, period) => {
          const budget = { amountMicros, period };
          const { ok } = decideStep(state('submitted', { authors, budget }), 'approve', {
            id,
            isPerson,
            yearlyLimitMicros,
          });
          const isWithin = yearlyLimitMicros === undefined || yearlyMicros(budget) <= yearlyLimitMicros;
          expect(ok).toBe(isPerson && !authors.includes(id) && isWithin);
        },
      ),
    );
  });

  it.each<[BudgetStep, BudgetFlowState, Partial<BudgetActor>, string]>([
    ['approve', state('submitted', { authors: ['ann', 'ben'] }), {}, 'own-budget'],
    ['approve', state('submitted'), { yearlyLimitMicros: 1_199n }, 'over-limit'],
    ['approve', state('submitted'), { isPerson: false }, 'not-a-person'],
    ['submit', state('draft'), { isPerson: false }, 'not-a-person'],
    ['close', state('approved'), { isPerson: false }, 'not-a-person'],
    ['reject', state('submitted'), {}, 'reason-missing'],
    ['approve', state('draft'), {}, 'wrong-status'],
  ])('says why not: %s', (step, from, actor, refusal) => {
    expect(decideStep(from, step, { ...BEN, ...actor }, ' ')).toEqual({ ok: false, refusal });
  });

  it('lets a limit be passed neither by months nor by quarters', () => {
    const yearly = { amountMicros: 1_200n, period: 'year' } as const;
    expect(yearlyMicros(yearly)).toBe(1_200n);
    expect(yearlyMicros({ amountMicros: 100n, period: 'month' })).toBe(1_200n);
    expect(yearlyMicros({ amountMicros: 300n, period: 'quarter' })).toBe(1_200n);
  });

  it('keeps a version for the time in which it was in force', () => {
    expect(endedAt({ fromMs: 10 }, 20)).toEqual({ fromMs: 10, toMs: 20 });
    expect(endedAt({ toMs: 15 }, 20)).toEqual({ toMs: 15 });
    expect(endedAt({}, 20)).toEqual({ toMs: 20 });
    expect(endedAt({ fromMs: 20 }, 20)).toBeNull();
    expect(endedAt({ fromMs: 30 }, 20)).toBeNull();
    expect(endedAt({}, undefined)).toBeNull();
  });
});
