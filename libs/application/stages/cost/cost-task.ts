import { CostTally } from '../../monitoring/index.js';
import {
  epochMs,
  type AgentState,
  type BillingLine,
  type Feedback,
  type InputTopicKey,
  type Interaction,
} from '#libs/contract';
import { paneLayout } from '#libs/domain';
import { closesSoon } from '../closes-soon.js';
import { CELL_MS, encodePanes, NO_BILL_NEWS, PaneRowsWriter, type BillNews } from '../exchange/panes-message.js';
import { PartialPanes } from '../exchange/partial-panes.js';
import type { InputRecord, InputRecords, StageInput, StageOutput, StageTask, TaskContext } from '../stage.js';
import type { StageDependencies, StageOptions } from '../stage-options.js';
import { BillNewsDesk } from './bill-news.js';
import { BillCosting } from './cost-bills.js';
import { ContactCosting } from './cost-contacts.js';
import type { CostTaskParts } from './cost-task-parts.js';
import { Observations } from './cost-observations.js';
import { FactMemory } from './fact-memory.js';
import { FinishMarker } from './finish-marker.js';
import { PaidTime } from './paid-time.js';
import { InputClock, type ClockState, type ClockTopic } from './input-clock.js';
import { QuickContacts } from './quick/quick-contacts.js';
import { TaskJournal, type Tally } from './task-journal.js';
import { UnratedFacts } from './unrated-facts.js';
import { WaitingRoom } from './waiting-feedback.js';

const META_KEY = 'meta';

/** With the longest ids that there can be, some 900 kB; a record of Kafka has room for 1 MiB. */
const DRIVERS_PER_MESSAGE = 2_000;

/** Years 1 to 9998: the windows and months around a time can still be written in RFC 3339, in any zone. */
const EARLIEST_MS = -62_135_596_800_000;
const LATEST_MS = 253_370_764_800_000;

/** What of a task's state is small enough to be written with every commit. */
interface Meta {
  readonly clock: ClockState;
  readonly tally: Tally;
  readonly finish: ReturnType<FinishMarker['toJSON']>;
  /** Absent in state from before paid time was costed. */
  readonly paidTime?: ReturnType<PaidTime['toJSON']>;
}

/**
 * Cost task of one partition: validates, tells duplicates and better copies, costs, and sends each merge task what its
 * panes gain. Its state is the facts of the dedup horizon, the bills, and the clock.
 */
export class CostTask implements StageTask {
  private readonly parts: CostTaskParts;
  private readonly contacts: ContactCosting;
  private readonly quick: QuickContacts;
  private readonly bills: BillCosting;
  private readonly observations: Observations;
  private readonly paidTime: PaidTime;
  private readonly finish: FinishMarker;
  private readonly owners: number;
  private readonly sources: number;
  private readonly paneMs: number;
  /** What the merge tasks last heard: idle or not, and the pane that the watermark was in. */
  private told = '';

  constructor(
    private readonly context: TaskContext,
    options: StageOptions,
    dependencies: StageDependencies,
  ) {
    const { fineMs } = paneLayout(options.windowing);
    this.paneMs = fineMs;
    this.finish = new FinishMarker(context.caughtUp);
    this.owners = context.partitionCounts.panes ?? 1;
    this.sources = context.partitionCounts.interactions ?? 1;
    this.parts = {
      options,
      dependencies,
      journal: new TaskJournal(context.partition, options.topicPrefix),
      memory: new FactMemory(options.dedupHorizonMs),
      clock: new InputClock(options, context.caughtUp),
      panes: new PartialPanes(fineMs, CELL_MS),
      tally: new CostTally(),
      news: new BillNewsDesk(),
      unrated: new UnratedFacts(),
      waiting: new WaitingRoom(options.dedupHorizonMs),
      eventPartitionOf: (key) => dependencies.partitionOf(key, context.partitionCounts.costEvents ?? 1),
    };
    this.contacts = new ContactCosting(this.parts);
    this.quick = new QuickContacts(this.parts);
    this.bills = new BillCosting(this.parts, this.sources);
    this.observations = new Observations(this.parts);
    this.paidTime = new PaidTime(this.parts);
  }

  /** Records in minus records accounted for; anything but 0 is a fault of ours. */
  get unaccounted(): number {
    const { tally } = this.parts.journal;
    return tally.in - tally.counted - tally.duplicate - tally.stale - tally.late - tally.rejected;
  }

  get watermarkMs(): number | undefined {
    return this.parts.clock.watermarkMs;
  }

