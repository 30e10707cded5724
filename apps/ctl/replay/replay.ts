import { readFileSync, statSync } from 'node:fs';
import { Publisher, type KafkaLogger } from '#libs/adapters/kafka';
import {
  mapRow,
  printFault,
  readMapping,
  ReplayTally,
  type KafkaSettings,
  type Mapping,
  type ReplayRecord,
  type RowOutcome,
} from '#libs/application';
import { Advice } from '../advice.js';
import { prepareTopics } from '../prepare-topics.js';
import { sendFinish } from './finish.js';
import { Pacer, type Speed } from './pace.js';
import { startBar, type Bar } from './progress-bar.js';
import { openRows, type RowFile } from './read-rows.js';
import { sendAll } from './send.js';
import { summaryLines } from './summary.js';

/** Records that a dry run shows. */
const SHOWN = 3;

/** What to replay and how. */
export interface ReplayOptions {
  readonly file: string;
  readonly mapFile: string;
  readonly speed: Speed;
  readonly finish: boolean;
  readonly dryRun: boolean;
  /** At most so many rows of the file. */
  readonly limit: number;
  /** Only asked for where something is sent. */
  readonly kafka: () => KafkaSettings;
  readonly logger: KafkaLogger;
  /** Ends the replay early; what was sent stays. */
  readonly signal: AbortSignal;
  /** Writes a line for people. */
  readonly say: (line: string) => void;
}

/** Replays a recorded file; resolves with the account of it. Throws Advice for what the user can mend. */
export async function replay(options: ReplayOptions): Promise<ReplayTally> {
  const mapping = mappingOf(options.mapFile);
  const tally = new ReplayTally();
  const file = openRows(options.file, mapping.source, mapping.columns);
  if (options.dryRun) await showFirst(options, mapping, recordsOf(options, mapping, file, tally));
  else await send(options, mapping, file, tally);
  for (const line of summaryLines(tally, !options.dryRun)) options.say(line);
  return tally;
}

function mappingOf(path: string): Mapping {
  const result = readMapping(readText(path));
  if (result.ok) return result.mapping;
  const list = result.faults.map((fault) => `  ${printFault(fault)}`).join('\n');
  throw new Advice(`${path} cannot be used as a mapping:\n${list}`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Advice(`The mapping ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`);
  }
}

async function* recordsOf(
  { limit, signal }: ReplayOptions,
  mapping: Mapping,
  { rows }: RowFile,
  tally: ReplayTally,
): AsyncGenerator<ReplayRecord> {
  for await (const read of rows) {
    if (signal.aborted || tally.rows >= limit) return;
    const outcome: RowOutcome =
      'row' in read ? mapRow(mapping, read.row) : { kind: 'refused', reason: 'unreadable-row', detail: read.fault };
    tally.add(read.line, outcome);
    if (outcome.kind === 'mapped') yield* outcome.records;
  }
}

/** Largest event time of what was sent. */
interface LastTime {
  atMs: number | undefined;
}

async function* noting(records: AsyncIterable<ReplayRecord>, last: LastTime): AsyncGenerator<ReplayRecord> {
  for await (const record of records) {
    last.atMs = Math.max(last.atMs ?? -Infinity, record.atMs);
    yield record;
  }
}

async function showFirst(
  { say }: ReplayOptions,
  mapping: Mapping,
  records: AsyncIterable<ReplayRecord>,
): Promise<void> {
  const first: ReplayRecord[] = [];
  for await (const record of records) {
    if (mapping.sort === 'file' && first.length >= SHOWN) continue;
    first.push(record);
    // Of a sorted file the earliest are shown, and no more kept than that.
    first.sort((a, b) => (mapping.sort === 'event-time' ? a.atMs - b.atMs : 0));
    first.splice(SHOWN);
  }
  say(first.length === 0 ? 'No record would be sent.' : 'The first records, of which nothing is sent in a dry run:');
  for (const { topic, key, value } of first) say(`  ${topic} ${key}\n    ${value}`);
}

async function send(options: ReplayOptions, mapping: Mapping, file: RowFile, tally: ReplayTally): Promise<void> {
  const { signal, say } = options;
  const settings = options.kafka();
  await prepareTopics(settings);
  const publisher = new Publisher({ settings, logger: options.logger, role: 'replay' });
  await publisher.connect();
  try {
    const last: LastTime = { atMs: undefined };
    const records = noting(recordsOf(options, mapping, file, tally), last);
    const pacer = new Pacer(options.speed);
    if (mapping.sort === 'event-time') {
      const sorted = await readSorted(records, file, options);
      const bar = startBar('Sending', sorted.length);
      await sendAll(sorted, publisher, { pacer, signal, sent: (batch) => bar.advance(batch.length) });
      bar.stop();
    } else {
      const bar = startBar('Sending', sizeOf(options.file));
      await sendAll(records, publisher, { pacer, signal, sent: () => bar.to(file.bytesRead()) });
      bar.stop();
    }
    if (signal.aborted) say('Stopped before the end: not every row below was sent.');
    else if (options.finish) {
      await sendFinish(publisher, last.atMs);
      say('What is open closes once the monitor has read all of it.');
    }
  } finally {
    await publisher.disconnect();
  }
}

async function readSorted(
  records: AsyncIterable<ReplayRecord>,
  file: RowFile,
  { file: path }: ReplayOptions,
): Promise<ReplayRecord[]> {
  const bar: Bar = startBar('Reading', sizeOf(path));
  const all: ReplayRecord[] = [];
  for await (const record of records) {
    all.push(record);
    if (all.length % 1000 === 0) bar.to(file.bytesRead());
  }
  bar.stop();
  return all.sort((a, b) => a.atMs - b.atMs);
}

function sizeOf(path: string): number {
  return statSync(path).size;
}
