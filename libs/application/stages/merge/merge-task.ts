import { encodeSignal, scopeKey, type Signal } from '#libs/contract';
import {
  addMeasures,
  ceilTo,
  floorTo,
  readRow,
  SUM_FIELDS,
  WindowSet,
  type ClosingEnd,
  type Measures,
  type Organisation,
  type ScopeRef,
  type ScopeWindows,
  type SignalMessage,
  type WindowResult,
  type WindowSink,
} from '#libs/domain';
import type { LiveRecord } from '../../live/index.js';
import { closesSoon } from '../closes-soon.js';
import { decodePanes, type PaneRowSink, type PanesMessage } from '../exchange/panes-message.js';
import {
  inOneGo,
  type CounterIncrement,
  type Observations,
  type OutputRecord,
  type Slices,
  type StageInput,
  type StageOutput,
  type StageTask,
  type TaskContext,
} from '../stage.js';
import { AllocationBook } from './allocation-book.js';
import type { StageDependencies, StageOptions } from '../stage-options.js';
import { BudgetRecords } from './budget-records.js';
import { CATCH_UP_MS, OpenValues, type OpenAt } from './open-values.js';
import type { BudgetFigures } from './judge-rule.js';
import { BURN_HISTORY_MS, JUDGE_STEP_MS, ScopeSignals, type SignalsProgress } from './scope-signals.js';
import { SourceWatermarks, type SourceState } from './source-watermarks.js';
import { WindowChangelog } from './window-changelog.js';
import { WindowBlocks } from './window-blocks.js';
import { WindowHeads, type WindowEnd } from './window-text.js';

const META_KEY = 'meta';
const VOID_KEY = 'void/';
/** So many minutes times scopes are closed and judged in one go: about a second's work. */
const SCOPE_MINUTES_IN_STEP = 5_000;

interface Meta {
  /** The organisation's zone when the first fact came; the months are cut in it. */
  readonly zone: string;
  readonly sources: SourceState;
  readonly frontiers: Record<string, number>;
  readonly judgedMs?: number;
  readonly signals: SignalsProgress;
}

/**
 * Merge task of one partition of scope keys: adds the cost tasks' pane deltas, closes windows as the least of their
 * watermarks passes, and judges the rules. It has no clock of its own, so the same messages give the same windows and
 * signals; the wall clock only paces the open values, and says whether somebody waits for windows to be sent alone.
 */
export class MergeTask implements StageTask {
  private zone = '';
  private set!: WindowSet;
  private changelog!: WindowChangelog;
  private signals!: ScopeSignals;
  private open!: OpenValues;
  private allocations!: AllocationBook;
  /** Lines that a correction took back, also those that have not come yet. */
  private readonly voids = new Set<string>();
  private newVoids: string[] = [];
  /** Windows since the last commit with an amount that has no room in the contract. */
  private windowsLeftOut = 0;
  private readonly heads: WindowHeads;
  private readonly windowBlocks: WindowBlocks;
  private readonly budgetRecords: BudgetRecords;
  private readonly sources = new SourceWatermarks();
  private readonly restoring = new Map<string, Buffer>();
  private frontiers: Record<string, number> = {};
  private judgedMs: number | undefined;

  constructor(
    private readonly context: TaskContext,
    private readonly options: StageOptions,
    private readonly dependencies: StageDependencies,
  ) {
    const windowPartitions = context.partitionCounts.costWindows ?? 1;
    this.heads = new WindowHeads((key) => dependencies.partitionOf(key, windowPartitions));
    this.windowBlocks = new WindowBlocks(this.heads);
    this.budgetRecords = new BudgetRecords(context.partition);
    this.settle(this.organisation.zone);
  }

  private get organisation(): Organisation {
    return this.dependencies.reference.current().reference.organisation;
  }

  /** Empty windows with months of this zone. */
  private settle(zone: string): void {
    if (zone === this.zone) return;
    const calendar = this.dependencies.calendarOf(zone);
    const windowing = { ...this.options.windowing, correctionMs: this.options.dedupHorizonMs };
    this.zone = zone;
    this.set = new WindowSet(windowing, calendar, BURN_HISTORY_MS);
    this.changelog = new WindowChangelog(this.set);
    this.signals = new ScopeSignals(this.set, calendar, this.dependencies);
    this.open = new OpenValues(this.set, this.heads, this.context.partition);
    const { fineMs, changeableMs } = this.set.layout;
    const owners = this.context.partitionCounts.panes ?? 1;
    this.allocations = new AllocationBook({
      calendar,
      paneMs: fineMs,
      graceMs: windowing.graceMs,
      changeableMs,
      groupsAt: (tMs) =>
        this.options.scopes.includes('group') ? this.dependencies.reference.current().rateBook.groupsAt(tMs) : [],
      owns: ({ scope, id }) => this.dependencies.partitionOf(scopeKey(scope, id), owners) === this.context.partition,
      book: (ref, tMs, calendarOnly, delta, corrects) => {
        this.book(ref, tMs, calendarOnly, delta, corrects);
      },
    });
  }

