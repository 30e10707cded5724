import type { Severity } from '../reference/index.js';
import { rfc3339 } from '../time/index.js';
import type { AppliedRule } from './rule-set.js';
import { episodeIdOf, signalMessage, type SignalDetails, type SignalMessage } from './signal-message.js';
import { severityRank, type SignalCause, type Verdict } from './verdict.js';

/** Shortest time between two messages of an episode that say the same severity (contract section 8). */
export const UPDATE_INTERVAL_MS = 60_000;

/** What the last verdict rested on, to tell a changed plan and a new period from usage. */
interface Footing {
  readonly basis: string;
  readonly periodStartMs?: number;
}

/** The condition was not met. Kept so that the first verdict after a change of plan is known for what it is. */
interface Clear extends Footing {
  readonly phase: 'clear';
}

/** The condition is met, not yet for long enough. */
interface Pending extends Footing {
  readonly phase: 'pending';
  readonly sinceMs: number;
  /** What made the condition true. */
  readonly cause: SignalCause;
}

interface Firing extends Footing {
  readonly phase: 'firing';
  readonly startedAtMs: number;
  /** The minute whose verdict was told ahead of the watermark, until the watermark has reached it; see {@link advanceEarly}. */
  readonly toldAheadMs?: number;
  /** The message sent last; the episode's severity and sequence are those in it. */
  readonly sent: SignalMessage;
  readonly sentAtMs: number;
  /** What was news in it, where that is not its summary. */
  readonly headline?: string;
  /** Since when the condition is not met, and what ended it. */
  readonly clear?: { readonly sinceMs: number; readonly cause: SignalCause };
  /** Since when the verdict is milder than the episode, what made it so, and the worst severity in that time. */
  readonly milder?: { readonly sinceMs: number; readonly cause: SignalCause; readonly worst: Severity | 'none' };
}

/** State of one signal key: plain JSON data. An unchanged state is returned as the same object, so it need not be saved. */
export type EpisodeState = Clear | Pending | Firing;

/** What `advance` needs beside the verdict. */
export interface EpisodeInput {
  readonly signalKey: string;
  readonly applied: AppliedRule;
  /** What moved the figures since the last call; a changed plan and a new period are noticed here. */
  readonly cause: SignalCause;
  /** Input is missing or does not move: nothing is resolved or eased, since the figures may be low for want of input. */
  readonly stale: boolean;
  /** Asked for only when there is something to say. */
  readonly details?: () => SignalDetails;
}

/** The next state, and the message to publish if there is one. */
export interface EpisodeStep {
  readonly state: EpisodeState;
  readonly emit?: SignalMessage;
}

/**
 * One step of a signal's episode (contract section 8), a pure state machine on event time. With the rule's `forMs` and
 * `keepFiringMs`:
 * - fires once the condition has held for `forMs`, and stays the same episode until it has been clear for
 *   `keepFiringMs` on end, so it does not flap;
 * - counts as clear only once below the limit by the rule's hysteresis;
 * - a higher severity is said at once, a lower one when nothing as bad has come for `keepFiringMs`; both name the
 *   previous severity;
 * - while the condition is met, a changed summary (or headline, where the verdict has one) is said at most once a minute;
 * - with stale input it fires but never resolves or eases; clear time starts to count when input is back.
 *
 * @param state undefined before the first verdict of the key
 * @param tMs event time of the verdict, never before that of the last call
 */
export function advance(
  state: EpisodeState | undefined,
  verdict: Verdict,
  tMs: number,
  input: EpisodeInput,
): EpisodeStep {
  // What was told ahead knew more than the minutes before it.
  if (state && isToldAheadOf(state, tMs)) return { state };
  const cause = causeOf(state, verdict, tMs, input);
  if (state?.phase === 'firing') return advanceFiring(state, held(verdict, input), tMs, { ...input, cause });
  const footing = footingOf(verdict, input);
  if (!verdict.condition) return { state: keepIfSame(state, { phase: 'clear', ...footing }) };
  const since = state?.phase === 'pending' ? { sinceMs: state.sinceMs, cause: state.cause } : { sinceMs: tMs, cause };
  if (tMs - since.sinceMs < input.applied.rule.forMs) {
    return { state: keepIfSame(state, { phase: 'pending', ...footing, ...since }) };
  }
  return begin(verdict, tMs, tMs, { ...input, cause: since.cause });
}

/**
 * Takes the verdict of a minute that the watermark has not reached, on what has come of it so far. For conditions that
 * only more spend can bring about and nothing but a correction can take back (see `isJudgedEarly`): what holds already
 * will hold when the minute is complete, so a signal is told at once. Minutes are to be taken in order, from the one after
 * the watermark's last on, as `for` counts them; a minute at which the condition does not hold yet says nothing, and one
 * that is not over counts as held only up to `heardMs`. Only the first message of an episode and a higher severity are told
 * ahead. The episode is named after the minute whose verdict it is: the same as if the watermark had told it. Until the
 * watermark has reached that minute, {@link advance} leaves the episode alone.
 *
 * @param state as the watermark or the early verdict of the minute before left it. A state without a message is only of
 *   use for the next minute, and not to be kept
 * @param minuteMs end of the minute
 * @param heardMs event time of what the verdict rests on, from the watermark's last minute on; times in messages are not later
 * @returns undefined where later minutes cannot be told ahead either
 */
