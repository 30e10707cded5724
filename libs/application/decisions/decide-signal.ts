import { rfc3339 } from '#libs/domain';
import type { EpisodeHandling } from '../live/wire/index.js';
import {
  DecisionRefused,
  type AuditLine,
  type DecisionContext,
  type DecisionNote,
  type DecisionStore,
  type DecisionUnit,
} from './decisions.js';

/** What people do with an episode of a signal. None of it ever hides that it was resolved. */
export type SignalAction = 'acknowledge' | 'snooze' | 'comment';

/** An episode of a signal. */
export interface EpisodeName {
  readonly signalKey: string;
  readonly episodeId: string;
}

const DAY_MS = 86_400_000;
/** Whoever wants to hear nothing for longer should change the rule or the budget. */
const LONGEST_SNOOZE_MS = 7 * DAY_MS;

/** Says that somebody looks after it. */
export function acknowledgeSignal(
  store: DecisionStore,
  context: DecisionContext,
  episode: EpisodeName,
  comment?: string,
): Promise<AcceptedNote> {
  return act(store, context, { action: 'acknowledge', reason: comment }, episode);
}

/** Has receivers be quiet about it until a time, a week ahead at most; see {@link Snooze}. */
export function snoozeSignal(
  store: DecisionStore,
  context: DecisionContext,
  episode: EpisodeName,
  { untilMs, comment }: { readonly untilMs: number; readonly comment?: string | undefined },
): Promise<AcceptedNote> {
  if (untilMs <= context.nowMs || untilMs > context.nowMs + LONGEST_SNOOZE_MS) {
    const fault = { path: 'until', message: `must be later than now and at most 7 days ahead` };
    return Promise.reject(new DecisionRefused('invalid-action', 'The snooze has no end that holds.', [fault]));
  }
  const note = { action: 'snooze', reason: comment, body: { until: rfc3339(untilMs) } } as const;
  const snooze = { ...episode, madeAtMs: context.nowMs, untilMs, by: context.actor.name };
  return act(store, context, note, episode, (unit) => unit.publishSnooze(snooze));
}

/** Leaves a remark on its history. */
export function commentSignal(
  store: DecisionStore,
  context: DecisionContext,
  episode: EpisodeName,
  text: string,
): Promise<AcceptedNote> {
  return act(store, context, { action: 'comment', reason: text }, episode);
}

/** What was written down. */
export interface AcceptedNote {
  readonly action: SignalAction;
  readonly signalKey: string;
  readonly episodeId: string;
  readonly at: string;
}

function act(
  store: DecisionStore,
  context: DecisionContext,
  note: Pick<DecisionNote, 'reason' | 'body'> & { readonly action: SignalAction },
  { signalKey, episodeId }: EpisodeName,
  andAlso?: (unit: DecisionUnit) => Promise<void>,
): Promise<AcceptedNote> {
  return store.decide(context, async (unit) => {
    await andAlso?.(unit);
    await unit.note({ ...note, subject: 'signal', subjectId: signalKey, part: episodeId });
    return { action: note.action, signalKey, episodeId, at: rfc3339(context.nowMs) };
  });
}

/** How people left an episode, from the audit's lines about its signal in any order. A snooze ends with its time and with the episode. */
export function handlingOf(
  { episodeId, status }: { readonly episodeId: string; readonly status: 'firing' | 'resolved' },
  lines: readonly AuditLine[],
  nowMs: number,
): EpisodeHandling {
  const ours = lines.filter(({ part }) => part === episodeId).sort((a, b) => a.auditId - b.auditId);
  const latest = (action: SignalAction): AuditLine | undefined => ours.findLast((line) => line.action === action);
  const [acknowledged, snooze] = [latest('acknowledge'), latest('snooze')];
  const until = snooze?.body?.['until'];
  const holds = status === 'firing' && typeof until === 'string' && Date.parse(until) > nowMs;
  return {
    acknowledgedBy: acknowledged?.actorName ?? null,
    acknowledgedAt: acknowledged ? rfc3339(acknowledged.atMs) : null,
    snoozedUntil: holds ? until : null,
    snoozedBy: holds ? (snooze?.actorName ?? null) : null,
    comments: ours.filter(({ reason }) => reason !== null && reason !== '').length,
  };
}
