import type { Signal } from '#libs/contract';
import type { PagerDutyReceiver } from './receivers.js';
import { causeText, consoleLink, contributorsText, varianceText } from './wording.js';

const MAX_SUMMARY = 1024;

/** An event of PagerDuty's Events API v2. */
export interface PagerDutyEvent {
  readonly routing_key: string;
  readonly event_action: 'trigger' | 'resolve';
  readonly dedup_key: string;
  readonly client: string;
  readonly client_url: string;
  readonly links: readonly { readonly href: string; readonly text: string }[];
  readonly payload: {
    readonly summary: string;
    readonly source: string;
    readonly severity: string;
    readonly timestamp: string;
    readonly component: string;
    readonly group: string;
    readonly class: string;
    readonly custom_details: Readonly<Record<string, unknown>>;
  };
}

/**
 * The event of a signal. The dedup key is the signal's and not the episode's: a message that comes twice, or an update,
 * joins the open incident, and an episode whose resolve was compacted away is ended by the next one's.
 */
export function pagerDutyEvent(
  signal: Signal,
  { routingKey, severities }: Pick<PagerDutyReceiver, 'routingKey' | 'severities'>,
  console: string,
): PagerDutyEvent {
  const link = consoleLink(console, signal);
  const runbook = /^https?:/.test(signal.runbook ?? '') ? [{ href: signal.runbook ?? '', text: 'Runbook' }] : [];
  return {
    routing_key: routingKey,
    event_action: signal.status === 'firing' ? 'trigger' : 'resolve',
    dedup_key: `spendline:${signal.signalKey}`,
    client: 'Spendline',
    client_url: link,
    links: [{ href: link, text: 'Console' }, ...runbook],
    payload: {
      summary: Array.from(signal.summary).slice(0, MAX_SUMMARY).join(''),
      source: `${signal.scope}:${signal.id}`,
      severity: severities[signal.severity],
      timestamp: signal.observedAt,
      component: signal.rule.id,
      group: signal.scope,
      class: signal.rule.kind,
      custom_details: {
        cause: causeText(signal),
        contributors: contributorsText(signal),
        variance: varianceText(signal),
        observed: signal.observed,
        threshold: signal.threshold,
        unit: signal.unit ?? '',
        window: signal.window ?? '',
        startedAt: signal.startedAt,
        episode: signal.episodeId,
        runbook: signal.runbook ?? '',
      },
    },
  };
}
