import type { Signal } from '#libs/contract';

/** A message of an episode that began at 10:00, half an hour before it was observed; fields as given. */
export function signalOf(more: Partial<Signal> = {}): Signal {
  return {
    signalKey: 'burn:channel:voice:month',
    episodeId: 'burn:channel:voice:month@2026-03-02T10:00:00.000Z',
    sequence: 0,
    status: 'firing',
    severity: 'critical',
    rule: { id: 'burn', kind: 'burn-rate', version: 3 },
    scope: 'channel',
    id: 'voice',
    window: '1h',
    startedAt: '2026-03-02T10:00:00.000Z',
    observedAt: '2026-03-02T10:30:00.000Z',
    observed: 15,
    threshold: 14.4,
    unit: 'times',
    currency: 'CNY',
    summary: 'Channel voice spends too fast',
    contributors: [{ scope: 'agent', id: 'agent-007', amount: '120.50', share: 0.614 }],
    variance: { total: '9.00', volume: '5.00', mix: '1.00', efficiency: '2.00', rate: '1.00' },
    cause: 'usage',
    runbook: 'https://wiki.example.com/burn',
    ...more,
  };
}
