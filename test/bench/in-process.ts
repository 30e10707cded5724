import { createHash, hash } from 'node:crypto';
import { Command } from 'commander';
import {
  batchBuffers,
  costStage,
  DEFAULT_STAGE_OPTIONS,
  mergeStage,
  type InputRecord,
  type StageDependencies,
  type StageOptions,
  type StageOutput,
  type StageTask,
  outputsOf,
} from '#libs/application';
import type { TopicKey } from '#libs/contract';
import { partitionOf } from '#libs/adapters/kafka';
import { zonedCalendar } from '#libs/adapters/calendar';
import { decodeRecordSet } from '../../libs/adapters/kafka/record-batch-decoder.js';
import { releaseWave, WaveBuilder, type Wave } from '../../libs/adapters/kafka/message-waves.js';
import { encodeProduceRequest } from '../../libs/adapters/kafka/produce-request.js';
import { RecordBatchEncoder } from '../../libs/adapters/kafka/record-batch-encoder.js';
import { recordWaves } from '../../libs/adapters/kafka/stage-waves.js';
import { benchReference } from './reference.js';
import { BENCH_BASE_MS, benchRecord, type BenchShape } from './interactions.js';

/**
 * Both stages with all their partitions in this process, without a broker: batches are decoded, processed and encoded as
 * they would be, and thrown away instead of sent. CPU seconds by part, beside `JSON.parse` of the same bytes in the same
 * run, so that runs on machines that are busy with other things can be compared. `--checksum` hashes what goes out.
 */
const options = new Command('bench')
  .option('--in-process', 'what chose this program: the stages alone, without a broker')
  .option('--events <n>', 'events', Number, 1_000_000)
  .option('--agents <n>', 'agents', Number, 500)
  .option('--partitions <n>', 'partitions', Number, 4)
  .option('--span <minutes>', 'event time that they are spread over', Number, 180)
  .option('--chunk <n>', 'events of one partition in a transaction', Number, 2_300)
  .option('--window-hours <n>', 'one rolling window of so many hours by the minute, instead of all lengths', Number)
  .option('--checksum', 'hashes the windows, cost events and signals')
  .option('--json', 'prints `{"cpuSecondsPerMillion":...}` and nothing else')
  .parse()
  .opts<{
    events: number;
    agents: number;
    partitions: number;
    span: number;
    chunk: number;
    windowHours?: number;
    checksum?: boolean;
    json?: boolean;
  }>();

const shape: BenchShape = {
  events: options.events,
  agents: options.agents,
  spanMs: options.span * 60_000,
  baseMs: BENCH_BASE_MS,
};
/** Events a second that the wall clock of the stages goes by. */
const PACE = 60_000;

const spent = new Map<string, number>();
let mark = process.cpuUsage();

/** Books the CPU since the last call on a part. */
function book(part: string): void {
  const now = process.cpuUsage();
  const micros = now.user + now.system - mark.user - mark.system;
  mark = now;
  spent.set(part, (spent.get(part) ?? 0) + micros);
}

interface Partition {
  encoder: RecordBatchEncoder;
  offset: number;
}

/** Groups of record sets, one for each partition, in the order in which they are read. */
function* recordSets(): Generator<{ partition: number; bytes: Buffer; firstOffset: number }> {
  const parts: Partition[] = Array.from({ length: options.partitions }, () => ({
    encoder: new RecordBatchEncoder(),
    offset: 0,
  }));
  const owners = new Map<string, number>();
  const finish = (partition: number, part: Partition) => {
    const { count } = part.encoder;
    const envelope = { producerId: -1n, producerEpoch: -1, firstSequence: -1, transactional: false };
    const bytes = part.encoder.finish(envelope);
    const firstOffset = part.offset;
    part.offset += count;
    part.encoder = new RecordBatchEncoder();
    return { partition, bytes, firstOffset };
  };
  for (let index = 0; index < shape.events; index += 1) {
    const { key, value } = benchRecord(index, shape);
    let partition = owners.get(key);
    if (partition === undefined) owners.set(key, (partition = partitionOf(key, options.partitions)));
    const part = parts[partition]!;
    part.encoder.add({ key, value });
    if (part.encoder.count >= options.chunk) yield finish(partition, part);
  }
  for (const [partition, part] of parts.entries()) if (part.encoder.count > 0) yield finish(partition, part);
}

const counts = Object.fromEntries(
  (['interactions', 'panes', 'costWindows', 'signals', 'live'] as TopicKey[]).map((key) => [key, options.partitions]),
);
const { windowing } = DEFAULT_STAGE_OPTIONS;
const { windowHours } = options;
const rolling =
  windowHours === undefined
    ? windowing.rolling
    : [{ name: `${String(windowHours)}h`, sizeMs: windowHours * 3_600_000, stepMs: 60_000 }];
const stage: StageOptions = { ...DEFAULT_STAGE_OPTIONS, clock: 'event', windowing: { ...windowing, rolling } };
const dependencies: StageDependencies = {
  reference: benchReference(),
  partitionOf,
  calendarOf: zonedCalendar,
  fingerprint: (text) => hash('sha256', text, 'hex').slice(0, 32),
};
const open = (definition: ReturnType<typeof costStage> | ReturnType<typeof mergeStage>): StageTask[] =>
  Array.from({ length: options.partitions }, (_, partition) => {
    const task = definition.createTask({ partition, partitionCounts: counts, caughtUp: {} });
    task.restored();
    return task;
  });