  /** Event time up to which windows are closed and rules judged: the watermark, or short of it while {@link isBehind}. */
  get closedMs(): number | undefined {
    return this.isBehind ? this.judgedMs : this.sources.watermarkMs;
  }

  get closesSoon(): boolean {
    return closesSoon(this.sources.watermarkMs, this.set.layout.fineMs);
  }

  /** Open windows of the task's scopes, as they stand. */
  get liveRecords(): Iterable<LiveRecord> {
    return this.open.records(this.openAt);
  }

  private get openAt(): OpenAt | undefined {
    const { asOfMs, watermarkMs } = this.sources;
    return asOfMs === undefined ? undefined : { asOfMs, watermarkMs, currency: this.organisation.currency };
  }

  get firing(): readonly SignalMessage[] {
    return this.signals.firing;
  }

  get budgets(): readonly BudgetFigures[] {
    return this.signals.budgets;
  }

  restore(key: string, value: Buffer | null): void {
    if (value === null) this.restoring.delete(key);
    else this.restoring.set(key, value);
  }

  restored(): void {
    const meta = this.restoring.get(META_KEY);
    this.restoring.delete(META_KEY);
    if (meta) this.resume(JSON.parse(meta.toString('utf8')) as Meta);
    for (const [key, value] of this.restoring) {
      if (key.startsWith(VOID_KEY)) this.voids.add(key.slice(VOID_KEY.length));
      else if (![this.signals, this.allocations].some((part) => part.restore(key, value))) continue;
      this.restoring.delete(key);
    }
    this.changelog.restore(this.restoring, this.frontiers);
    this.restoring.clear();
    for (const windows of this.set.scopes.values()) this.open.changed(windows);
    if (this.judgedMs !== undefined) this.signals.recallBudgets(this.judgedMs);
  }

  private resume({ zone, sources, frontiers, judgedMs, signals }: Meta): void {
    // Months that were cut in one zone mean nothing in another: the zone of the first fact stays.
    this.settle(zone);
    this.sources.restore(sources);
    this.frontiers = frontiers;
    this.judgedMs = judgedMs;
    this.signals.restoreProgress(signals);
  }

  process(input: StageInput, nowMs: number): StageOutput {
    return inOneGo(this.processInSlices(input, nowMs));
  }

  *processInSlices(input: StageInput, nowMs: number): Slices<StageOutput> {
    const { currency, zone } = this.organisation;
    if (this.set.scopes.size === 0) this.settle(zone);
    const records: OutputRecord[] = [];
    const observations: Observations[] = [];
    const counters: CounterIncrement[] = [];
    const goesOn = input.kind === 'records' || this.isBehind;
    if (input.kind === 'records') {
      for (const { value } of input.records) if (value) this.hear(value);
      for (const result of this.set.takeRestatements()) this.restate(result, currency);
    }
    if (goesOn) {
      const isLive = nowMs - (this.sources.watermarkMs ?? -Infinity) <= CATCH_UP_MS;
      const goal = input.kind === 'records' && isLive ? 'windows-first' : 'all';
      const messages = [...(yield* this.advance(currency, goal)), ...(yield* this.judgeEarly())];
      this.prepare();
      for (; this.windowsLeftOut > 0; this.windowsLeftOut -= 1) counters.push(leftOut('window'));
      for (let left = this.signals.takeOverflows(); left > 0; left--) counters.push(leftOut('signal'));
      for (const message of messages) {
        records.push(this.signalRecord(message));
        const seconds = (nowMs - Date.parse(message.observedAt)) / 1000;
        if (message.sequence === 0)
          observations.push({
            metric: 'spendline_event_to_signal_seconds',
            labels: {},
            values: [Math.max(0, seconds)],
          });
      }
      if (messages.length > 0) yield;
    }
    const blocks = [...this.windowBlocks.drain(), ...this.open.send(this.openAt, nowMs)];
    records.push(...this.budgetRecords.send(this.signals.budgets, nowMs));
    const changelog = goesOn ? this.changes() : [];
    return { records, blocks, changelog, counters, observations };
  }