  /** The merge tasks can close windows with what this one tells of the next pane. */
  get closesSoon(): boolean {
    return closesSoon(this.watermarkMs, this.paneMs);
  }

  /** Whom no rate card was in force for in the last hour of the wall clock. */
  unratedAt(nowMs: number): string[] {
    return this.parts.unrated.named(nowMs);
  }

  restore(key: string, value: Buffer | null): void {
    const { memory, waiting } = this.parts;
    if ([memory, waiting, this.bills, this.paidTime].some((part) => part.restore(key, value))) return;
    if (key !== META_KEY || value === null) return;
    const meta = JSON.parse(value.toString('utf8')) as Meta;
    this.parts.clock.restore(meta.clock);
    this.parts.journal.restoreTally(meta.tally);
    this.finish.restore(meta.finish);
    this.paidTime.restoreProgress(meta.paidTime);
  }

  restored(): void {
    this.paidTime.restored();
  }

  process(input: StageInput, nowMs: number): StageOutput {
    if (input.kind === 'records') this.takeRecords(input.topic, input.records, input.caughtUp, nowMs);
    const { clock, memory, journal } = this.parts;
    clock.advance(nowMs);
    this.paidTime.advance();
    const finishedMs = this.finish.apply(clock, this.parts.options, nowMs);
    if (finishedMs !== undefined) this.paidTime.close(finishedMs);
    this.tellMergeTasks(nowMs);
    this.parts.unrated.stamp(nowMs);
    const { increments, observations } = this.parts.tally.drain();
    journal.changelog.push(
      ...memory.changes(clock.watermarkMs),
      ...this.parts.waiting.changes(clock.watermarkMs),
      ...this.bills.changes(),
      ...this.paidTime.changes(),
    );
    if (input.kind === 'records' || journal.hasRecords) {
      const meta: Meta = {
        clock: clock.toJSON(),
        tally: journal.tally,
        finish: this.finish.toJSON(),
        paidTime: this.paidTime.toJSON(),
      };
      journal.changelog.push({ key: META_KEY, value: JSON.stringify(meta) });
    }
    const { records, blocks, changelog, counters } = journal.drain();
    return { records, blocks, changelog, counters: [...counters, ...increments], observations };
  }

  private takeRecords(topic: string, records: InputRecords, caughtUp: boolean, nowMs: number): void {
    const { clock, journal } = this.parts;
    const last = records.at(-1);
    if (topic === 'control') {
      for (const record of records) {
        this.finish.take(record, this.context.partition, nowMs);
        this.bills.hear(record);
      }
      return;
    }
    const input = topic as InputTopicKey;
    journal.received(input, records.length);
    if (isClockTopic(input)) clock.read(input, nowMs, caughtUp);
    for (const record of records) {
      if (input !== 'interactions' || !this.quick.take(record, nowMs)) this.takeRecord(input, record, nowMs);
      clock.advance(nowMs);
    }
    if (last) this.finish.readTo(input, Number(last.offset) + 1);
    if (caughtUp) this.finish.caughtUp(input);
  }

  private takeRecord(topic: InputTopicKey, record: InputRecord, nowMs: number): void {
    const { journal } = this.parts;
    switch (topic) {
      case 'interactions': {
        const interaction = journal.decode(topic, record);
        if (interaction && !this.isOutOfTime(topic, record, interaction, nowMs))
          this.contacts.take(record, interaction);
        return;
      }
      case 'feedback': {
        const feedback = journal.decode(topic, record);
        if (feedback && !this.isOutOfTime(topic, record, feedback, nowMs))
          this.observations.takeFeedback(record, feedback);
        return;
      }
      case 'agentStates': {
        const state = journal.decode(topic, record);
        if (state && !this.isOutOfTime(topic, record, state, nowMs)) this.paidTime.take(record, state);
        return;
      }
      case 'billingLines': {
        const line = journal.decode(topic, record);
        if (line && !this.isOutOfTime(topic, record, line, nowMs)) this.bills.takeLine(record, line);
        return;
      }
      case 'revenue': {
        const revenue = journal.decode(topic, record);
        if (revenue) this.bills.takeRevenue(record, revenue);
        return;
      }
    }
  }

