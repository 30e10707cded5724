import {
  ValuePlace,
  type ChangelogEntry,
  type InputRecord,
  type OutputRecord,
  type StageInput,
  type StageOutput,
  type StageTask,
  type TaskContext,
} from '#libs/application';
import { ROW, ROW_FIELDS, SCOPES } from '#libs/domain';
import { BlockWriter } from '../../../libs/application/stages/bytes/record-block.js';
import { FactMemory } from '../../../libs/application/stages/cost/fact-memory.js';
import { encodePanes, PaneRowsWriter } from '../../../libs/application/stages/exchange/panes-message.js';
import { CostedEvents } from './costed-event.js';
import { EVENT, EventScan } from './event-scan.js';
import { KeyTable, type Key } from './key-table.js';
import { MinuteWindows } from './minute-windows.js';
import { WindowRecords } from './window-records.js';
import {
  DEDUP_MS,
  hourlyRate,
  LATENESS_MS,
  MINUTE_MS,
  priceMicros,
  WINDOW_MINUTES,
  type Workload,
} from './workload.js';

const CHANNEL = SCOPES.indexOf('channel');
const LATEST = 'latest';

/**
 * One partition of the events: leaves out copies and writes costed events (w3), closes the windows of agents, all of whose
 * events are here, and tells the window task what each minute that is over adds to channels.
 */
export class SumTask implements StageTask {
  private readonly place = new ValuePlace();
  private readonly scan: EventScan;
  private readonly agents = new KeyTable('agent');
  private readonly channels = new KeyTable('channel');
  private readonly agentWindows = new MinuteWindows('agents', WINDOW_MINUTES);
  /** Windows of one minute: what is sent of it. */
  private readonly channelMinutes = new MinuteWindows('channels', 1);
  private readonly memory = new FactMemory(DEDUP_MS);
  private readonly rates: number[] = [];
  private readonly events: CostedEvents;
  private readonly eventBlocks: BlockWriter;
  private readonly windows: WindowRecords;
  /** An id to remember, filled in anew for each. */
  private readonly remembered = {
    ...{ id: new Uint8Array(0) as Uint8Array, idFrom: 0, idTo: 0, idHash: 0, atMs: 0 },
    updatedAtMs: undefined,
    scopeNames: [],
    scopeCount: 0,
    row: new Float64Array(ROW_FIELDS),
    putHash: putNoHash,
  };
  private readonly isCosting: boolean;
  private latestMs = -Infinity;
  private loggedLatestMs = -Infinity;

  constructor(
    private readonly context: TaskContext,
    workload: Workload,
    private readonly onFirst: () => void,
  ) {
    const { partition } = context;
    this.isCosting = workload === 'w3';
    this.scan = new EventScan(workload);
    this.events = new CostedEvents(this.scan);
    this.eventBlocks = new BlockWriter('costEvents', partition);
    this.windows = new WindowRecords(workload, 'agent', () => partition);
  }

  restore(key: string, value: Buffer | null): void {
    if (key === LATEST) this.latestMs = this.loggedLatestMs = Number(value);
    else if (
      !this.memory.restore(key, value) &&
      !this.agents.restore(key, value) &&
      !this.channels.restore(key, value) &&
      !this.agentWindows.restore(key, value) &&
      !this.channelMinutes.restore(key, value)
    )
      throw new RangeError(`nothing of a sum task: ${key}`);
  }

  restored(): void {
    this.agentWindows.restored();
    this.channelMinutes.restored();
  }

  process(input: StageInput): StageOutput {
    if (input.kind === 'tick') return { records: [], changelog: [], counters: [] };
    this.onFirst();
    for (const record of input.records) this.take(record);
    const records = this.close();
    const blocks = [...this.eventBlocks.drain(), ...this.windows.drain()];
    return { records, blocks, changelog: this.changes(), counters: [] };
  }

