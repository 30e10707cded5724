import type { ReplayRecord } from '#libs/application';
import type { TopicKey } from '#libs/contract';
import type { Pacer } from './pace.js';

/** Records that are sent in one go. */
const BATCH = 1000;
/** Paced, records that are due within this time go together. */
const TOGETHER_MS = 100;

/** What is needed of a publisher. */
export interface RecordSender {
  send(topic: TopicKey, records: readonly { key: string; value: string; partition?: number }[]): Promise<void>;
}

/**
 * Sends records in the order given, at the pace given, until they end or the signal comes; what is due together goes
 * together, topic by topic. `sent` is called after each acknowledgement.
 */
export async function sendAll(
  records: AsyncIterable<ReplayRecord> | Iterable<ReplayRecord>,
  sender: RecordSender,
  { pacer, signal, sent }: { pacer: Pacer; signal: AbortSignal; sent: (records: readonly ReplayRecord[]) => void },
): Promise<void> {
  let batch: ReplayRecord[] = [];
  const flush = async (): Promise<void> => {
    await sendBatch(batch, sender);
    sent(batch);
    batch = [];
  };
  for await (const record of records) {
    if (signal.aborted) break;
    const dueInMs = pacer.dueInMs(record.atMs, Date.now());
    if (dueInMs > TOGETHER_MS) {
      await flush();
      await pacer.wait(pacer.dueInMs(record.atMs, Date.now()), signal);
    }
    batch.push(record);
    if (batch.length >= BATCH) await flush();
  }
  if (!signal.aborted) await flush();
}

async function sendBatch(batch: readonly ReplayRecord[], sender: RecordSender): Promise<void> {
  const topics = new Map<TopicKey, { key: string; value: string }[]>();
  for (const { topic, key, value } of batch) {
    const list = topics.get(topic) ?? [];
    topics.set(topic, list);
    list.push({ key, value });
  }
  for (const [topic, records] of topics) await sender.send(topic, records);
}