const cost = costStage(stage, dependencies);
const merge = mergeStage(stage, dependencies);
const costTasks = open(cost);
const mergeTasks = open(merge);
const heard: InputRecord[][] = Array.from({ length: options.partitions }, () => []);
const checksums = new Map<string, ReturnType<typeof createHash>>();
const written = new Map<string, { records: number; bytes: number }>();

/** As the produce requests of one transaction would be put together. */
async function send(waves: readonly Wave[], firstPanesOffset: number): Promise<void> {
  for (const { topicMessages } of waves) {
    const topicData = topicMessages.map(({ topic, messages }) => ({
      topic,
      partitions: Object.entries((messages as unknown as { reduce(): Record<number, unknown> }).reduce()).map(
        ([partition, batch]) => ({ partition: Number(partition), firstSequence: 0, messages: batch }),
      ),
    }));
    const request = { acks: -1, timeout: 30_000, transactionalId: 'bench', producerId: 1n, topicData };
    batchBuffers.give(encodeProduceRequest(request, 1_024).frame);
    book('record batches');
    for (const { topic, partitions } of topicData)
      for (const { partition, messages } of partitions) {
        const { batch } = messages as { batch: RecordBatchEncoder };
        const total = written.get(topic) ?? { records: 0, bytes: 0 };
        written.set(topic, { records: total.records + batch.count, bytes: total.bytes + batch.size });
        if (topic !== 'spendline.panes' && !(options.checksum && topic.startsWith('cost.'))) continue;
        const envelope = { producerId: 1n, producerEpoch: 0, firstSequence: 0, transactional: true };
        const records = await decodeRecordSet(Buffer.from(batch.finish(envelope)), partition);
        if (topic === 'spendline.panes') {
          for (const { key, value, headers } of records)
            heard[partition]?.push({ partition, key, value, headers, offset: String(firstPanesOffset) });
        } else for (const { key, value, headers } of records) digest(topic, key, value, headers);
      }
    book('the bench itself');
  }
  for (const wave of waves) releaseWave(wave);
}

function digest(topic: string, key: Buffer | null, value: Buffer | null, headers: object): void {
  let sum = checksums.get(topic);
  if (!sum) checksums.set(topic, (sum = createHash('sha256')));
  sum.update(key ?? 'null').update(value ?? 'null');
  for (const [name, text] of Object.entries(headers)) sum.update(name).update(text as Buffer);
}

async function commit(definition: { changelog: TopicKey }, partition: number, output: StageOutput): Promise<void> {
  const builder = new WaveBuilder(true);
  recordWaves(builder, { output, partition, changelog: definition.changelog, topicPrefix: '' });
  const waves = builder.build();
  book('record batches');
  await send(waves, 0);
}

async function runMerge(nowMs: number): Promise<void> {
  for (const [partition, task] of mergeTasks.entries()) {
    const records = heard[partition]!;
    if (records.length === 0) continue;
    heard[partition] = [];
    book('the bench itself');
    const input = { kind: 'records', topic: 'panes', records, caughtUp: true } as const;
    for (const output of outputsOf(task, { input, nowMs })) {
      book('merge stage');
      await commit(merge, partition, output);
    }
  }
}

let processed = 0;
let parsed = 0;
let sinceMerge = 0;
for (const { partition, bytes } of recordSets()) {
  book('the bench itself');
  const records = await decodeRecordSet(bytes, partition);
  book('decoding batches');
  const nowMs = shape.baseMs + shape.spanMs + Math.floor((processed / PACE) * 1000) + 3_600_000;
  const output = costTasks[partition]!.process(
    { kind: 'records', topic: 'interactions', records, caughtUp: false },
    nowMs,
  );
  book('cost stage');
  await commit(cost, partition, output);
  processed += records.length;
  sinceMerge += 1;
  if (sinceMerge === options.partitions) {
    await runMerge(nowMs);
    sinceMerge = 0;
  }
  book('the bench itself');
  for (const { value } of records)
    parsed += (JSON.parse(value!.toString('utf8')) as { talkSeconds: number }).talkSeconds;
  book('JSON.parse of the same bytes');
}
const endMs = shape.baseMs + shape.spanMs + Math.floor((processed / PACE) * 1000) + 3_600_000;
await runMerge(endMs);

const perMillion = (micros: number): number => Number((micros / processed).toFixed(2));
const parts = ['decoding batches', 'cost stage', 'merge stage', 'record batches'];
const whole = parts.reduce((sum, part) => sum + (spent.get(part) ?? 0), 0);
const baseline = spent.get('JSON.parse of the same bytes') ?? 0;
if (options.json) {
  console.log(JSON.stringify({ cpuSecondsPerMillion: perMillion(whole) }));
  process.exit(0);
}
const rows = [...parts, 'JSON.parse of the same bytes', 'the bench itself'].map((part) => ({
  part,
  'CPU s per million': perMillion(spent.get(part) ?? 0),
}));
console.table([...rows, { part: 'whole', 'CPU s per million': perMillion(whole) }]);
console.log(`${String(processed)} events, whole / JSON.parse: ${(whole / baseline).toFixed(1)} (${String(parsed)})`);
console.log(`peak RSS ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
console.table(
  Object.fromEntries(
    [...written].map(([topic, { records, bytes }]) => [
      topic,
      { records, 'bytes per event': Math.round(bytes / processed) },
    ]),
  ),
);
for (const [topic, sum] of checksums) console.log(topic, sum.digest('hex').slice(0, 16));
