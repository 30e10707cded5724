/** One metric of the catalogue, by its Prometheus conventions. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Label names; each has a bounded set of values. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
}

/**
 * Every metric that Spendline exposes beside the process metrics of its client library, by name. The first part is the
 * public contract; what follows it are additions of this version. Dashboards and alerts are tested against these names.
 */
export const METRICS = {
  spendline_cost_total: {
    type: 'counter',
    help: 'Cost of costed facts in currency units.',
    labels: ['channel', 'dimension', 'currency'],
  },
  spendline_interactions_total: {
    type: 'counter',
    help: 'Interactions counted.',
    labels: ['channel', 'handled_by', 'outcome'],
  },
  spendline_window_cost: {
    type: 'gauge',
    help: 'Cost in the open window, in currency units.',
    labels: ['scope', 'id', 'window', 'dimension', 'currency'],
  },
  spendline_window_interactions: {
    type: 'gauge',
    help: 'Interactions in the open window.',
    labels: ['scope', 'id', 'window'],
  },
  spendline_unit_cost: {
    type: 'gauge',
    help: 'Cost per interaction, resolution or contact handled by a person in the open window, in currency units.',
    labels: ['scope', 'id', 'window', 'per', 'currency'],
  },
  spendline_handle_seconds: {
    type: 'histogram',
    help: 'Handle time of interactions of agents and vendors.',
    labels: ['channel'],
    buckets: [15, 30, 60, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 3600],
  },
  spendline_automation_ratio: {
    type: 'gauge',
    help: 'Contacts resolved without a person, of all contacts in the open window.',
    labels: ['window'],
  },
  spendline_complaint_ratio: {
    type: 'gauge',
    help: 'Complaints per interaction in the open window.',
    labels: ['scope', 'id', 'window'],
  },
  spendline_budget_spent_ratio: {
    type: 'gauge',
    help: 'Actual spend of the current period, of the budget.',
    labels: ['budget'],
  },
  spendline_budget_forecast_ratio: {
    type: 'gauge',
    help: 'Spend projected to the end of the period, of the budget.',
    labels: ['budget'],
  },
  spendline_budget_burn_rate: {
    type: 'gauge',
    help: 'How many times faster than tolerated the variance of the budget is used up in the window.',
    labels: ['budget', 'window'],
  },
  spendline_signals_firing: {
    type: 'gauge',
    help: 'Signals that are firing.',
    labels: ['rule', 'severity'],
  },
  spendline_events_total: {
    type: 'counter',
    help: 'Input records read and committed.',
    labels: ['topic'],
  },
  spendline_rejected_total: {
    type: 'counter',
    help: 'Input records sent to cost.rejected.',
    labels: ['reason'],
  },
  spendline_late_total: {
    type: 'counter',
    help: 'Input records that came beyond the grace: in ledger and calendar totals, in no rolling window.',
    labels: [],
  },
  spendline_duplicates_total: {
    type: 'counter',
    help: 'Input records that had been counted before and had no second effect.',
    labels: [],
  },
  spendline_unrated_total: {
    type: 'counter',
    help: 'Facts for which a rate card was missing.',
    labels: [],
  },
  spendline_consumer_lag_records: {
    type: 'gauge',
    help: 'Records between the committed offset and the end of the partition.',
    labels: ['topic', 'partition'],
  },
  spendline_watermark_lag_seconds: {
    type: 'gauge',
    help: 'How far the watermark of the stage is behind the clock; of the merge stage, up to where it has closed and judged.',
    labels: ['stage'],
  },
  spendline_event_to_signal_seconds: {
    type: 'histogram',
    help: 'From the event that moved a signal to the commit of the signal.',
    labels: [],
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300],
  },
  spendline_commit_seconds: {
    type: 'histogram',
    help: 'Duration of a Kafka transaction, from its first send to its commit.',
    labels: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },

  spendline_unaccounted_records: {
    type: 'gauge',
    help: 'Records in minus counted, duplicate, stale, late and rejected ones: 0, or something was lost or doubled.',
    labels: [],
  },
  spendline_counted_total: {
    type: 'counter',
    help: 'Input records whose effects were counted, better copies included.',
    labels: [],
  },
  spendline_stale_total: {
    type: 'counter',
    help: 'Copies older than the one already counted, without effect.',
    labels: [],
  },
  spendline_overflow_total: {
    type: 'counter',
    help: 'Windows and judgements of rules left out because an amount has more than ten integer digits.',
    labels: ['what'],
  },
  spendline_agents_beyond_limit: {
    type: 'gauge',
    help: 'Agents whose series are summed under id "other", because there are more than metrics.maxAgents.',
    labels: [],
  },
  spendline_ledger_rows_total: {
    type: 'counter',
    help: 'Rows written to the ledger.',
    labels: ['table'],
  },
  spendline_ledger_lag_records: {
    type: 'gauge',
    help: 'Records that the ledger has still to write.',
    labels: [],
  },
  spendline_task_restores_total: {
    type: 'counter',
    help: 'Times that the state of a partition was restored from its changelog.',
    labels: ['stage'],
  },
  spendline_fenced_total: {
    type: 'counter',
    help: 'Times that a newer owner of a partition fenced this process.',
    labels: ['stage'],
  },
  spendline_stage_errors_total: {
    type: 'counter',
    help: 'Chunks that failed and were taken up again.',
    labels: ['stage'],
  },
  spendline_delivery_seconds: {
    type: 'histogram',
    help: 'From the time at which a signal was observed to the receiver having accepted it.',
    labels: ['receiver'],
    buckets: [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600],
  },
  spendline_delivery_attempts_total: {
    type: 'counter',
    help: 'Attempts to give a message to a receiver: accepted, refused for good, or failed and tried again.',
    labels: ['receiver', 'outcome'],
  },
  spendline_delivery_waiting_records: {
    type: 'gauge',
    help: 'Records of cost.signals that the receiver has not been taken through yet.',
    labels: ['receiver'],
  },
  spendline_delivery_circuit_open: {
    type: 'gauge',
    help: 'Whether the receiver is taken for dead after several failures in a row: 1, else 0.',
    labels: ['receiver'],
  },
  spendline_delivery_dead_letters: {
    type: 'gauge',
    help: 'Messages that the receiver did not take and that nobody has sent again.',
    labels: ['receiver'],
  },
  spendline_simulated_total: {
    type: 'counter',
    help: 'Records sent by the simulator.',
    labels: ['topic'],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** Name of a metric of the catalogue. */
export type MetricName = keyof typeof METRICS;