  /**
   * Rejects what lies outside the years that windows can be written in, or further ahead of the wall clock than is
   * tolerated; a replay has no wall clock.
   */
  private isOutOfTime(
    topic: InputTopicKey,
    record: InputRecord,
    fact: Interaction | Feedback | AgentState | BillingLine,
    nowMs: number,
  ): boolean {
    const { options, journal } = this.parts;
    const times = timesOf(fact);
    const [atMs] = times;
    if (times.some((tMs) => tMs < EARLIEST_MS || tMs >= LATEST_MS)) {
      journal.reject(topic, record, 'bad-time', 'it lies outside the years 1 to 9998, in which windows are kept');
      return true;
    }
    if (options.clock !== 'live' || atMs <= nowMs + options.maxFutureMs) return false;
    const seconds = String(options.maxFutureMs / 1000);
    journal.reject(topic, record, 'future', `its time lies more than ${seconds} s ahead of the clock`);
    return true;
  }

  /** Sends pane deltas to their owners, and the watermark to all of them when it entered another pane. */
  private tellMergeTasks(nowMs: number): void {
    const { clock, panes, journal } = this.parts;
    const bills = this.tellDriversAhead(this.parts.news.drain());
    const idle = clock.isIdle(nowMs) || this.finish.isOver;
    const { watermarkMs, latestMs } = clock;
    const byOwner = panes.drain((key) => this.parts.dependencies.partitionOf(key, this.owners));
    for (const [owner, content] of byOwner) {
      const rest = this.quick.absorb(content);
      if (Object.values(rest).every(({ length }) => length === 0)) byOwner.delete(owner);
      else byOwner.set(owner, rest);
    }
    const rows = this.rowsByOwner();
    const telling = `${String(idle)} ${watermarkMs === undefined ? '' : String(Math.floor(watermarkMs / this.paneMs))}`;
    const everybody = telling !== this.told || bills !== NO_BILL_NEWS;
    this.told = telling;
    for (let owner = 0; owner < this.owners; owner += 1) {
      const content = byOwner.get(owner);
      const quick = rows[owner];
      if (!content && !quick && !everybody) continue;
      const head = {
        source: this.context.partition,
        sources: this.sources,
        watermarkMs,
        idle,
        latestMs,
        paneMs: this.paneMs,
        cellMs: CELL_MS,
      };
      journal.records.push({
        topic: 'panes',
        partition: owner,
        key: String(this.context.partition),
        value: encodePanes(head, quick ?? new PaneRowsWriter(), { ...content, bills }),
      });
    }
  }

  /**
   * A bill may ask for an hour of everybody's minutes at once, more than a record has room for: all but the last part is
   * sent ahead, with nothing else in it and no watermark, so that none goes on before it has heard it all.
   */
  private tellDriversAhead(bills: BillNews): BillNews {
    const { drivers } = bills;
    const parts = Math.ceil(drivers.length / DRIVERS_PER_MESSAGE);
    if (parts <= 1) return bills;
    for (let part = 0; part < parts - 1; part += 1) {
      const slice = drivers.slice(part * DRIVERS_PER_MESSAGE, (part + 1) * DRIVERS_PER_MESSAGE);
      const head = { source: this.context.partition, sources: this.sources, watermarkMs: undefined, idle: false };
      const value = encodePanes(
        { ...head, latestMs: undefined, paneMs: this.paneMs, cellMs: CELL_MS },
        new PaneRowsWriter(),
        { bills: { voids: [], allocations: [], drivers: slice } },
      );
      for (let partition = 0; partition < this.owners; partition += 1)
        this.parts.journal.records.push({ topic: 'panes', partition, key: String(this.context.partition), value });
    }
    return { ...bills, drivers: drivers.slice((parts - 1) * DRIVERS_PER_MESSAGE) };
  }

  /** What came the quick way, by merge task. */
  private rowsByOwner(): (PaneRowsWriter | undefined)[] {
    const writers: (PaneRowsWriter | undefined)[] = [];
    this.quick.drain((scope, id) => {
      const owner = this.parts.panes.ownerOf({ scope, id }, (key) =>
        this.parts.dependencies.partitionOf(key, this.owners),
      );
      return (writers[owner] ??= new PaneRowsWriter());
    });
    return writers;
  }
}

function isClockTopic(topic: InputTopicKey): topic is ClockTopic {
  return topic === 'interactions' || topic === 'agentStates' || topic === 'feedback';
}

/** Event time first, then the bounds of a bill's period. */
function timesOf(fact: Interaction | Feedback | AgentState | BillingLine): [number, ...number[]] {
  if ('endedAt' in fact) return [epochMs(fact.endedAt)];
  if ('at' in fact) return [epochMs(fact.at)];
  const { billedAt, periodStart = billedAt, periodEnd = billedAt } = fact;
  return [epochMs(billedAt), epochMs(periodStart), epochMs(periodEnd)];
}
