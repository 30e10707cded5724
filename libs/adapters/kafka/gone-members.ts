import type { Kafka } from 'kafkajs';
import { pause } from './backoff.js';
import { errorOf } from './errors.js';
import { LogClient } from './log-client.js';
import type { KafkaLogger } from './logger.js';
import { noteOf } from './sticky-assigner.js';

/** Tells the processes of one machine apart, also those that have ended. */
export interface ProcessMarks {
  /** The mark of this process; no other ever has it. */
  readonly own: string;
  /** Whether the process with this mark is known to have ended. */
  readonly isGone: (mark: string) => boolean;
}

/** What kafkajs's Broker has beyond its types: requests to the coordinator of a group. */
export interface GroupCoordinator {
  leaveGroup(member: { groupId: string; memberId: string }): Promise<unknown>;
  describeGroups(query: { groupIds: readonly string[] }): Promise<{ readonly groups: readonly DescribedGroup[] }>;
}

interface DescribedGroup {
  readonly state: string;
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

const STABLE = 'Stable';
const LOOK_EVERY_MS = 20;
/** Joining takes a few round trips. */
const LONGEST_LOOK_MS = 2_000;

/**
 * Members of a group that nobody stands behind any more, as their processes, on this machine, have ended. Kafka would wait
 * a whole session for each before it gives away its partitions. While the group is being shared out it does not tell
 * what its members have said of themselves, and none is found.
 */
export async function goneMembers(
  coordinator: GroupCoordinator,
  groupId: string,
  { isGone }: ProcessMarks,
): Promise<string[]> {
  const { groups } = await coordinator.describeGroups({ groupIds: [groupId] });
  return groups
    .flatMap(({ members }) => members)
    .filter(({ memberMetadata }) => {
      const { process } = noteOf(memberMetadata);
      return process !== undefined && isGone(process);
    })
    .map(({ memberId }) => memberId);
}

/**
 * Leaves the group in the name of these members, as soon as somebody has asked to join it: a group that loses its last member is
 * empty, and Kafka has the next one to come wait for others (`group.initial.rebalance.delay.ms`, 3 s on a stock broker).
 * A client of its own, as a connection answers nothing else while it waits to be let in. Never throws: without it
 * the group waits for the session.
 */
export async function leaveInTheirName(
  kafka: Kafka,
  groupId: string,
  members: readonly string[],
  logger: KafkaLogger,
): Promise<void> {
  try {
    const client = await LogClient.connect(kafka);
    try {
      const coordinator = (await client.cluster.findGroupCoordinator({ groupId })) as unknown as GroupCoordinator;
      await untilSomebodyJoins(coordinator, groupId);
      // Others that were started with this one may have removed some of them already.
      await Promise.allSettled(members.map((memberId) => coordinator.leaveGroup({ groupId, memberId })));
      logger.info({ groupId, members: members.length }, 'took the place of members whose processes have ended');
    } finally {
      await client.close();
    }
  } catch (thrown) {
    logger.debug({ groupId, error: errorOf(thrown).message }, 'members whose processes have ended were not removed');
  }
}

async function untilSomebodyJoins(coordinator: GroupCoordinator, groupId: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < LONGEST_LOOK_MS; waitedMs += LOOK_EVERY_MS) {
    const { groups } = await coordinator.describeGroups({ groupIds: [groupId] });
    if (groups.some(({ state }) => state !== STABLE)) return;
    await pause(LOOK_EVERY_MS);
  }
}