  private hear(value: Buffer): void {
    const before = this.sources.watermarkMs;
    const message = decodePanes(value, this.bookRows());
    for (const pane of message.panes) this.book(pane, pane.tMs, pane.calendarOnly, pane.delta);
    this.hearBills(message, before);
    this.signals.hear(message);
    if (message.latestMs !== undefined) this.signals.heardUpTo(message.latestMs);
    this.sources.hear(message);
  }

  /** Books rows without making objects of them, where they are neither late nor for the calendar alone. */
  private bookRows(): PaneRowSink {
    const { set, changelog, signals } = this;
    const { earliestPaneMs } = set;
    const judgedMs = this.judgedMs ?? -Infinity;
    let windows: ScopeWindows;
    return {
      scope: (scope, id) => {
        windows = set.scope({ scope, id });
        this.open.changed(windows);
        signals.touch(windows);
      },
      row: (tMs, calendarOnly, row) => {
        if (calendarOnly || tMs < earliestPaneMs || tMs < judgedMs)
          this.book(windows.ref, tMs, calendarOnly, readRow(row, 0));
        else {
          set.bookRow(windows, tMs, row);
          changelog.bookedRow(windows, tMs, row);
          signals.booked(windows, tMs);
        }
      },
    };
  }

  private book(ref: ScopeRef, tMs: number, calendarOnly: boolean, delta: Measures, corrects = false): void {
    const forCalendar = calendarOnly || tMs < this.set.earliestPaneMs;
    const windows = forCalendar ? this.set.bookCalendar(ref, tMs, delta) : this.set.book(ref, tMs, delta);
    if (forCalendar) this.changelog.bookedCalendar(windows);
    else this.changelog.booked(windows, tMs, delta);
    this.open.changed(windows);
    this.signals.touch(windows);
    this.signals.booked(windows, tMs);
    if (this.wasJudged(tMs))
      this.signals.changedLate(windows, { tMs, calendarOnly: forCalendar, delta, ...(corrects && { corrects }) });
  }

  private wasJudged(tMs: number): boolean {
    return this.judgedMs !== undefined && tMs < this.judgedMs;
  }

  private hearBills({ lines, bills }: PanesMessage, watermarkMs: number | undefined): void {
    for (const lineId of bills.voids) this.takeBack(lineId);
    for (const { scope, id, corrects, ...line } of lines) {
      if (this.voids.has(line.lineId)) continue;
      const windows = this.set.addLine({ scope, id }, line, corrects ? undefined : watermarkMs);
      this.changelog.lineAdded(windows, line.lineId);
      this.signals.billChanged(windows);
      if (corrects && this.wasJudged(line.startMs)) this.signals.billCorrected(windows, 'added', line);
      this.open.changed(windows);
    }
    for (const line of bills.allocations)
      if (!this.voids.has(line.lineId)) this.allocations.add(line, line.corrects ? undefined : watermarkMs);
    this.allocations.hear(bills.drivers);
  }

  /** A correction came: the line is as if it had never been, and stays so if it comes only now. */
  private takeBack(lineId: string): void {
    if (this.voids.has(lineId)) return;
    this.voids.add(lineId);
    this.newVoids.push(lineId);
    this.allocations.takeBack(lineId);
    for (const { ref, lines } of this.set.scopes.values()) {
      const line = lines.get(lineId);
      const windows = this.set.removeLine(ref, lineId);
      if (!windows || !line) continue;
      this.signals.billChanged(windows);
      if (this.wasJudged(line.startMs)) this.signals.billCorrected(windows, 'taken', line);
      this.changelog.lineRemoved(windows, lineId);
      this.open.changed(windows);
    }
  }

  private restate(result: WindowResult, currency: string): void {
    const windows = this.set.scope(result);
    this.changelog.restated(windows);
    const content = new Float64Array(SUM_FIELDS);
    addMeasures(content, 0, result.measures);
    if (!this.windowBlocks.add(windows.ref, result, content, currency)) this.windowsLeftOut += 1;
  }

