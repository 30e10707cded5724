import type { IHeaders } from 'kafkajs';
import { TopicReader } from '#libs/adapters/kafka';
import type { KafkaSettings } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';
import { Expectation, micros, type Fates, type MonthTotal } from './expectation.js';

/** A committed record as the oracle reads it. */
export interface ReadRecord {
  readonly topic: TopicKey;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
  readonly timestampMs: number;
}

/** What the oracle found. */
export interface Verdict {
  /** Missing things: may still come. */
  readonly missing: readonly string[];
  /** Things that no further waiting mends: doubled, wrong, unexpected. */
  readonly wrong: readonly string[];
  readonly fates: Fates;
  readonly costEvents: number;
  readonly windows: number;
  /** Epoch ms at which cost events were written, by partition, in order. */
  readonly commits: ReadonlyMap<number, readonly number[]>;
}

/** The inputs that the workload fills. */
export const INPUTS = ['interactions', 'feedback', 'billingLines'] as const satisfies readonly TopicKey[];

/** Gives all committed records of topics, of each partition in their order. */
export type ReadTopics = (topics: readonly TopicKey[], take: (record: ReadRecord) => void) => Promise<void>;

/** Reads topics as a consumer with isolation level read_committed that comes later. */
async function readFrom(
  settings: KafkaSettings,
  topics: readonly TopicKey[],
  take: (record: ReadRecord) => void,
): Promise<void> {
  let fail: (error: Error) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (fail = reject));
  const reader = new TopicReader({
    settings,
    topics,
    onBatch: ({ topic, partition, records }) => {
      for (const { offset, key, value, headers, timestamp } of records)
        take({ topic, partition, offset, key: key?.toString() ?? '', value, headers, timestampMs: Number(timestamp) });
    },
    onFatal: (error) => fail(error),
    maxWaitMs: 50,
  });
  await reader.start();
  try {
    await Promise.race([reader.caughtUp, failure]);
  } finally {
    await reader.stop();
  }
}

/** Judges everything that the monitors have written from what was sent to them. */
export function judge(settings: KafkaSettings): Promise<Verdict> {
  return judgeTopics((topics, take) => readFrom(settings, topics, take), settings.topicPrefix);
}

/** The same of topics that are read in another way. */
export async function judgeTopics(read: ReadTopics, topicPrefix: string): Promise<Verdict> {
  const expected = new Expectation();
  await read(INPUTS, ({ topic, partition, offset, value, headers }) => {
    const reject = headers['expect-reject'];
    const name = topicName(topic, topicPrefix);
    expected.take({
      topic: name,
      partition,
      offset,
      value,
      ...(reject !== undefined && { reject: reject.toString() }),
    });
  });
  const missing: string[] = [];
  const wrong: string[] = [];
  const { costEvents, commits } = await judgeCostEvents(read, expected, missing, wrong);
  const rejected = await judgeRejected(read, expected, missing, wrong);
  const windows = await judgeWindows(read, expected, missing, wrong);
  await judgeTally(read, expected.fates, missing, wrong);
  if (rejected !== expected.fates.rejected) missing.push(`rejected: ${rejected} of ${expected.fates.rejected}`);
  return { missing, wrong, fates: expected.fates, costEvents, windows, commits };
}

async function judgeCostEvents(read: ReadTopics, expected: Expectation, missing: string[], wrong: string[]) {
  const open = new Map(expected.costEvents);
  const commits = new Map<number, number[]>();
  let costEvents = 0;
  const seen = new Set<string>();
  await read(['costEvents'], ({ value, partition, timestampMs }) => {
    const { costEventId, amount } = JSON.parse(value?.toString() ?? '{}') as { costEventId: string; amount: string };
    costEvents += 1;
    const times = commits.get(partition) ?? [];
    commits.set(partition, times);
    if (times.at(-1) !== timestampMs) times.push(timestampMs);
    const due = open.get(costEventId);
    if (seen.has(costEventId)) wrong.push(`cost event twice: ${costEventId}`);
    else if (due === undefined) wrong.push(`cost event of nothing: ${costEventId}`);
    else if (due !== micros(amount)) wrong.push(`cost event ${costEventId} says ${amount}, not ${due} micros`);
    seen.add(costEventId);
    open.delete(costEventId);
  });
  if (open.size > 0) missing.push(`${open.size} cost events, such as ${[...open.keys()].slice(0, 3).join(', ')}`);
  return { costEvents, commits };
}

