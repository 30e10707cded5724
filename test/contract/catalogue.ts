/** Section 9 of the contract, word by word: every metric, its kind and its labels. */
export const CATALOGUE: Readonly<Record<string, { readonly type: string; readonly labels: readonly string[] }>> = {
  spendline_cost_total: { type: 'counter', labels: ['channel', 'dimension', 'currency'] },
  spendline_interactions_total: { type: 'counter', labels: ['channel', 'handled_by', 'outcome'] },
  spendline_window_cost: { type: 'gauge', labels: ['scope', 'id', 'window', 'dimension', 'currency'] },
  spendline_window_interactions: { type: 'gauge', labels: ['scope', 'id', 'window'] },
  spendline_unit_cost: { type: 'gauge', labels: ['scope', 'id', 'window', 'per', 'currency'] },
  spendline_handle_seconds: { type: 'histogram', labels: ['channel'] },
  spendline_automation_ratio: { type: 'gauge', labels: ['window'] },
  spendline_complaint_ratio: { type: 'gauge', labels: ['scope', 'id', 'window'] },
  spendline_budget_spent_ratio: { type: 'gauge', labels: ['budget'] },
  spendline_budget_forecast_ratio: { type: 'gauge', labels: ['budget'] },
  spendline_budget_burn_rate: { type: 'gauge', labels: ['budget', 'window'] },
  spendline_signals_firing: { type: 'gauge', labels: ['rule', 'severity'] },
  spendline_events_total: { type: 'counter', labels: ['topic'] },
  spendline_rejected_total: { type: 'counter', labels: ['reason'] },
  spendline_late_total: { type: 'counter', labels: [] },
  spendline_duplicates_total: { type: 'counter', labels: [] },
  spendline_unrated_total: { type: 'counter', labels: [] },
  spendline_consumer_lag_records: { type: 'gauge', labels: ['topic', 'partition'] },
  spendline_watermark_lag_seconds: { type: 'gauge', labels: ['stage'] },
  spendline_event_to_signal_seconds: { type: 'histogram', labels: [] },
  spendline_commit_seconds: { type: 'histogram', labels: [] },
  spendline_unaccounted_records: { type: 'gauge', labels: [] },
};

/** Section 1: name, and cleanup policy. */
export const TOPICS: Readonly<Record<string, string>> = {
  'callcenter.interactions': 'delete',
  'callcenter.agent-states': 'delete',
  'callcenter.feedback': 'delete',
  'billing.lines': 'delete',
  'finance.revenue': 'delete',
  'cost.events': 'delete',
  'cost.windows': 'compact,delete',
  'cost.signals': 'compact,delete',
  'cost.rejected': 'delete',
};
