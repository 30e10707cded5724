import type { Admin } from 'kafkajs';
import { topicName } from '#libs/contract';
import { eventually } from '../eventually.js';

/**
 * Waits until the merge stage of the monitor with this topic prefix has taken all that the cost stage has written. By the
 * offsets of its group: what a monitor says of its lag, it looks at now and then only.
 */
export async function allMerged(admin: Admin, prefix: string): Promise<void> {
  const topic = topicName('panes', prefix);
  await eventually(
    'all that was costed to be merged',
    async () => {
      const { groups } = await admin.listGroups();
      const group = groups.find(({ groupId }) => groupId.startsWith(prefix) && groupId.endsWith('-merge'));
      if (!group) return undefined;
      const ends = await admin.fetchTopicOffsets(topic);
      const [found] = await admin.fetchOffsets({ groupId: group.groupId, topics: [topic] });
      return ends.map(({ partition, high }) => {
        const committed = found?.partitions.find((each) => each.partition === partition)?.offset ?? '-1';
        return { partition, end: Number(high), committed: Number(committed) };
      });
    },
    // The last offset of a partition is that of the marker which ends the last transaction.
    (partitions) => partitions?.every(({ end, committed }) => committed >= end - 1) ?? false,
  );
}
