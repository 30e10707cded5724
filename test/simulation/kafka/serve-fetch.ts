import type { LogEntry, PartitionLog } from './partition-log.js';
import { CODE, type Answer, type Requests } from './protocol.js';
import type { Surroundings } from './surroundings.js';

const READ_COMMITTED = 1;

interface Wanted {
  readonly log: PartitionLog;
  readonly from: number;
}

/** Answers a fetch when there is something, or when the client has waited as long as it wished to. */
export function serveFetch(
  cluster: Surroundings,
  brokerId: number,
  { isolationLevel, maxWaitTime, topics }: Requests['fetch'],
  reply: (answer: Answer) => void,
): void {
  const committedOnly = isolationLevel === READ_COMMITTED;
  const wanted: Wanted[] = [];
  for (const { topic, partitions } of topics) {
    for (const { partition, fetchOffset } of partitions) {
      const code = cluster.leads(brokerId, topic, partition);
      if (code !== CODE.none) {
        reply({ code });
        return;
      }
      const log = cluster.log(topic, partition);
      const from = Number(fetchOffset);
      if (from > log.end) {
        reply({ code: CODE.offsetOutOfRange, topic, partition });
        return;
      }
      wanted.push({ log, from });
    }
  }
  const endOf = (log: PartitionLog): number => (committedOnly ? log.lastStableOffset : log.end);
  const hasNews = (): boolean => wanted.some(({ log, from }) => endOf(log) > from);
  const answer = (): void => {
    if (done) return;
    done = true;
    for (const stop of watches) stop();
    reply(fetched(cluster, wanted, committedOnly));
  };
  let done = false;
  let watches: (() => void)[] = [];
  if (maxWaitTime <= 0 || hasNews()) {
    answer();
    return;
  }
  const look = (): void => {
    if (hasNews()) answer();
  };
  watches = wanted.map(({ log }) => log.onChange(look));
  cluster.scheduler.after(maxWaitTime, null, answer);
}

function fetched(cluster: Surroundings, wanted: readonly Wanted[], committedOnly: boolean): Answer {
  const byTopic = new Map<string, object[]>();
  for (const { log, from } of wanted) {
    const end = committedOnly ? log.lastStableOffset : log.end;
    const list = byTopic.get(log.topic) ?? [];
    const partition = fetchedPartition(log, from, Math.min(end, from + cluster.fetchRecords));
    // Who reads what is not committed is not told what was aborted.
    list.push(committedOnly ? partition : { ...partition, abortedTransactions: null });
    byTopic.set(log.topic, list);
  }
  const responses = [...byTopic].map(([topicName, partitions]) => ({ topicName, partitions }));
  return { data: { throttleTime: 0, responses } };
}

function fetchedPartition(log: PartitionLog, from: number, end: number): object {
  // Whole record batches, as a broker gives them: the first may begin before what was asked for.
  const first = log.entries[from]?.batch.first ?? from;
  const last = end > from ? (log.entries[end - 1]?.batch.last ?? end - 1) : from - 1;
  const entries = end > from ? log.entries.slice(first, last + 1) : [];
  const aborted = log.aborted.filter(({ firstOffset, lastOffset }) => firstOffset <= last && lastOffset >= first);
  return {
    partition: log.partition,
    errorCode: CODE.none,
    highWatermark: String(log.end),
    lastStableOffset: String(log.lastStableOffset),
    lastStartOffset: '0',
    abortedTransactions: aborted.map(({ producerId, firstOffset }) => {
      return { producerId: String(producerId), firstOffset: String(firstOffset) };
    }),
    messages: entries.map(decoded),
  };
}

function decoded(entry: LogEntry): object {
  const { offset, key, value, headers, timestampMs, producerId, control, batch } = entry;
  return {
    magicByte: 2,
    attributes: 0,
    timestamp: String(Math.floor(timestampMs)),
    offset: String(offset),
    key,
    value,
    headers,
    isControlRecord: control !== undefined,
    batchContext: {
      firstOffset: String(batch.first),
      lastOffsetDelta: batch.last - batch.first,
      producerId: String(producerId),
      inTransaction: producerId >= 0,
      isControlBatch: control !== undefined,
    },
  };
}
