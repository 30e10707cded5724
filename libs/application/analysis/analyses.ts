import {
  activityCost,
  BENCHMARKS,
  compositionOf,
  csatAgainstCost,
  DIMENSIONS,
  formatMicros,
  LEAST_ANSWERS,
  LEAST_PAIRS,
  paretoOf,
  parseMicros,
  rfc3339,
  type Benchmark,
  type Calendar,
  type Micros,
  type Scope,
} from '#libs/domain';

import type { LedgerReader, ReadSpan } from '../ledger/index.js';
import type {
  ActivitiesAnswer,
  ActivityGroup,
  AnalysisFrame,
  CompositionAnswer,
  CorrelatedScope,
  CorrelationAnswer,
  ParetoAnswer,
} from '../live/wire/index.js';
import { monthCuts } from './analysis-period.js';

/** More members than this are counted, and not looked at one by one. */
export const MOST_MEMBERS = 10_000;

/** What an analysis is made from. */
export interface AnalysisGrounds {
  readonly ledger: Pick<LedgerReader, 'activities' | 'monthSums'>;
  /** Of the organisation's zone. */
  readonly calendar: Calendar;
  /** The organisation's. */
  readonly currency: string;
  readonly span: ReadSpan;
}

/** What is asked of lists. */
export interface ListAsked {
  readonly by: ActivityGroup;
  /** Items at most. */
  readonly limit: number;
}

/** Which few topics, agents, ... make most of what contacts and paid time cost; `by` names the members. */
export async function readPareto(grounds: AnalysisGrounds, { by, limit }: ListAsked): Promise<ParetoAnswer> {
  const { ledger, currency, span } = grounds;
  const { items, whole, members } = await ledger.activities({ ...span, by, currency, limit: MOST_MEMBERS });
  const unassignedMicros = items.reduce((sum, { id, amount }) => (id === null ? sum + parseMicros(amount) : sum), 0n);
  const {
    whole: all,
    rows,
    vitalFew,
  } = paretoOf(
    items.flatMap(({ id, amount }) => (id === null ? [] : [{ id, quantity: parseMicros(amount) }])),
    { quantity: parseMicros(whole.amount) - unassignedMicros, members },
  );
  return {
    ...frameOf(grounds),
    by,
    amount: formatMicros(all.quantity),
    members: all.members,
    items: rows.slice(0, limit).map(({ id, quantity, share, cumulativeShare }) => {
      return { id, amount: formatMicros(quantity), share, cumulativeShare };
    }),
    vitalFew: vitalFew && {
      members: vitalFew.members,
      memberShare: vitalFew.memberShare,
      amount: formatMicros(vitalFew.quantity),
      share: vitalFew.share,
      tied: vitalFew.tied.slice(0, limit),
    },
    unassigned: formatMicros(unassignedMicros),
  };
}

/** What contacts and paid time cost by activity, and what one contact of it costs. */
export async function readActivities(grounds: AnalysisGrounds, { by, limit }: ListAsked): Promise<ActivitiesAnswer> {
  const { ledger, currency, span } = grounds;
  const { items, whole, members } = await ledger.activities({ ...span, by, currency, limit });
  const all = { amountMicros: parseMicros(whole.amount), contacts: whole.contacts };
  return {
    ...frameOf(grounds),
    by,
    amount: whole.amount,
    contacts: whole.contacts,
    members,
    items: items.map((item) => {
      const cost = activityCost({ ...item, amountMicros: parseMicros(item.amount) }, all);
      const { id, amount, contacts, handleSeconds, share, contactShare, averageHandleSeconds } = cost;
      const costPerContact = cost.costPerContactMicros === null ? null : formatMicros(cost.costPerContactMicros);
      return { id, amount, share, contacts, contactShare, handleSeconds, costPerContact, averageHandleSeconds };
    }),
  };
}

/** What the cost consists of, bills as they accrue included, beside a benchmark of the built-in table. */
export async function readComposition(
  grounds: AnalysisGrounds,
  benchmark: Benchmark | null,
): Promise<CompositionAnswer> {
  const [all] = await readMonths(grounds, 'all');
  const amounts = Object.fromEntries(
    DIMENSIONS.map((dimension): [string, Micros] => [dimension, parseMicros(all?.breakdown[dimension] ?? '0')]),
  );
  const { totalMicros, parts } = compositionOf(amounts, benchmark);
  return {
    ...frameOf(grounds),
    amount: formatMicros(totalMicros),
    parts: parts.map(({ dimension, amountMicros, ...shares }) => {
      return { dimension, amount: formatMicros(amountMicros), ...shares };
    }),
    benchmark,
    benchmarks: BENCHMARKS.map(({ id }) => id),
  };
}

/** Whether dearer contacts are the better ones, over agents, channels, teams or vendors. */
export async function readCorrelation(grounds: AnalysisGrounds, over: CorrelatedScope): Promise<CorrelationAnswer> {
  const sums = await readMonths(grounds, over);
  const { coefficient, pairs, leftOut, points } = csatAgainstCost(
    sums.map(({ id, amount, interactions, csatSum, csatCount }) => {
      return { id, amountMicros: parseMicros(amount), contacts: interactions, csatSum, answers: csatCount };
    }),
  );
  return {
    ...frameOf(grounds),
    over,
    coefficient,
    pairs,
    leftOut,
    leastPairs: LEAST_PAIRS,
    leastAnswers: LEAST_ANSWERS,
    items: points.map(({ id, costPerContactMicros, y, answers }) => {
      return { id, costPerContact: formatMicros(costPerContactMicros), csat: y, answers };
    }),
  };
}

function readMonths({ ledger, calendar, currency, span }: AnalysisGrounds, scope: Scope) {
  return ledger.monthSums({ scope, cuts: monthCuts(span, calendar), currency, limit: MOST_MEMBERS });
}

function frameOf({ span, currency }: AnalysisGrounds): AnalysisFrame {
  return { from: rfc3339(span.fromMs), to: rfc3339(span.toMs), currency };
}