async function judgeRejected(read: ReadTopics, expected: Expectation, missing: string[], wrong: string[]) {
  const open = new Map(expected.rejected);
  let rejected = 0;
  await read(['rejected'], ({ headers }) => {
    rejected += 1;
    const text = (name: string): string => headers[name]?.toString() ?? '';
    const place = `${text('source-topic')}/${text('source-partition')}/${text('source-offset')}`;
    const reason = open.get(place);
    if (reason === undefined)
      wrong.push(
        `rejected ${expected.rejected.has(place) ? 'twice' : 'without a reason'}: ${place}, ${text('reason')}`,
      );
    else if (reason !== text('reason')) wrong.push(`rejected for ${text('reason')}, not ${reason}: ${place}`);
    open.delete(place);
  });
  if (open.size > 0) missing.push(`${open.size} rejected records, such as ${[...open.keys()].slice(0, 3).join(', ')}`);
  return rejected;
}

interface WindowValue {
  readonly scope: string;
  readonly id: string;
  readonly window: string;
  readonly end: string;
  readonly revision: number;
  readonly amount: string;
  readonly interactions: number;
  readonly complaints?: number;
}

async function judgeWindows(read: ReadTopics, expected: Expectation, missing: string[], wrong: string[]) {
  let windows = 0;
  const last = new Map<string, WindowValue>();
  const revisions = new Set<string>();
  await read(['costWindows'], ({ value }) => {
    if (!value) return;
    const window = JSON.parse(value.toString()) as WindowValue;
    windows += 1;
    const key = `${window.scope}:${window.id}:${window.window}`;
    const revision = `${key}/${window.end}/${window.revision}`;
    if (revisions.has(revision)) wrong.push(`window twice: ${revision}`);
    revisions.add(revision);
    const before = last.get(key);
    if (!before || before.end <= window.end) last.set(key, window);
  });
  for (const [scope, due] of expected.months) {
    const window = last.get(`${scope}:month`);
    const problem = window ? difference(window, due) : 'was never published';
    if (problem !== undefined) missing.push(`month of ${scope} ${problem}`);
  }
  for (const [key, { window, interactions, amount }] of last) {
    // Everything that entered a rolling window has left it at the end.
    if (window !== 'month' && (interactions !== 0 || micros(amount) !== 0n)) missing.push(`${key} is not empty yet`);
  }
  return windows;
}

function difference(window: WindowValue, due: MonthTotal): string | undefined {
  const { amount, interactions, complaints = 0 } = window;
  const same = micros(amount) === due.micros && interactions === due.interactions && complaints === due.complaints;
  return same
    ? undefined
    : `says ${amount} for ${interactions} contacts, ${complaints} complaints; due ${due.micros} micros, ${due.interactions}, ${due.complaints}`;
}

/** What the cost tasks themselves have counted, as it stands in their state. */
async function judgeTally(read: ReadTopics, due: Fates, missing: string[], wrong: string[]): Promise<void> {
  const tallies = new Map<number, Record<string, number>>();
  await read(['costState'], ({ key, value, partition }) => {
    if (key !== 'meta' || !value) return;
    tallies.set(partition, (JSON.parse(value.toString()) as { tally: Record<string, number> }).tally);
  });
  const sum = (...names: string[]): number =>
    [...tallies.values()].reduce((all, tally) => all + names.reduce((part, name) => part + (tally[name] ?? 0), 0), 0);
  const found: Fates = {
    in: sum('in'),
    taken: sum('counted', 'late'),
    duplicate: sum('duplicate'),
    stale: sum('stale'),
    rejected: sum('rejected'),
  };
  if (found.in < due.in) missing.push(`read ${found.in} of ${due.in} records`);
  else if (JSON.stringify(found) !== JSON.stringify(due))
    wrong.push(`fates ${JSON.stringify(found)}, but due are ${JSON.stringify(due)}`);
}
