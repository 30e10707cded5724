import type { CostEvent, InputTopicKey, Signal } from '#libs/contract';
import { isWindowScope, type Reference, type Scope } from '#libs/domain';
import { outputsOf } from '../pipelines/index.js';
import {
  costStage,
  DEFAULT_STAGE_OPTIONS,
  fixedReference,
  mergeStage,
  type InputRecord,
  type StageDependencies,
  type StageOptions,
  type StageInput,
  type StageOutput,
  type StageTask,
  recordsOf,
} from '../stages/index.js';
import type { TimedRecord } from './in-order.js';

/** Records of so much event time go in together, so that the topics stay as nearly in order as they were live. */
const MOMENT_MS = 5_000;

/** What the stages are given from outside, but the reference data. */
export type PastDependencies = Omit<StageDependencies, 'reference'>;

/** What comes out of the stages. */
export interface PastListener {
  /** A signal under the reference data of this number. */
  signal(variant: number, signal: Signal): void;
  /** A costed fact; where all variants cost alike it is told once, as of variant 0. */
  costEvent(variant: number, event: CostEvent): void;
}

const CONTEXT = {
  partition: 0,
  partitionCounts: { interactions: 1, panes: 1, costWindows: 1, signals: 1, live: 1, costEvents: 1 },
  caughtUp: {},
} as const;

interface Line {
  readonly cost: StageTask;
  /** The first of the variants that cost alike. */
  readonly variant: number;
  readonly merges: readonly { readonly variant: number; readonly task: StageTask }[];
}

/**
 * Both stages, whole and without a broker, over past input: the same tasks that the monitor runs, with one partition of
 * each. Several variants of the reference data run side by side; those that cost alike share the costing.
 */
export class PastPipeline {
  private readonly lines: Line[] = [];
  private readonly offsets: Partial<Record<InputTopicKey, number>> = {};
  private moment: TimedRecord[] = [];
  private momentMs = -Infinity;
  private nowMs = 0;
  rejected = 0;

  constructor(
    variants: readonly Reference[],
    dependencies: PastDependencies,
    private readonly listener: PastListener,
  ) {
    const options: StageOptions = { ...DEFAULT_STAGE_OPTIONS, clock: 'event', scopes: scopesOf(variants) };
    for (const [variant, reference] of variants.entries()) {
      const given = { ...dependencies, reference: fixedReference(reference) };
      const task = mergeStage(options, given).createTask(CONTEXT);
      const same = variants.findIndex((other) => costAlike(other, reference));
      const line = same < variant ? this.lines.find((other) => other.variant === same) : undefined;
      if (line) (line.merges as Line['merges'][number][]).push({ variant, task });
      else
        this.lines.push({ cost: costStage(options, given).createTask(CONTEXT), variant, merges: [{ variant, task }] });
    }
  }

  /** Takes the next record, in order. */
  take(next: TimedRecord): void {
    const moment = Math.floor(next.atMs / MOMENT_MS);
    if (moment !== this.momentMs) this.flush();
    this.momentMs = moment;
    this.moment.push(next);
  }

  /** Takes what waits, and closes what is open. */
  finish(): void {
    this.flush();
    const endOffsets = Object.fromEntries(
      Object.entries(this.offsets).map(([topic, offset]) => [topic, { '0': String(offset) }]),
    );
    const value = Buffer.from(JSON.stringify({ kind: 'finish', id: 'past', endOffsets }));
    for (const line of this.lines)
      this.feed(line, 'control', [{ partition: 0, offset: '0', key: null, value, headers: {} }]);
  }

  private flush(): void {
    const byTopic = new Map<InputTopicKey, InputRecord[]>();
    for (const { record, atMs } of this.moment) {
      const records = byTopic.get(record.topic) ?? [];
      byTopic.set(record.topic, records);
      const offset = this.offsets[record.topic] ?? 0;
      this.offsets[record.topic] = offset + 1;
      if (Number.isFinite(atMs)) this.nowMs = Math.max(this.nowMs, atMs);
      records.push({
        partition: 0,
        offset: String(offset),
        key: record.key,
        value: record.value,
        headers: record.headers,
      });
    }
    this.moment = [];
    for (const [topic, records] of byTopic) for (const line of this.lines) this.feed(line, topic, records);
  }

  private feed(line: Line, topic: InputTopicKey | 'control', records: readonly InputRecord[]): void {
    const output = line.cost.process({ kind: 'records', topic, records, caughtUp: true }, this.nowMs);
    const first = line.variant;
    const panes: InputRecord[] = [];
    for (const record of [...output.records, ...(output.blocks ?? []).flatMap(recordsOf)]) {
      if (record.topic === 'panes')
        panes.push({ partition: 0, offset: '0', key: null, value: bytes(record.value), headers: {} });
      else if (record.topic === 'costEvents') this.listener.costEvent(first, parse(record.value) as CostEvent);
      else if (record.topic === 'rejected' && first === 0) this.rejected += 1;
    }
    for (const pane of panes) {
      const input: StageInput = { kind: 'records', topic: 'panes', records: [pane], caughtUp: true };
      for (const { variant, task } of line.merges)
        for (const told of outputsOf(task, { input, nowMs: this.nowMs })) this.tell(variant, told);
    }
  }

  private tell(variant: number, { records }: StageOutput): void {
    for (const { topic, value } of records)
      if (topic === 'signals') this.listener.signal(variant, parse(value) as Signal);
  }
}

/** Agents' windows cost most of the work; without a rule or a budget on agents nobody asks for them. */
function scopesOf(variants: readonly Reference[]): Scope[] {
  const named = variants.flatMap(({ rules, budgets }) => [
    ...rules.flatMap(({ scopes = [] }) => scopes),
    ...budgets.map(({ scope }) => scope),
  ]);
  return [...new Set<Scope>(['all', 'channel', 'team', 'vendor', ...named.filter(isWindowScope)])];
}

function costAlike(a: Reference, b: Reference): boolean {
  return (
    a.rateCards === b.rateCards &&
    a.agents === b.agents &&
    a.agentGroups === b.agentGroups &&
    a.fxRates === b.fxRates &&
    a.organisation === b.organisation
  );
}

function bytes(value: Buffer | string | null): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : value;
}

function parse(value: Buffer | string | null): unknown {
  return JSON.parse(String(value));
}
