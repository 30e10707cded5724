import type { Kafka } from 'kafkajs';
import type { StageDefinition } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';

/** What the stages of one installation keep in Kafka. */
export interface StagesState {
  readonly topicPrefix: string;
  /** Group of the application; the stages' consumer groups are `<prefix><group>-<stage>`. */
  readonly group: string;
  readonly stages: readonly Pick<StageDefinition, 'name' | 'changelog'>[];
  /** Topics besides the changelogs that hold what follows from them. */
  readonly derived: readonly TopicKey[];
}

/** What was deleted, or which groups still have members: then nothing was. */
export type ResetResult =
  | { readonly ok: true; readonly groups: readonly string[]; readonly topics: readonly string[] }
  | { readonly ok: false; readonly running: readonly string[] };

/**
 * Deletes what the stages have computed: consumer groups with their offsets, changelogs, and what is exchanged between
 * stages. They then begin at the beginning of their inputs. The groups go first, which Kafka refuses while a process is
 * in one; ended in between, it can be run again. Throws where Kafka cannot be reached or forbids it.
 */
export async function resetStages(kafka: Kafka, state: StagesState): Promise<ResetResult> {
  const { topicPrefix, group, stages, derived } = state;
  const ours = new Set(stages.map(({ name }) => `${topicPrefix}${group}-${name}`));
  const admin = kafka.admin();
  await admin.connect();
  try {
    const listed = await admin.listGroups();
    const groups = listed.groups.map(({ groupId }) => groupId).filter((groupId) => ours.has(groupId));
    if (groups.length > 0) {
      const described = await admin.describeGroups(groups);
      const running = described.groups.filter(({ members }) => members.length > 0).map(({ groupId }) => groupId);
      if (running.length > 0) return { ok: false, running };
      await admin.deleteGroups(groups);
    }
    const existing = new Set(await admin.listTopics());
    const names = [...stages.map(({ changelog }) => changelog), ...derived].map((key) => topicName(key, topicPrefix));
    const topics = names.filter((name) => existing.has(name));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    return { ok: true, groups, topics };
  } finally {
    await admin.disconnect();
  }
}
