import { Subject } from 'rxjs';
import type { KafkaStageTransport } from '#libs/adapters/kafka';
import type { Health, Metrics } from '#libs/adapters/prometheus';
import {
  COST_STAGE,
  CostTask,
  liveSamples,
  MERGE_STAGE,
  MergeTask,
  signalSamples,
  type StageOutput,
  type StageTask,
} from '#libs/application';
import { TOPICS } from '#libs/contract';

/** One committed chunk of a stage. */
export interface Committed {
  readonly stage: string;
  readonly output: StageOutput;
  readonly commitSeconds: number;
}

/** Subjects without a rate card that a warning names. */
const MOST_NAMED = 20;

/** What this process shows of itself: counters after each commit, gauges when someone looks, health. */
export class MonitorView {
  /** Every commit, shared by whoever wants to watch. */
  readonly committed$ = new Subject<Committed>();
  private readonly tasks = new Set<StageTask>();
  private failure: Error | undefined;

  constructor(
    private readonly metrics: Metrics,
    private readonly maxAgents: number,
  ) {
    // There from the start, or Prometheus would not see the first one as an increase.
    for (const what of ['window', 'signal']) metrics.inc('spendline_overflow_total', { what }, 0);
    this.committed$.subscribe(({ output, commitSeconds }) => {
      metrics.increment(output.counters);
      metrics.observeEach(output.observations ?? []);
      if (commitSeconds > 0) metrics.observe('spendline_commit_seconds', {}, commitSeconds);
    });
  }

  opened(stage: string, task: StageTask): void {
    this.tasks.add(task);
    this.metrics.inc('spendline_task_restores_total', { stage });
  }

  /** Fencing is a change of hands; anything else is a failure that the stage has to get over. */
  taskFailed(stage: string, fenced: boolean): void {
    this.metrics.inc(fenced ? 'spendline_fenced_total' : 'spendline_stage_errors_total', { stage });
  }

  closed(task: StageTask): void {
    this.tasks.delete(task);
  }

  failed(error: Error): void {
    this.failure = error;
  }

  /** Recomputes the gauges; called before each exposition. */
  refresh(transport: KafkaStageTransport, nowMs: number): void {
    const merge = this.mergeTasks;
    this.metrics.replace(
      liveSamples(
        merge.flatMap((task) => [...task.liveRecords]),
        { maxAgents: this.maxAgents },
      ),
    );
    this.metrics.replace(signalSamples(merge.flatMap((task) => [...task.firing])));
    const budgets = merge.flatMap((task) => [...task.budgets]);
    this.metrics.setAll(
      'spendline_budget_spent_ratio',
      budgets.map(({ budgetId, spentRatio }) => ({ labels: { budget: budgetId }, value: spentRatio })),
    );
    this.metrics.setAll(
      'spendline_budget_forecast_ratio',
      budgets.flatMap(({ budgetId, forecastRatio }) =>
        forecastRatio === undefined ? [] : [{ labels: { budget: budgetId }, value: forecastRatio }],
      ),
    );
    this.metrics.setAll(
      'spendline_budget_burn_rate',
      budgets.flatMap(({ budgetId, burnRates }) =>
        Object.entries(burnRates).map(([window, value]) => ({ labels: { budget: budgetId, window }, value })),
      ),
    );
    this.metrics.set('spendline_unaccounted_records', {}, this.unaccounted);
    this.metrics.setAll('spendline_watermark_lag_seconds', [
      ...lagBehind(
        COST_STAGE,
        this.costTasks.map((task) => task.watermarkMs),
        nowMs,
      ),
      ...lagBehind(
        MERGE_STAGE,
        merge.map((task) => task.closedMs),
        nowMs,
      ),
    ]);
    const lags = [...transport.runners.values()].flatMap((runner) => runner.lag());
    this.metrics.setAll(
      'spendline_consumer_lag_records',
      lags.map(({ topic, partition, records }) => ({
        labels: { topic: TOPICS[topic].name, partition: String(partition) },
        value: records,
      })),
    );
  }

  health(transport: KafkaStageTransport, nowMs: number): Health {
    const runners = [...transport.runners.values()];
    return {
      live: this.failure === undefined,
      ready: runners.length === 2 && runners.every((runner) => runner.ready()),
      details: {
        ...(this.failure && { failure: this.failure.message }),
        unaccountedRecords: this.unaccounted,
        warnings: this.warnings(nowMs),
        stages: runners.map((runner) => runner.snapshot()),
      },
    };
  }

  /** What is wrong with the figures and does not stop the monitor. */
  private warnings(nowMs: number): string[] {
    const unrated = new Set(this.costTasks.flatMap((task) => task.unratedAt(nowMs)));
    if (unrated.size === 0) return [];
    const shown = [...unrated].sort().slice(0, MOST_NAMED);
    const more = unrated.size > shown.length ? ` and ${String(unrated.size - shown.length)} more` : '';
    return [`no rate card is in force for ${shown.join(', ')}${more}: their cost is too low`];
  }

  private get unaccounted(): number {
    return this.costTasks.reduce((sum, task) => sum + task.unaccounted, 0);
  }

  private get costTasks(): CostTask[] {
    return [...this.tasks].filter((task) => task instanceof CostTask);
  }

  private get mergeTasks(): MergeTask[] {
    return [...this.tasks].filter((task) => task instanceof MergeTask);
  }
}

/** How far the furthest behind of a stage's tasks is behind the clock; nothing before the first event. */
function lagBehind(
  stage: string,
  reachedMs: readonly (number | undefined)[],
  nowMs: number,
): { labels: { stage: string }; value: number }[] {
  const lags = reachedMs.flatMap((each) => (each === undefined ? [] : [(nowMs - each) / 1000]));
  return lags.length === 0 ? [] : [{ labels: { stage }, value: Math.max(...lags) }];
}
