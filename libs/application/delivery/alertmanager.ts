import type { Signal } from '#libs/contract';
import { rfc3339 } from '#libs/domain';
import type { AlertmanagerReceiver } from './receivers.js';
import type { Snooze } from './snoozes.js';
import { causeText, consoleLink, contributorsText, varianceText } from './wording.js';

/** An alert as `POST /api/v2/alerts` takes it; times RFC 3339. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
}

/** How often firing alerts are sent again, and how long Alertmanager believes each of these messages. */
export const KEEP_ALIVE = { everyMs: 60_000, validMs: 240_000 } as const;

/** A resolve is repeated for this long: Alertmanager keeps alerts in memory only and may forget that it heard it. */
export const RESOLVED_REPEATED_MS = 15 * 60_000;

/** What alerts of one receiver have in common. */
export interface AlertContext {
  readonly receiver: Pick<AlertmanagerReceiver, 'labels'>;
  readonly console: string;
  /** Epoch milliseconds, wall clock. */
  readonly nowMs: number;
}

/**
 * The alerts that one message makes. Alertmanager knows an alert by its labels, so these stay the same over an episode
 * but for the severity; where that changed, the alert of `previous` is ended with the same request.
 */
export function alertsOf(signal: Signal, previous: Signal | undefined, context: AlertContext): Alert[] {
  const alerts = [alertOf(signal, context)];
  if (previous && previous.severity !== signal.severity) {
    const ended: Signal = { ...previous, status: 'resolved', resolvedAt: signal.observedAt };
    alerts.push(alertOf(ended, context));
  }
  return alerts;
}

/** The alert of a signal as it is now. */
export function alertOf(signal: Signal, { receiver, console, nowMs }: AlertContext): Alert {
  const startsAtMs = Math.min(Date.parse(signal.startedAt), nowMs);
  const resolvedAtMs = Date.parse(signal.resolvedAt ?? signal.observedAt);
  // Alertmanager refuses an end before the start, and event time may run ahead of the wall clock in a simulation.
  const endsAtMs =
    signal.status === 'firing' ? nowMs + KEEP_ALIVE.validMs : Math.max(startsAtMs + 1, Math.min(resolvedAtMs, nowMs));
  return {
    labels: {
      ...receiver.labels,
      alertname: alertName(signal.rule.kind),
      rule: signal.rule.id,
      scope: signal.scope,
      id: signal.id,
      severity: signal.severity,
      signal: signal.signalKey,
    },
    annotations: annotationsOf(signal, console),
    startsAt: rfc3339(startsAtMs),
    endsAt: rfc3339(endsAtMs),
    generatorURL: consoleLink(console, signal),
  };
}

/** The heartbeat: fires as long as the way from Kafka to Alertmanager works. Its absence is the alarm. */
export function heartbeatAlert({ receiver, console, nowMs }: AlertContext): Alert {
  return {
    labels: { ...receiver.labels, alertname: 'SpendlineHeartbeat', severity: 'none' },
    annotations: {
      summary: 'Spendline can deliver alerts',
      description: 'Always fires. When it stops, nothing that Spendline finds reaches this Alertmanager.',
      runbook: 'docs/runbooks/SpendlineHeartbeat.md',
    },
    startsAt: rfc3339(nowMs),
    endsAt: rfc3339(nowMs + KEEP_ALIVE.validMs),
    generatorURL: console,
  };
}

/** A silence as `POST /api/v2/silences` takes it; times RFC 3339. */
export interface AlertmanagerSilence {
  readonly matchers: readonly {
    readonly name: string;
    readonly value: string;
    readonly isRegex: boolean;
    readonly isEqual: boolean;
  }[];
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

/** Who made a silence, to tell ours from those of people. */
export const SILENCE_AUTHOR = 'spendline';

/**
 * The silence of a snooze. An Alertmanager repeats what fires by itself, so it has to be told to be quiet; not to renew the
 * alert would have it say that the signal was resolved.
 */
export function silenceOf(
  snooze: Snooze,
  { receiver, nowMs }: Pick<AlertContext, 'receiver' | 'nowMs'>,
): AlertmanagerSilence {
  const labels = { ...receiver.labels, signal: snooze.signalKey };
  return {
    matchers: Object.entries(labels).map(([name, value]) => ({ name, value, isRegex: false, isEqual: true })),
    startsAt: rfc3339(nowMs),
    endsAt: rfc3339(snooze.untilMs),
    createdBy: SILENCE_AUTHOR,
    comment: `${snooze.by} snoozed ${snooze.episodeId}`,
  };
}

/** `burn-rate` is SpendlineBurnRate. */
function alertName(kind: Signal['rule']['kind']): string {
  return `Spendline${kind.replace(/(^|-)([a-z])/g, (_match, _dash, letter: string) => letter.toUpperCase())}`;
}

function annotationsOf(signal: Signal, console: string): Record<string, string> {
  const { summary, observed, threshold, unit = '', window = '', runbook = '', episodeId } = signal;
  const all = {
    summary,
    cause: causeText(signal),
    contributors: contributorsText(signal),
    variance: varianceText(signal),
    observed: `${observed} ${unit}`.trim(),
    threshold: `${threshold} ${unit}`.trim(),
    window,
    runbook,
    console: consoleLink(console, signal),
    episode: episodeId,
  };
  return Object.fromEntries(Object.entries(all).filter(([, text]) => text !== ''));
}
