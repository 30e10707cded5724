import type { CostWindow, Signal } from '#libs/contract';
import { rfc3339 } from '#libs/domain';

import type { LiveRecord } from './live-record.js';
import type { LiveWindow } from './wire/index.js';

const LENGTH_MS: Readonly<Record<string, number>> = { '5m': 300_000, '1h': 3_600_000, '24h': 86_400_000 };

/** A window of a scope that ends at `endMs`; a month starts at `startMs`. */
export function windowOf(
  fields: Partial<Omit<CostWindow, 'window'>> & { window: string; endMs: number; startMs?: number },
): CostWindow {
  const { endMs, startMs = endMs - (LENGTH_MS[fields.window] ?? 0), ...given } = fields;
  return {
    scope: 'all',
    id: given.scope === undefined ? 'all' : 'x',
    start: rfc3339(startMs),
    end: rfc3339(endMs),
    revision: 0,
    currency: 'CNY',
    amount: '0.00',
    breakdown: {},
    interactions: 0,
    handledByAgents: 0,
    automated: 0,
    resolved: 0,
    handleSeconds: 0,
    ...given,
  };
}

/** A live record of a scope with the given open windows. */
export function liveOf(
  scope: CostWindow['scope'],
  id: string,
  asOf: number,
  windows: Partial<Record<LiveWindow, CostWindow>>,
): LiveRecord {
  return { scope, id, asOf, watermark: asOf - 10_000, currency: 'CNY', windows };
}

/** A signal of an episode that fires. */
export function signalOf(fields: Partial<Signal> & { signalKey: string }): Signal {
  return {
    episodeId: `${fields.signalKey}-1`,
    sequence: 0,
    status: 'firing',
    severity: 'warning',
    rule: { id: 'unit-cost-interaction', kind: 'unit-cost' },
    scope: 'channel',
    id: 'voice',
    startedAt: '2026-11-03T02:00:00.000Z',
    observedAt: '2026-11-03T02:00:00.000Z',
    observed: 12,
    threshold: 10,
    summary: 'voice costs 12.00 CNY an interaction, target 10.00 CNY',
    cause: 'usage',
    ...fields,
  };
}
