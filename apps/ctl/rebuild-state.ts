import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka, resetStages } from '#libs/adapters/kafka';
import { COST_STAGE, MERGE_STAGE, type KafkaSettings } from '#libs/application';
import { Advice } from './advice.js';
import { prepareTopics } from './prepare-topics.js';

const LOOK_AGAIN_MS = 1_000;

/**
 * Throws the stages' state away, so that the next monitor computes it anew from the inputs; answers what was deleted.
 * Waits at most `patienceMs` for monitors that were killed to drop out of their groups. Throws Advice where one runs on.
 */
export async function rebuildState(kafka: KafkaSettings, group: string, patienceMs: number): Promise<string[]> {
  await prepareTopics(kafka);
  const state = {
    topicPrefix: kafka.topicPrefix,
    group,
    stages: [
      { name: COST_STAGE, changelog: 'costState' },
      { name: MERGE_STAGE, changelog: 'mergeState' },
    ] as const,
    derived: ['panes', 'live'] as const,
  };
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const result = await resetStages(createKafka(kafka, 'rebuild'), state);
    if (result.ok) {
      await prepareTopics(kafka);
      return [...result.groups, ...result.topics];
    }
    if (performance.now() > deadline) {
      throw new Advice(
        `A monitor still runs in ${result.running.join(' and ')}: stop all of them first (one that was killed counts for half a minute).`,
      );
    }
    await sleep(LOOK_AGAIN_MS);
  }
}
