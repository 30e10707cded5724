import type { Signal } from '#libs/contract';
import { rfc3339 } from '#libs/domain';
import type { ReferenceEntry } from '../reference/index.js';
import { EpisodeBook, type Firings } from './episodes.js';
import { inOrder } from './in-order.js';
import { CostBook, type MovedCost } from './moved-cost.js';
import { PastPipeline, type PastDependencies } from './past-pipeline.js';
import type { PastSource } from './past-record.js';
import { proposalOf } from './proposal.js';

/** What is tried, on which past. Times in epoch ms of event time. */
export interface RehearsalRequest {
  readonly current: readonly ReferenceEntry[];
  readonly proposed: readonly ReferenceEntry[];
  readonly fromMs: number;
  readonly toMs: number;
  /** What was really told, as far as it is known: messages in their order. */
  readonly fired: readonly Signal[];
}

/** One signal: what it would have done, what it does under what holds today, and what was really told. */
export interface RehearsedSignal {
  readonly signalKey: string;
  readonly ruleId: string;
  readonly kind: string;
  readonly scope: string;
  readonly id: string;
  readonly proposed: Firings;
  readonly today: Firings;
  readonly fired: Firings;
}

/** What a proposal would have done. Times RFC 3339 in UTC. */
export interface Rehearsal {
  readonly from: string;
  readonly to: string;
  /** First event time that is still kept; null where nothing is. What lies before it is in no figure. */
  readonly recordedFrom: string | null;
  readonly records: number;
  readonly rejected: number;
  /** Reference keys of what was proposed. */
  readonly entries: readonly string[];
  /** Signals of the proposed rules and of the scopes of proposed budgets, and all others that would differ. */
  readonly signals: readonly RehearsedSignal[];
  /** For rates: what the facts of the span would cost otherwise. */
  readonly cost: readonly MovedCost[];
}

const YIELD_EVERY = 5_000;

/**
 * Runs what is proposed over the recorded past, in the stages themselves, beside what holds today. All that is kept is
 * played, also what lies before the span, since budgets, baselines and hours of past weeks rest on it; what is told is
 * what happened in the span.
 *
 * @param pause gives others a turn now and then; rejects to end the rehearsal
 */
export async function rehearse(
  { current, proposed, fromMs, toMs, fired }: RehearsalRequest,
  source: PastSource,
  dependencies: PastDependencies,
  pause: () => Promise<void>,
): Promise<Rehearsal> {
  const proposal = proposalOf(current, proposed);
  const [now, then, told] = [0, 1, 2].map(() => new EpisodeBook(fromMs, toMs)) as [
    EpisodeBook,
    EpisodeBook,
    EpisodeBook,
  ];
  const [costNow, costThen] = [new CostBook(fromMs, toMs), new CostBook(fromMs, toMs)];
  for (const signal of fired) told.take(signal);
  const pipeline = new PastPipeline([proposal.today, proposal.proposed], dependencies, {
    signal: (variant, signal) => (variant === 0 ? now : then).take(signal),
    costEvent: (variant, event) => {
      if (proposal.movesCost) (variant === 0 ? costNow : costThen).take(event);
    },
  });
  let records = 0;
  let recordedFromMs: number | undefined;
  const { partitions, close } = await source.open();
  try {
    for await (const next of inOrder(partitions)) {
      if (next.atMs >= toMs) break;
      if (Number.isFinite(next.atMs)) recordedFromMs ??= next.atMs;
      pipeline.take(next);
      records += 1;
      if (records % YIELD_EVERY === 0) await pause();
    }
  } finally {
    await close();
  }
  pipeline.finish();
  const keys = new Set([...now.keys, ...then.keys, ...told.keys]);
  const signals = [...keys].sort().flatMap((signalKey): RehearsedSignal[] => {
    const about = then.about.get(signalKey) ?? now.about.get(signalKey) ?? told.about.get(signalKey);
    if (!about) return [];
    const { rule, scope, id } = about;
    const [would, does] = [then.of(signalKey), now.of(signalKey)];
    const isMeant = proposal.ruleIds.has(rule.id) || proposal.budgetScopes.has(`${scope}:${id}`);
    if (!isMeant && JSON.stringify(would.episodes) === JSON.stringify(does.episodes)) return [];
    const what = { signalKey, ruleId: rule.id, kind: rule.kind, scope, id };
    return [{ ...what, proposed: would, today: does, fired: told.of(signalKey) }];
  });
  return {
    from: rfc3339(fromMs),
    to: rfc3339(toMs),
    recordedFrom: recordedFromMs === undefined ? null : rfc3339(recordedFromMs),
    records,
    rejected: pipeline.rejected,
    entries: proposal.entries,
    signals,
    cost: proposal.movesCost ? costNow.movedTo(costThen) : [],
  };
}
