import type { Rule, Severity } from '../reference/index.js';
import { rfc3339 } from '../time/index.js';
import type { AppliedRule } from './rule-set.js';
import type { SignalCause, Verdict } from './verdict.js';

/** One child's part in a signal: `amount` a decimal string in the signal's currency, `share` of 1. */
export interface SignalContributor {
  scope: string;
  id: string;
  amount: string;
  share: number;
}

/** Observed minus expected cost as decimal strings; the four parts add up to `total`. */
export interface SignalVariance {
  total: string;
  volume: string;
  mix: string;
  efficiency: string;
  rate: string;
}

/** The input that the observed value rests on; `watermark` RFC 3339, offsets as text. */
export interface SignalEvidence {
  watermark?: string;
  inputs?: { topic: string; partition: number; fromOffset?: string; toOffset: string }[];
}

/**
 * A signal in the contract's form, signal.v1: times RFC 3339 in UTC, amounts decimal strings. Plain JSON data, so that
 * the episode keeps the message sent last in its state, and it can be published as it is.
 */
export interface SignalMessage {
  signalKey: string;
  episodeId: string;
  sequence: number;
  status: 'firing' | 'resolved';
  severity: Severity;
  rule: { id: string; kind: Rule['kind']; version: number };
  scope: string;
  id: string;
  window: string;
  startedAt: string;
  observedAt: string;
  resolvedAt?: string;
  observed: number;
  threshold: number;
  unit: string;
  currency: string;
  summary: string;
  contributors?: SignalContributor[];
  variance?: SignalVariance;
  cause: SignalCause;
  /** Only where the severity changed; `none` in the first message of an episode. */
  previousSeverity?: Severity | 'none';
  evidence?: SignalEvidence;
  runbook?: string;
}

/** What the caller knows of the verdict beyond the rule itself; goes into the message as it is. */
export interface SignalDetails {
  readonly contributors?: SignalContributor[];
  readonly variance?: SignalVariance;
  readonly evidence?: SignalEvidence;
}

/** Where in its episode a message stands. Times are event time in epoch milliseconds. */
export interface SignalProgress {
  readonly signalKey: string;
  /** See {@link episodeIdOf}. */
  readonly episodeId: string;
  readonly startedAtMs: number;
  readonly observedAtMs: number;
  readonly sequence: number;
  readonly status: 'firing' | 'resolved';
  readonly severity: Severity;
  readonly previousSeverity?: Severity | 'none';
  readonly cause: SignalCause;
}

/**
 * The same for the same key and the minute whose verdict opened the episode, so that a replay opens the same episode:
 * `signalKey@minute`.
 */
export function episodeIdOf(signalKey: string, minuteMs: number): string {
  return `${signalKey}@${rfc3339(minuteMs)}`;
}

/** Builds the message of one step of an episode. A resolved message carries the time as `resolvedAt` too. */
export function signalMessage(
  applied: AppliedRule,
  verdict: Verdict,
  progress: SignalProgress,
  details: SignalDetails = {},
): SignalMessage {
  const { rule, scope, id, currency } = applied;
  const observedAt = rfc3339(progress.observedAtMs);
  return {
    signalKey: progress.signalKey,
    episodeId: progress.episodeId,
    sequence: progress.sequence,
    status: progress.status,
    severity: progress.severity,
    rule: { id: rule.ruleId, kind: rule.kind, version: rule.version },
    scope,
    id,
    window: verdict.window,
    startedAt: rfc3339(progress.startedAtMs),
    observedAt,
    ...(progress.status === 'resolved' && { resolvedAt: observedAt }),
    observed: verdict.observed,
    threshold: verdict.threshold,
    unit: verdict.unit,
    currency,
    summary: verdict.summary,
    ...(details.contributors && { contributors: details.contributors }),
    ...(details.variance && { variance: details.variance }),
    cause: progress.cause,
    ...(progress.previousSeverity !== undefined && { previousSeverity: progress.previousSeverity }),
    ...(details.evidence && { evidence: details.evidence }),
    runbook: rule.runbook ?? `docs/runbooks/signals/${rule.kind}.md`,
  };
}
