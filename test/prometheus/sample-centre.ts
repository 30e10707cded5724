import { createMetrics, type Metrics } from '#libs/adapters/prometheus';
import { CostTally, liveSamples, signalSamples, type LiveWindows } from '#libs/application';
import { formatMicros, type Micros } from '#libs/domain';

/** How many times a 5 minutes' work is in each window of the sample. */
const WINDOW_FACTORS = { '5m': 1, '1h': 11, '24h': 140, month: 3100 } as const;

const CHANNELS = ['voice', 'chat', 'email', 'social', 'video'] as const;

/** 8 minutes at 120 an hour, and a little for the line. */
const LABOUR_MICROS = 16_000_000n;
const SYSTEM_MICROS = 300_000n;

interface Work {
  readonly scope: string;
  readonly id: string;
  /** Contacts in 5 minutes. */
  readonly contacts: number;
}

/** The sample organisation at work: every scope with contacts by people, chat with a bot besides. */
const WORK: readonly Work[] = [
  { scope: 'all', id: 'all', contacts: 120 },
  ...CHANNELS.map((id, index) => ({ scope: 'channel', id, contacts: 40 - 8 * index })),
  ...['north-1', 'north-2', 'south-1', 'south-2'].map((id) => ({ scope: 'team', id, contacts: 30 })),
  ...['vendor-brightcall', 'vendor-dialogix'].map((id) => ({ scope: 'vendor', id, contacts: 8 })),
  ...Array.from({ length: 60 }, (_, index) => ({
    scope: 'agent',
    id: `agent-${String(index + 1).padStart(3, '0')}`,
    contacts: 1 + (index % 3),
  })),
];

function liveWindows({ scope, id, contacts }: Work): LiveWindows {
  const windows = Object.entries(WINDOW_FACTORS).map(([window, factor]) => {
    const interactions = contacts * factor;
    const units = BigInt(interactions);
    return [
      window,
      {
        currency: 'CNY',
        breakdown: { labour: formatMicros(units * LABOUR_MICROS), system: formatMicros(units * SYSTEM_MICROS) },
        interactions,
        handledByAgents: Math.ceil(interactions * 0.7),
        automated: Math.floor(interactions * 0.3),
        resolved: Math.ceil(interactions * 0.8),
        complaints: Math.floor(interactions * 0.05),
      },
    ] as const;
  });
  return { scope, id, windows: Object.fromEntries(windows) };
}

function difference(labour: Micros, system: Micros): Parameters<CostTally['addCost']>[2] {
  return { labour, system, marketing: 0n, outsourcing: 0n, training: 0n };
}

/** The monitor's metrics; each exposition finds it a few contacts further. */
export function sampleMonitor(): Metrics {
  const metrics = createMetrics();
  const tally = new CostTally();
  metrics.onExpose(() => {
    for (const channel of CHANNELS) {
      tally.addInteraction({ channel, handledBy: 'agent', outcome: 'resolved', handleSeconds: 480 });
      tally.addCost(channel, 'CNY', difference(LABOUR_MICROS, SYSTEM_MICROS));
    }
    tally.addInteraction({ channel: 'chat', handledBy: 'bot', outcome: 'resolved' });
    tally.addCost('chat', 'CNY', difference(0n, 500_000n));
    tally.addCost(undefined, 'CNY', difference(0n, 25_000_000n));
    const { increments, observations } = tally.drain();
    metrics.increment(increments);
    metrics.observeEach(observations);
    metrics.replace(liveSamples(WORK.map(liveWindows)));
    metrics.replace(
      signalSamples([
        ...FIRING.map(([id, severity]) => ({ rule: { id }, status: 'firing' as const, severity })),
        { rule: { id: 'misallocation' }, status: 'resolved', severity: 'warning' },
      ]),
    );
    exposeBudgets(metrics);
    exposeProgress(metrics);
  });
  return metrics;
}

/** Some of each dashboard's rules, so that each has something to mark. */
const FIRING = [
  ['burn-rate', 'critical'],
  ['budget-threshold', 'warning'],
  ['unit-cost', 'critical'],
  ['anomaly', 'warning'],
  ['over-automation', 'warning'],
  ['blind-cut', 'warning'],
  ['vendor-quality', 'warning'],
] as const;

function exposeBudgets(metrics: Metrics): void {
  const labels = { budget: 'service-2026' };
  metrics.setAll('spendline_budget_spent_ratio', [{ labels, value: 0.62 }]);
  metrics.setAll('spendline_budget_forecast_ratio', [{ labels, value: 1.08 }]);
  metrics.setAll('spendline_budget_burn_rate', [
    { labels: { ...labels, window: '1h' }, value: 15.2 },
    { labels: { ...labels, window: '5m' }, value: 16.8 },
    ...['30m', '2h', '6h', '24h', '72h'].map((window) => ({ labels: { ...labels, window }, value: 0.8 })),
  ]);
}

function exposeProgress(metrics: Metrics): void {
  for (const topic of ['callcenter.interactions', 'billing.lines']) {
    metrics.inc('spendline_events_total', { topic }, 7);
    metrics.set('spendline_consumer_lag_records', { topic, partition: '0' }, 3);
  }
  for (const stage of ['cost', 'merge']) {
    metrics.inc('spendline_stage_errors_total', { stage }, 0);
    metrics.inc('spendline_task_restores_total', { stage }, 0);
    metrics.inc('spendline_fenced_total', { stage }, 0);
    metrics.set('spendline_watermark_lag_seconds', { stage }, 11.5);
  }
  for (const what of ['window', 'signal']) metrics.inc('spendline_overflow_total', { what }, 0);
  metrics.inc('spendline_rejected_total', { reason: 'schema' });
  metrics.set('spendline_unaccounted_records', {}, 0);
  metrics.set('spendline_agents_beyond_limit', {}, 0);
  metrics.observe('spendline_commit_seconds', {}, 0.03);
  metrics.observe('spendline_event_to_signal_seconds', {}, 1.4);
}

/** The ledger's metrics. */
export function sampleLedger(): Metrics {
  const metrics = createMetrics();
  metrics.onExpose(() => {
    metrics.inc('spendline_ledger_rows_total', { table: 'cost_event' }, 6);
    metrics.set('spendline_ledger_lag_records', {}, 2);
  });
  return metrics;
}

/** The delivery's metrics. */
export function sampleDelivery(): Metrics {
  const metrics = createMetrics();
  const receiver = 'pager';
  metrics.onExpose(() => {
    metrics.inc('spendline_delivery_attempts_total', { receiver, outcome: 'accepted' }, 2);
    metrics.observe('spendline_delivery_seconds', { receiver }, 0.4);
    metrics.set('spendline_delivery_circuit_open', { receiver }, 0);
    metrics.set('spendline_delivery_waiting_records', { receiver }, 0);
    metrics.set('spendline_delivery_dead_letters', { receiver }, 1);
  });
  return metrics;
}