export function advanceEarly(
  state: EpisodeState | undefined,
  verdict: Verdict,
  minuteMs: number,
  heardMs: number,
  input: EpisodeInput,
): EpisodeStep | undefined {
  if (state && isToldAheadOf(state, minuteMs)) return { state };
  const cause = causeOf(state, verdict, minuteMs, input);
  const footing = footingOf(verdict, input);
  const atMs = Math.min(minuteMs, heardMs);
  if (state?.phase === 'firing') {
    // With a minute that may be clear in between, or another period, it may be another episode.
    if (!verdict.condition || state.periodStartMs !== verdict.periodStartMs) return undefined;
    if (severityRank(verdict.severity) <= severityRank(state.sent.severity)) return { state };
    const toldAtMs = Math.max(atMs, state.sentAtMs);
    const { state: next, emit } = rise(state, verdict, toldAtMs, { ...input, cause });
    return { state: { ...next, toldAheadMs: minuteMs }, emit };
  }
  if (!verdict.condition) return { state: { phase: 'clear', ...footing } };
  const since =
    state?.phase === 'pending' ? { sinceMs: state.sinceMs, cause: state.cause } : { sinceMs: minuteMs, cause };
  const { forMs } = input.applied.rule;
  if (forMs > 0 && atMs - since.sinceMs < forMs) return { state: { phase: 'pending', ...footing, ...since } };
  const { state: next, emit } = begin(verdict, minuteMs, atMs, { ...input, cause: since.cause });
  return { state: { ...next, toldAheadMs: minuteMs }, emit };
}

/** Whether the watermark has still to reach the minute whose verdict was told ahead. */
export function isToldAheadOf(state: EpisodeState, tMs: number): boolean {
  return state.phase === 'firing' && state.toldAheadMs !== undefined && tMs < state.toldAheadMs;
}

function begin(
  verdict: Verdict,
  minuteMs: number,
  startedAtMs: number,
  { signalKey, applied, cause, details }: EpisodeInput,
): { readonly state: Firing; readonly emit: SignalMessage } {
  const sent = signalMessage(
    applied,
    verdict,
    {
      signalKey,
      episodeId: episodeIdOf(signalKey, minuteMs),
      startedAtMs,
      observedAtMs: startedAtMs,
      sequence: 0,
      status: 'firing',
      severity: verdict.severity,
      previousSeverity: 'none',
      cause,
    },
    details?.(),
  );
  const footing = footingOf(verdict, { applied });
  return {
    state: { phase: 'firing', ...footing, startedAtMs, sent, sentAtMs: startedAtMs, ...headlineIn(verdict) },
    emit: sent,
  };
}

/**
 * Ends the episode of a rule that no longer applies: switched off, its budget withdrawn or expired, its scope gone. A
 * firing signal is resolved at once, also while input is stale, since it is people who took it back. The caller then
 * forgets the state.
 */
export function withdraw(state: EpisodeState, tMs: number, cause: SignalCause): SignalMessage | undefined {
  if (state.phase !== 'firing') return undefined;
  const { previousSeverity: _, ...last } = state.sent;
  const observedAt = rfc3339(Math.max(tMs, state.sentAtMs));
  const summary = `${last.summary}. No longer judged: the rule or its budget is not in force any more`;
  return {
    ...last,
    sequence: last.sequence + 1,
    status: 'resolved',
    observedAt,
    resolvedAt: observedAt,
    summary,
    cause,
  };
}

/** Within the hysteresis of its limit a firing signal goes on. */
function held(verdict: Verdict, { applied }: EpisodeInput): Verdict {
  const { hysteresisRatio = 0 } = applied.rule;
  if (verdict.condition || hysteresisRatio === 0 || verdict.nearness === undefined) return verdict;
  return verdict.nearness > 1 - hysteresisRatio ? { ...verdict, condition: true } : verdict;
}

function advanceFiring(state: Firing, verdict: Verdict, tMs: number, input: EpisodeInput): EpisodeStep {
  const { keepFiringMs } = input.applied.rule;
  const { severity } = state.sent;
  const calm = calmOf(state, verdict, tMs, input);
  const footing = footingOf(verdict, input);
  // Never at the moment it fired: a new episode of that moment would have the same id.
  if (calm.clear && tMs - calm.clear.sinceMs >= keepFiringMs && tMs > state.startedAtMs) {
    return {
      state: { phase: 'clear', ...footing },
      emit: say(state, verdict, tMs, { ...input, cause: calm.clear.cause }, 'resolved'),
    };
  }
  if (verdict.condition && severityRank(verdict.severity) > severityRank(severity)) {
    return rise(state, verdict, tMs, input);
  }
  if (calm.milder && calm.milder.worst !== 'none' && tMs - calm.milder.sinceMs >= keepFiringMs) {
    const eased = say(state, verdict, tMs, { ...input, cause: calm.milder.cause }, 'firing', calm.milder.worst);
    return goOn(state, verdict, tMs, input, eased, calm.clear ? { clear: calm.clear } : {});
  }
  const isNews =
    verdict.condition &&
    (verdict.headline === undefined ? verdict.summary !== state.sent.summary : verdict.headline !== state.headline);
  if (isNews && tMs - state.sentAtMs >= UPDATE_INTERVAL_MS) {
    return goOn(state, verdict, tMs, input, say(state, verdict, tMs, input), calm);
  }
  const { startedAtMs, sent, sentAtMs } = state;
  const last = { startedAtMs, sent, sentAtMs, ...headlineIn(state) };
  return { state: keepIfSame(state, { phase: 'firing', ...footing, ...last, ...calm }) };
}

