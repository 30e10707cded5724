import { randomUUID } from 'node:crypto';
import type { TopicKey } from '#libs/contract';
import type { RecordSender } from './send.js';

const INPUTS = [
  'interactions',
  'agentStates',
  'feedback',
  'billingLines',
  'revenue',
] as const satisfies readonly TopicKey[];

/** What is needed of a publisher to end a replay. */
export interface FinishSender extends RecordSender {
  endOffsets(topic: TopicKey): Promise<ReadonlyMap<number, bigint>>;
  partitionCount(topic: TopicKey): Promise<number>;
}

/**
 * Tells the cost stage where the input ends, one marker for each partition: it closes what is open once it has read so
 * far. Everything that is to count must be acknowledged before. `lastMs` is the event time of the last record of all:
 * an agent's state that nothing followed ends there, whatever partition the agent is in.
 */
export async function sendFinish(sender: FinishSender, lastMs: number | undefined): Promise<void> {
  const id = randomUUID();
  const endOffsets: Record<string, Record<string, string>> = {};
  for (const topic of INPUTS) {
    const ends = await sender.endOffsets(topic);
    endOffsets[topic] = Object.fromEntries([...ends].map(([partition, end]) => [String(partition), String(end)]));
  }
  const value = JSON.stringify({ kind: 'finish', id, endOffsets, lastMs });
  const partitions = await sender.partitionCount('control');
  const markers = Array.from({ length: partitions }, (_, partition) => ({ key: String(partition), partition, value }));
  await sender.send('control', markers);
}
