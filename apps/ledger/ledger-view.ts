import type { SinkRunner } from '#libs/adapters/kafka';
import type { Health, Metrics } from '#libs/adapters/prometheus';
import { TOPICS } from '#libs/contract';
import type { LedgerReport, LedgerTopic } from '#libs/application';

const TABLES: Readonly<Record<LedgerTopic, string>> = {
  costEvents: 'cost_event',
  costWindows: 'cost_window',
  signals: 'signal_event',
};

/** What the ledger shows of itself: rows written, how far it is behind, health. */
export class LedgerView {
  #failure: string | undefined;

  constructor(
    private readonly metrics: Metrics,
    private readonly runner: () => SinkRunner | undefined,
  ) {
    metrics.onExpose(() => this.#refresh());
  }

  /** A batch has been committed. */
  recorded(topic: LedgerTopic, { stored, rejected }: LedgerReport): void {
    this.metrics.inc('spendline_ledger_rows_total', { table: TABLES[topic] }, stored);
    if (rejected > 0) this.metrics.inc('spendline_ledger_rows_total', { table: 'ledger_rejected' }, rejected);
  }

  /** The ledger cannot go on. */
  failed(error: Error): void {
    this.#failure = error.message;
  }

  /** Ready: reads, and the database takes what it reads. An outage of Postgres is no reason to restart the process. */
  health(): Health {
    const runner = this.runner();
    const lagRecords = runner?.lag().reduce((sum, { records }) => sum + records, 0);
    return {
      live: this.#failure === undefined,
      ready: runner?.ready() ?? false,
      details: { ...(this.#failure !== undefined && { failure: this.#failure }), lagRecords: lagRecords ?? 'unknown' },
    };
  }

  #refresh(): void {
    const lags = this.runner()?.lag() ?? [];
    this.metrics.setAll(
      'spendline_consumer_lag_records',
      lags.map(({ topic, partition, records }) => ({
        labels: { topic: TOPICS[topic].name, partition: String(partition) },
        value: records,
      })),
    );
    this.metrics.set(
      'spendline_ledger_lag_records',
      {},
      lags.reduce((sum, { records }) => sum + records, 0),
    );
  }
}