/** A higher severity, which is said at once. */
function rise(
  state: Firing,
  verdict: Verdict,
  tMs: number,
  input: EpisodeInput,
): { state: Firing; emit: SignalMessage } {
  return goOn(state, verdict, tMs, input, say(state, verdict, tMs, input, 'firing', verdict.severity), {});
}

/** The next message of an episode. */
function say(
  { sent, startedAtMs }: Firing,
  verdict: Verdict,
  tMs: number,
  { applied, signalKey, cause, details }: EpisodeInput,
  status: SignalMessage['status'] = 'firing',
  severity: Severity = sent.severity,
): SignalMessage {
  const progress = {
    ...{ signalKey, episodeId: sent.episodeId, startedAtMs, observedAtMs: tMs, sequence: sent.sequence + 1 },
    ...{ status, severity, cause },
    ...(severity !== sent.severity && { previousSeverity: sent.severity }),
  };
  return signalMessage(applied, verdict, progress, details?.());
}

/** The same episode after `sent`. */
function goOn(
  { startedAtMs }: Firing,
  verdict: Verdict,
  tMs: number,
  input: EpisodeInput,
  sent: SignalMessage,
  kept: Pick<Firing, 'clear' | 'milder'>,
): { state: Firing; emit: SignalMessage } {
  const footing = footingOf(verdict, input);
  const state: Firing = {
    ...{ phase: 'firing', ...footing, startedAtMs, sent, sentAtMs: tMs, ...headlineIn(verdict), ...kept },
  };
  return { state, emit: sent };
}

/** How long the condition has been clear, and how long the verdict has been milder than the episode. */
function calmOf(
  state: Firing,
  verdict: Verdict,
  tMs: number,
  { stale, cause }: EpisodeInput,
): Pick<Firing, 'clear' | 'milder'> {
  const severity = verdict.condition ? verdict.severity : undefined;
  if (stale || severityRank(severity) >= severityRank(state.sent.severity)) return {};
  const before = state.milder;
  const worst = before && rankOf(before.worst) > severityRank(severity) ? before.worst : (severity ?? 'none');
  return {
    ...(!verdict.condition && { clear: state.clear ?? { sinceMs: tMs, cause } }),
    milder: before ? (before.worst === worst ? before : { ...before, worst }) : { sinceMs: tMs, cause, worst },
  };
}

function rankOf(severity: Severity | 'none'): number {
  return severity === 'none' ? 0 : severityRank(severity);
}

/** A new period moved the verdict before anything else could; after that, a changed rule, budget or target. */
function causeOf(state: EpisodeState | undefined, verdict: Verdict, tMs: number, input: EpisodeInput): SignalCause {
  if (!state) return input.cause;
  const { periodStartMs } = verdict;
  const isNewPeriod = state.periodStartMs !== undefined && periodStartMs !== undefined;
  if (isNewPeriod && state.periodStartMs !== periodStartMs) return 'expiry';
  if (state.basis !== input.applied.basis) return 'plan-change';
  return isTakenBack(state, verdict, tMs) ? 'correction' : input.cause;
}

/** What was told ahead and does not hold when its minute is complete: more spend cannot do that, only less. */
function isTakenBack(state: EpisodeState, { condition, severity }: Verdict, tMs: number): boolean {
  if (state.phase !== 'firing' || tMs !== state.toldAheadMs) return false;
  return !condition || severityRank(severity) < severityRank(state.sent.severity);
}

function footingOf({ periodStartMs }: Verdict, { applied }: Pick<EpisodeInput, 'applied'>): Footing {
  return { basis: applied.basis, ...(periodStartMs !== undefined && { periodStartMs }) };
}

function headlineIn({ headline }: { readonly headline?: string }): { headline?: string } {
  return headline === undefined ? {} : { headline };
}

function keepIfSame(state: EpisodeState | undefined, next: EpisodeState): EpisodeState {
  return state && isSame(state, next) ? state : next;
}

/** Fields are compared by identity: messages and stretches are carried over as they are unless they change. */
function isSame(a: EpisodeState, b: EpisodeState): boolean {
  return hasFieldsOf(a, b) && hasFieldsOf(b, a);
}

function hasFieldsOf(a: EpisodeState, b: EpisodeState): boolean {
  for (const field in b) if (a[field as keyof EpisodeState] !== b[field as keyof EpisodeState]) return false;
  return true;
}
