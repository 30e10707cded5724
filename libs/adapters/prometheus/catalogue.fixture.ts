import type { MetricCatalogue } from './metric-types.js';

/** A catalogue with one metric of each form, for the tests of this folder. */
export const CATALOGUE = {
  test_contacts_total: { type: 'counter', help: 'Contacts.', labels: ['channel', 'outcome'] },
  test_late_total: { type: 'counter', help: 'Late records.', labels: [] },
  test_cost: { type: 'gauge', help: 'Cost.', labels: ['channel'] },
  test_unaccounted: { type: 'gauge', help: 'Unaccounted.', labels: [] },
  test_commit_seconds: { type: 'histogram', help: 'Commits.', labels: [], buckets: [0.1, 1] },
} as const satisfies MetricCatalogue;