  private take(record: InputRecord): void {
    if (!this.place.goTo(record)) return;
    const { scan } = this;
    scan.read(this.place);
    if (this.isCosting && this.isCopy()) return;
    const agent = this.keyIn(this.agents, EVENT.agentId);
    const channel = this.keyIn(this.channels, EVENT.channel);
    const endedAtMs = scan.values[EVENT.endedAt] as number;
    const amount = this.isCosting ? this.cost(agent) : this.givenAmount();
    if (endedAtMs > this.latestMs) this.latestMs = endedAtMs;
    const minute = Math.floor(endedAtMs / MINUTE_MS);
    // Later than the lateness that is waited for: it is in no window.
    if (this.agentWindows.add(agent.number, minute, 1, amount))
      this.channelMinutes.add(channel.number, minute, 1, amount);
  }

  private keyIn(table: KeyTable, field: number): Key {
    const { view, from, to, hashes } = this.scan;
    return table.of(view, from[field] as number, to[field] as number, hashes[field] as number);
  }

  /** Hundredths. */
  private givenAmount(): number {
    const { values } = this.scan;
    return (values[EVENT.labour] as number) + (values[EVENT.system] as number) + (values[EVENT.other] as number);
  }

  /** Micros; the costed event is written. */
  private cost(agent: Key): number {
    const rate = (this.rates[agent.number] ??= hourlyRate(agent.text));
    const amountMicros = priceMicros(this.scan.values[EVENT.handleSeconds] as number, rate);
    this.events.writeTo(this.eventBlocks.next(), agent, amountMicros);
    return amountMicros;
  }

  /** Whether the id is remembered; if not, it is from now on. */
  private isCopy(): boolean {
    const { bytes, from, to, hashes, values } = this.scan;
    const idFrom = from[EVENT.id] as number;
    const idTo = to[EVENT.id] as number;
    const idHash = hashes[EVENT.id] as number;
    if (this.memory.hasContact(bytes, idFrom, idTo, idHash) && this.isRemembered(bytes, idFrom, idTo)) return true;
    const { remembered } = this;
    remembered.id = bytes;
    remembered.idFrom = idFrom;
    remembered.idTo = idTo;
    remembered.idHash = idHash;
    remembered.atMs = values[EVENT.endedAt] as number;
    this.memory.rememberQuick(remembered, false);
    return false;
  }

  /** What is older than the horizon may still be there, and does not count. */
  private isRemembered(bytes: Uint8Array, from: number, to: number): boolean {
    const id = Buffer.from(bytes.subarray(from, to)).toString('utf8');
    return this.memory.find('contact', id, this.latestMs) !== undefined;
  }

  private close(): OutputRecord[] {
    const before = Math.floor((this.latestMs - LATENESS_MS) / MINUTE_MS);
    this.agentWindows.closeBefore(before, (minute, agent, count, sum) =>
      this.windows.add(this.agents.at(agent), minute, count, sum),
    );
    const rows = new PaneRowsWriter();
    const row = new Float64Array(ROW_FIELDS);
    this.channelMinutes.closeBefore(before, (minute, channel, count, sum) => {
      rows.beginScope(CHANNEL, this.channels.at(channel).bytes, 1);
      row[ROW.interactions] = count;
      row[ROW.labour] = sum;
      rows.row(2 * minute, row, 0);
    });
    return rows.isEmpty ? [] : [this.message(before, rows)];
  }

  /** What the minutes before this one add to channels, and that they are over. */
  private message(before: number, rows: PaneRowsWriter): OutputRecord {
    const { partition, partitionCounts } = this.context;
    const head = {
      source: partition,
      sources: partitionCounts.interactions ?? 1,
      watermarkMs: before * MINUTE_MS,
      idle: false,
      latestMs: this.latestMs,
      paneMs: MINUTE_MS,
      cellMs: MINUTE_MS,
    };
    return { topic: 'panes', partition: 0, key: String(partition), value: encodePanes(head, rows, {}) };
  }

  private changes(): ChangelogEntry[] {
    const entries = [
      ...this.agents.changes(),
      ...this.channels.changes(),
      ...this.agentWindows.changes(),
      ...this.channelMinutes.changes(),
      ...(this.isCosting ? this.memory.changes(this.latestMs) : []),
    ];
    if (this.latestMs > this.loggedLatestMs) entries.push({ key: LATEST, value: String(this.latestMs) });
    this.loggedLatestMs = this.latestMs;
    return entries;
  }
}

/** A copy is known by its id alone. */
function putNoHash(bytes: Uint8Array, at: number): number {
  bytes[at] = 0;
  return at + 1;
}
