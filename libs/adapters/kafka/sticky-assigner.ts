import kafkajs, { type GroupMember, type PartitionAssigner } from 'kafkajs';
import { partitionsIn, setCount } from './partition-sets.js';

const { AssignerProtocol } = kafkajs;

/** A member of the group and the numbers of what it has now: partitions, or sets of them. */
export interface Claim {
  readonly memberId: string;
  readonly owned: readonly number[];
}

/**
 * Shares the numbers 0 to `count` - 1 among members, evenly to within one, and moves as few as it can: a task
 * that moves must restore its state. Deterministic: every member would compute the same.
 */
export function assignSticky(claims: readonly Claim[], count: number): Map<string, number[]> {
  const members = [...claims].sort((a, b) => b.owned.length - a.owned.length || (a.memberId < b.memberId ? -1 : 1));
  const free = new Set(Array.from({ length: count }, (_, partition) => partition));
  const least = Math.floor(count / members.length);
  let extras = count % members.length;
  const assignment = new Map<string, number[]>();
  for (const { memberId, owned } of members) {
    const kept = [...new Set(owned)].filter((partition) => free.has(partition));
    const quota = extras > 0 && kept.length > least ? least + 1 : least;
    if (quota > least) extras -= 1;
    const mine = kept.slice(0, quota);
    for (const partition of mine) free.delete(partition);
    assignment.set(memberId, mine);
  }
  for (const partition of free) {
    const [emptiest] = [...assignment.values()].sort((a, b) => a.length - b.length);
    emptiest?.push(partition);
  }
  for (const mine of assignment.values()) mine.sort((a, b) => a - b);
  return assignment;
}

/** What is shared out among the members of a group. */
export interface Sharing {
  /** In the group protocol: a new meaning needs a new name, or old and new members would not agree. */
  readonly name: string;
  /** Of what is given as a whole, where there are so many partitions. */
  readonly count: (partitions: number) => number;
  readonly partitionsOf: (part: number, partitions: number) => readonly number[];
}

/** Each partition by itself. */
export const BY_PARTITION: Sharing = {
  name: 'spendline-copartition-1',
  count: (partitions) => partitions,
  partitionsOf: (partition) => [partition],
};

/** Whole sets of partitions; see partition-sets.ts. */
export const BY_SET: Sharing = { name: 'spendline-partition-sets-1', count: setCount, partitionsOf: partitionsIn };

/** What members tell each other when they join. */
export interface MemberNote {
  /** Partition numbers that it has now. */
  readonly owned: readonly number[];
  /** Mark of its process, where there is one; see gone-members.ts. */
  readonly process?: string | undefined;
}

/**
 * Gives the same partition number of all subscribed topics to one member, and leaves partitions where they are as far
 * as evenness allows. `note` is what this member tells of itself.
 */
export function stickyCopartitioning(
  note: () => MemberNote,
  { name, count, partitionsOf }: Sharing = BY_PARTITION,
): PartitionAssigner {
  return ({ cluster }) => ({
    name,
    version: 0,
    protocol: ({ topics }) => ({
      name,
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: 0,
        topics,
        userData: Buffer.from(JSON.stringify(note())),
      }),
    }),
    assign: ({ members, topics }) => {
      const partitions = new Map(
        topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)]),
      );
      const total = 1 + Math.max(-1, ...[...partitions.values()].flat());
      const parts = Array.from({ length: count(total) }, (_, part) => partitionsOf(part, total));
      const assignment = assignSticky(
        members.map((member) => claimOf(member, parts)),
        parts.length,
      );
      const shares = [...assignment].map(([memberId, mine]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 0,
          assignment: Object.fromEntries(
            [...partitions].map(([topic, existing]) => [
              topic,
              mine.flatMap((part) => parts[part] ?? []).filter((partition) => existing.includes(partition)),
            ]),
          ),
          userData: Buffer.alloc(0),
        }),
      }));
      return Promise.resolve(shares);
    },
  });
}

/** A part is claimed by whoever has one of its partitions: members have all of them or none. */
function claimOf({ memberId, memberMetadata }: GroupMember, parts: readonly (readonly number[])[]): Claim {
  const { owned } = noteOf(memberMetadata);
  const claimed = [...new Set(owned)].map((partition) => parts.findIndex((each) => each.includes(partition)));
  return { memberId, owned: [...new Set(claimed)].filter((part) => part >= 0) };
}

/** What a member has told of itself; a member of another program, or one before it told anything, has told nothing. */
export function noteOf(memberMetadata: Buffer): MemberNote {
  try {
    const text = AssignerProtocol.MemberMetadata.decode(memberMetadata)?.userData.toString() ?? '';
    const note = JSON.parse(text) as Partial<Record<keyof MemberNote, unknown>> | readonly unknown[];
    // Before there were marks, the note was the numbers alone.
    const { owned = note, process } = note as Partial<Record<keyof MemberNote, unknown>>;
    return {
      owned: Array.isArray(owned) ? owned.filter((each) => Number.isInteger(each)) : [],
      ...(typeof process === 'string' && { process }),
    };
  } catch {
    return { owned: [] };
  }
}
