import { rfc3339 } from '#libs/domain';
import type { BudgetRehearsal, BudgetRehearsalSignal } from '../live/wire/index.js';
import { BusyError, type PastInsight, type Rehearsal } from '../rehearsal/index.js';
import { planToWire } from './decide-budget.js';
import type { BudgetPlan } from './decisions.js';

/** What is rehearsed on: so much is kept of inputs unless they are set otherwise. */
const SPAN_MS = 7 * 86_400_000;

/** More than so many signals nobody reads before he approves. */
const MAX_SIGNALS = 20;

const TOOK_TOO_LONG =
  'Not rehearsed: it takes longer than anybody can be kept waiting. `spendline rehearse` has no limit.';

/**
 * What a budget would have done to the last seven days of the recorded past, for those who decide on it. Never rejects and
 * never goes on once `stop` is aborted: where there is nothing to say, it says why, since a budget is submitted in any case.
 */
export async function rehearseBudget(
  past: Pick<PastInsight, 'rehearse'>,
  plan: BudgetPlan,
  nowMs: number,
  stop: AbortSignal,
): Promise<BudgetRehearsal> {
  const span = { fromMs: nowMs - SPAN_MS, toMs: nowMs };
  const about = { from: rfc3339(span.fromMs), to: rfc3339(span.toMs), recordedFrom: null, signals: [] };
  const late = new Promise<undefined>((resolve) => {
    stop.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  try {
    // JSON is YAML.
    const document = JSON.stringify({ budgets: [planToWire(plan)] });
    const result = await Promise.race([past.rehearse(document, span, stop), late]);
    if (result === undefined || stop.aborted) return { ...about, says: TOOK_TOO_LONG };
    if (!result.ok)
      return { ...about, says: `Not rehearsed: ${result.faults.map(({ message }) => message).join('; ')}.` };
    return { ...about, ...told(result.rehearsal) };
  } catch (error) {
    if (stop.aborted) return { ...about, says: TOOK_TOO_LONG };
    const isBusy = error instanceof BusyError;
    const why = isBusy ? 'another rehearsal was being worked on' : 'the recorded past could not be read';
    return { ...about, says: `Not rehearsed: ${why}.` };
  }
}

function told({ recordedFrom, signals }: Rehearsal): Pick<BudgetRehearsal, 'says' | 'recordedFrom' | 'signals'> {
  if (recordedFrom === null) return { says: 'Not rehearsed: no input of the past is kept.', recordedFrom, signals: [] };
  const shown = signals
    .map(({ signalKey, proposed, today, fired }): BudgetRehearsalSignal => {
      const [first] = proposed.episodes;
      const figures = { proposedTimes: proposed.times, proposedMinutes: proposed.totalMinutes };
      return {
        signalKey,
        ...figures,
        todayTimes: today.times,
        toldTimes: fired.times,
        firstSays: first?.summary ?? null,
      };
    })
    .sort((a, b) => b.proposedTimes - a.proposedTimes)
    .slice(0, MAX_SIGNALS);
  const would = signals.filter(({ proposed }) => proposed.times > 0).length;
  const says =
    would === 0
      ? 'No signal of this budget would have fired.'
      : `${String(would)} ${would === 1 ? 'signal' : 'signals'} would have fired.`;
  return { says, recordedFrom, signals: shown };
}
