import type { StageOutput } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';
import type { WaveBuilder } from './message-waves.js';

/** What a stage's output is written for. */
export interface StageWaves {
  readonly output: Pick<StageOutput, 'records' | 'changelog' | 'blocks'>;
  /** Partition of the task, and so of its changelog. */
  readonly partition: number;
  readonly changelog: TopicKey;
  readonly topicPrefix: string;
}

/** Deals a stage's output out to waves: the changelog's entries first, then the records. */
export function recordWaves(builder: WaveBuilder, { output, partition, changelog, topicPrefix }: StageWaves): void {
  const changelogTopic = topicName(changelog, topicPrefix);
  for (const { key, value } of output.changelog) builder.add({ topic: changelogTopic, partition, key, value });
  for (const record of output.records) builder.add({ ...record, topic: topicName(record.topic, topicPrefix) });
  for (const block of output.blocks ?? []) builder.addBlock(topicName(block.topic, topicPrefix), block);
}
