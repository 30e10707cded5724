import { METRICS, type MetricDefinition } from '#libs/contract';

/** Section 9 of the public contract, written down a second time on purpose: dashboards of others rest on it. */
const PUBLISHED = `
spendline_cost_total{channel,dimension,currency} spendline_interactions_total{channel,handled_by,outcome}
spendline_window_cost{scope,id,window,dimension,currency} spendline_window_interactions{scope,id,window}
spendline_unit_cost{scope,id,window,per,currency} spendline_handle_seconds{channel} spendline_automation_ratio{window}
spendline_complaint_ratio{scope,id,window} spendline_budget_spent_ratio{budget} spendline_budget_forecast_ratio{budget}
spendline_budget_burn_rate{budget,window} spendline_signals_firing{rule,severity} spendline_events_total{topic}
spendline_rejected_total{reason} spendline_late_total{} spendline_duplicates_total{} spendline_unrated_total{}
spendline_consumer_lag_records{topic,partition} spendline_watermark_lag_seconds{stage}
spendline_event_to_signal_seconds{} spendline_commit_seconds{} spendline_unaccounted_records{}`;

const catalogue = Object.entries<MetricDefinition>(METRICS);

describe('metrics', () => {
  it('are those of the contract, with their labels', () => {
    const signatures = catalogue.map(([name, { labels }]) => `${name}{${labels.join(',')}}`);
    expect(signatures).toEqual(expect.arrayContaining(PUBLISHED.trim().split(/\s+/)));
  });

  it.each(catalogue)('%s is named and typed as Prometheus advises', (name, { type, labels, help }) => {
    expect(name).toMatch(/^spendline_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(labels.filter((label) => !/^[a-z_]+$/.test(label) || label === 'le')).toEqual([]);
    expect(help).toMatch(/^[A-Z].*\.$/);
  });

  it('have rising buckets where they are histograms, and none elsewhere', () => {
    for (const [name, { type, buckets }] of catalogue) {
      const rising = buckets?.every((bound, nth) => nth === 0 || bound > (buckets[nth - 1] ?? 0));
      expect([name, rising]).toEqual([name, type === 'histogram' ? true : undefined]);
    }
  });
});