  /**
   * Closes windows minute by minute, so that rules see every minute however far the watermark jumped, and writes them; gives
   * the signals. Where the watermark jumped far it stops in between, and {@link isBehind}; `windows-first`: also where a minute
   * has windows and its rules are still to be judged, which takes longer, so that nobody waits for the windows until then.
   */
  private *advance(currency: string, goal: 'all' | 'windows-first'): Slices<SignalMessage[]> {
    const messages: SignalMessage[] = [];
    const { watermarkMs } = this.sources;
    if (watermarkMs === undefined) return messages;
    let written = 0;
    let at: ClosingEnd | undefined;
    let window: WindowEnd = { window: '', startMs: 0, endMs: 0, revision: 0 };
    const publish: WindowSink = (windows, end, content) => {
      written += 1;
      if (end !== at) {
        at = end;
        window = { window: end.kind.name, startMs: end.startMs, endMs: end.endMs, revision: 0 };
      }
      if (!this.windowBlocks.add(windows.ref, window, content, currency)) this.windowsLeftOut += 1;
      this.open.changed(windows);
    };
    const lastMs = floorTo(watermarkMs, JUDGE_STEP_MS);
    this.judgedMs ??= this.judgeFrom(lastMs);
    const mostMinutes = Math.max(1, Math.floor(SCOPE_MINUTES_IN_STEP / this.set.scopes.size));
    let minuteMs = this.judgedMs ?? lastMs;
    for (let minutes = 0; (minuteMs = this.nextMinute(minuteMs, lastMs)) <= lastMs; minutes += 1) {
      if (minutes === mostMinutes) return messages;
      this.allocations.advance(minuteMs);
      this.set.advanceInto(minuteMs, publish);
      const isLong = minuteMs === lastMs && !this.signals.isPrepared(minuteMs);
      if (goal === 'windows-first' && written > 0 && isLong) return messages;
      messages.push(...(yield* this.signals.evaluate(minuteMs, this.sources.heardMs)));
      this.judgedMs = minuteMs;
      yield;
    }
    this.allocations.advance(watermarkMs);
    this.set.advanceInto(watermarkMs, publish);
    return messages;
  }

  /** Minutes that the watermark has passed are not judged yet. */
  get isBehind(): boolean {
    const { judgedMs } = this;
    return judgedMs !== undefined && judgedMs < floorTo(this.sources.watermarkMs ?? -Infinity, JUDGE_STEP_MS);
  }

  /** What of the minutes to come holds already; see {@link ScopeSignals.judgeEarly}. */
  private *judgeEarly(): Slices<SignalMessage[]> {
    if (this.judgedMs === undefined || this.isBehind) return [];
    return yield* this.signals.judgeEarly(this.judgedMs, this.sources.heardMs);
  }

  /** Some of the work of the minute that comes next; see {@link ScopeSignals.prepare}. */
  private prepare(): void {
    const { heardMs, watermarkMs } = this.sources;
    if (this.judgedMs === undefined || watermarkMs === undefined || this.isBehind) return;
    this.signals.prepare(this.judgedMs, heardMs, watermarkMs);
  }

  /**
   * Where judging begins: at the minute of the first event, once the watermark has passed it and no earlier one can come;
   * where there are only bills, at the watermark. So it does not depend on how records were cut into batches.
   */
  private judgeFrom(lastMs: number): number | undefined {
    let firstMs = Infinity;
    let hasBills = false;
    for (const { fine, lines } of this.set.scopes.values()) {
      for (const index of fine.panes.keys()) firstMs = Math.min(firstMs, index * fine.widthMs);
      hasBills ||= lines.size > 0;
    }
    if (firstMs === Infinity) return hasBills ? lastMs : undefined;
    const minuteMs = floorTo(firstMs, JUDGE_STEP_MS);
    return minuteMs < lastMs ? minuteMs : undefined;
  }

  /** The next minute at which anything can change; a long silence is passed over. */
  private nextMinute(minuteMs: number, lastMs: number): number {
    const next = minuteMs + JUDGE_STEP_MS;
    if (next > lastMs || this.signals.isWaiting || this.set.isDueBy(next) || this.allocations.isOpenIn(minuteMs, next))
      return next;
    return Math.max(next, Math.min(ceilTo(this.set.earliestDueMs(), JUDGE_STEP_MS), lastMs));
  }

  private signalRecord(message: SignalMessage): OutputRecord {
    const { key, value, headers } = encodeSignal(message satisfies Signal, 'merge');
    const partition = this.dependencies.partitionOf(key, this.context.partitionCounts.signals ?? 1);
    return { topic: 'signals', partition, key, value, headers };
  }

  private changes(): StageOutput['changelog'] {
    const meta: Meta = {
      zone: this.zone,
      sources: this.sources.toJSON(),
      frontiers: this.set.frontiers(),
      ...(this.judgedMs !== undefined && { judgedMs: this.judgedMs }),
      signals: this.signals.progress,
    };
    const voids = this.newVoids.map((lineId) => ({ key: VOID_KEY + lineId, value: '1' }));
    this.newVoids = [];
    return [
      ...this.changelog.changes(),
      ...this.signals.changes(),
      ...this.allocations.changes(),
      ...voids,
      { key: META_KEY, value: JSON.stringify(meta) },
    ];
  }
}

/** Counts something that has an amount with more than ten integer digits, and was therefore left out. */
function leftOut(what: 'window' | 'signal'): CounterIncrement {
  return { metric: 'spendline_overflow_total', labels: { what }, value: 1 };
}
