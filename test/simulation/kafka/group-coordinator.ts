import type { Task } from '../engine/scheduler.js';
import {
  CODE,
  failure,
  type Answer,
  type DescribedProducer,
  type GroupProtocol,
  type OffsetEntry,
  type Requests,
} from './protocol.js';
import type { Surroundings } from './surroundings.js';

type Reply = (answer: Answer) => void;

interface Member {
  readonly id: string;
  protocols: readonly GroupProtocol[];
  sessionMs: number;
  rebalanceMs: number;
  joining: Reply | undefined;
  syncing: Reply | undefined;
  assignment: Buffer;
  expiry: Task | undefined;
}

interface Group {
  readonly id: string;
  state: 'empty' | 'preparing' | 'completing' | 'stable';
  generation: number;
  leader: string;
  readonly members: Map<string, Member>;
  deadline: Task | undefined;
  /** By `topic/partition`. */
  readonly offsets: Map<string, OffsetEntry>;
  /** Offsets of open transactions by producer id. */
  readonly pending: Map<number, Map<string, OffsetEntry>>;
  /** Highest epoch seen of each producer. */
  readonly epochs: Map<number, number>;
}

const NO_OFFSET: Omit<OffsetEntry, 'partition'> = { offset: '-1', metadata: '' };
const FIRST_JOIN_WAITS_MS = 60;

/** Kafka's group coordinator, with classic groups: join, sync, heartbeat, and offsets within transactions. */
export class GroupCoordinator {
  private readonly groups = new Map<string, Group>();
  private nextMember = 1;
  private appliedUntilMs = 0;

  constructor(private readonly cluster: Surroundings) {}

  /** JoinGroup: waits until the others have joined too. */
  join(params: Requests['joinGroup'], reply: Reply): void {
    const group = this.group(params.groupId);
    if (params.memberId === '') {
      reply({ code: CODE.memberIdRequired, memberId: `member-${this.nextMember++}` });
      return;
    }
    const { sessionTimeout: sessionMs, rebalanceTimeout: rebalanceMs, groupProtocols: protocols } = params;
    let member = group.members.get(params.memberId);
    if (!member) {
      member = {
        ...{ id: params.memberId, protocols, sessionMs, rebalanceMs },
        ...{ joining: undefined, syncing: undefined, expiry: undefined },
        assignment: Buffer.alloc(0),
      };
      group.members.set(member.id, member);
    }
    member.protocols = protocols;
    member.joining = reply;
    this.stay(group, member);
    if (group.state !== 'preparing') this.rebalance(group);
    this.joinIfComplete(group, false);
  }

  /** SyncGroup: the leader brings the assignment, all get theirs. */
  sync({ groupId, generationId, memberId, groupAssignment }: Requests['syncGroup'], reply: Reply): void {
    const group = this.group(groupId);
    const member = group.members.get(memberId);
    if (!member) reply(failure(CODE.unknownMember));
    else if (generationId !== group.generation) reply(failure(CODE.illegalGeneration));
    else if (group.state === 'preparing') reply(failure(CODE.rebalanceInProgress));
    else if (group.state === 'stable') reply({ data: { memberAssignment: member.assignment } });
    else {
      this.stay(group, member);
      member.syncing = reply;
      if (memberId !== group.leader) return;
      for (const each of groupAssignment) {
        const found = group.members.get(each.memberId);
        if (found) found.assignment = each.memberAssignment;
      }
      group.state = 'stable';
      for (const each of group.members.values()) {
        each.syncing?.({ data: { memberAssignment: each.assignment } });
        each.syncing = undefined;
      }
    }
  }

  /** Heartbeat. */
  heartbeat({ groupId, groupGenerationId, memberId }: Requests['heartbeat']): Answer {
    const group = this.group(groupId);
    const member = group.members.get(memberId);
    if (!member) return failure(CODE.unknownMember);
    if (groupGenerationId !== group.generation) return failure(CODE.illegalGeneration);
    this.stay(group, member);
    return group.state === 'preparing' ? failure(CODE.rebalanceInProgress) : { data: {} };
  }

  /** LeaveGroup. */
  leave({ groupId, memberId }: Requests['leaveGroup']): Answer {
    const group = this.group(groupId);
    const member = group.members.get(memberId);
    if (!member) return failure(CODE.unknownMember);
    this.remove(group, member);
    return { data: {} };
  }

  /** TxnOffsetCommit: kept apart until the transaction ends. */
  stage({ groupId, producerId, producerEpoch, topics }: Requests['txnOffsetCommit']): number {
    const group = this.group(groupId);
    const id = Number(producerId);
    if (producerEpoch < (group.epochs.get(id) ?? 0)) return CODE.invalidProducerEpoch;
    group.epochs.set(id, producerEpoch);
    const staged = group.pending.get(id) ?? new Map<string, OffsetEntry>();
    group.pending.set(id, staged);
    for (const { topic, partitions } of topics) {
      for (const entry of partitions) staged.set(`${topic}/${entry.partition}`, entry);
    }
    return CODE.none;
  }

  /** Offsets that a producer has sent and not committed. */
  staged(groupId: string, producerId: number): ReadonlyMap<string, OffsetEntry> {
    return this.group(groupId).pending.get(producerId) ?? new Map<string, OffsetEntry>();
  }

  /** Producers with offsets that are neither committed nor aborted, over all groups: they share one partition. */
  producers(): DescribedProducer[] {
    return [...this.groups.values()].flatMap(({ pending, epochs }) =>
      [...pending.keys()].map((producerId) => ({ producerId, epoch: epochs.get(producerId) ?? 0, openFrom: 0 })),
    );
  }

  /** The marker of a transaction has arrived. */
  mark(groupId: string, producerId: number, epoch: number, control: 'commit' | 'abort', delayMs: number): void {
    const group = this.group(groupId);
    if (epoch < (group.epochs.get(producerId) ?? 0)) return;
    group.epochs.set(producerId, epoch);
    const staged = group.pending.get(producerId);
    group.pending.delete(producerId);
    if (!staged || control === 'abort') return;
    const apply = (): void => {
      for (const [name, entry] of staged) group.offsets.set(name, entry);
      this.cluster.observer.offsetsCommitted(staged);
    };
    const { scheduler } = this.cluster;
    if (delayMs === 0 && this.appliedUntilMs <= scheduler.nowMs) {
      apply();
      return;
    }
    // One thread does this, so that nothing overtakes.
    this.appliedUntilMs = Math.max(this.appliedUntilMs, scheduler.nowMs + delayMs) + 0.001;
    scheduler.after(this.appliedUntilMs - scheduler.nowMs, null, apply);
  }

  /** OffsetFetch as kafkajs sends it: what is committed now, without regard to transactions that are being committed. */
  fetch({ groupId, topics }: Requests['offsetFetch']): Answer {
    const { offsets } = this.group(groupId);
    const responses = topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => {
        return { ...NO_OFFSET, ...offsets.get(`${topic}/${partition}`), partition, errorCode: 0 };
      }),
    }));
    return { data: { responses } };
  }

  /** OffsetCommit: nothing in Spendline's stages commits outside of a transaction. */
  commit({ groupId, topics }: Requests['offsetCommit']): Answer {
    this.cluster.observer.plainCommit(groupId);
    return { data: { responses: topics } };
  }

  /** The committed offset of a partition. */
  committedOffset(groupId: string, name: string): number {
    return Number(this.group(groupId).offsets.get(name)?.offset ?? 0);
  }

  /** Another broker takes over: whoever waits here is sent there. */
  left(): void {
    for (const group of this.groups.values()) {
      for (const member of group.members.values()) {
        member.joining?.(failure(CODE.notCoordinator));
        member.syncing?.(failure(CODE.notCoordinator));
        member.joining = undefined;
        member.syncing = undefined;
      }
    }
  }

  /** A broker has read what was kept: members have their whole session to find it. */
  loaded(): void {
    this.left();
    for (const group of this.groups.values()) {
      for (const member of group.members.values()) this.stay(group, member);
      if (group.deadline) group.deadline.cancelled = true;
      group.deadline = undefined;
      if (group.state === 'preparing' || group.state === 'completing') this.rebalance(group);
    }
  }

  private group(id: string): Group {
    let group = this.groups.get(id);
    if (!group) {
      group = {
        ...{ id, state: 'empty', generation: 0, leader: '', members: new Map(), deadline: undefined },
        ...{ offsets: new Map(), pending: new Map(), epochs: new Map() },
      };
      this.groups.set(id, group);
    }
    return group;
  }

  private stay(group: Group, member: Member): void {
    if (member.expiry) member.expiry.cancelled = true;
    member.expiry = this.cluster.scheduler.after(member.sessionMs, null, () => {
      if (group.members.get(member.id) !== member || member.joining) return;
      if (!this.cluster.groupsAreServed()) {
        this.stay(group, member);
        return;
      }
      this.cluster.note(() => `session of ${member.id} expired`);
      this.remove(group, member);
    });
  }

  private remove(group: Group, member: Member): void {
    if (member.expiry) member.expiry.cancelled = true;
    group.members.delete(member.id);
    member.joining?.(failure(CODE.unknownMember));
    member.syncing?.(failure(CODE.unknownMember));
    if (group.members.size === 0) {
      group.state = 'empty';
      group.generation += 1;
      return;
    }
    if (group.state !== 'preparing') this.rebalance(group);
    this.joinIfComplete(group, false);
  }

  private rebalance(group: Group): void {
    const first = group.state === 'empty';
    group.state = 'preparing';
    for (const member of group.members.values()) {
      member.syncing?.(failure(CODE.rebalanceInProgress));
      member.syncing = undefined;
    }
    if (group.deadline) group.deadline.cancelled = true;
    const patienceMs = Math.max(...[...group.members.values()].map(({ rebalanceMs }) => rebalanceMs));
    group.deadline = this.cluster.scheduler.after(first ? FIRST_JOIN_WAITS_MS : patienceMs, null, () => {
      this.joinIfComplete(group, true);
    });
    if (first) group.leader = '';
  }

  /** The next generation begins when all members have joined, or the others have waited long enough. */
  private joinIfComplete(group: Group, late: boolean): void {
    if (group.state !== 'preparing') return;
    const members = [...group.members.values()];
    const waits = group.leader === '' && !late;
    if (waits || (!late && members.some(({ joining }) => !joining))) return;
    for (const member of members) {
      if (member.joining) continue;
      if (member.expiry) member.expiry.cancelled = true;
      group.members.delete(member.id);
    }
    if (group.deadline) group.deadline.cancelled = true;
    group.deadline = undefined;
    group.generation += 1;
    if (group.members.size === 0) {
      group.state = 'empty';
      return;
    }
    if (!group.members.has(group.leader)) group.leader = [...group.members.keys()][0] ?? '';
    group.state = 'completing';
    const all = [...group.members.values()].map(({ id, protocols }) => ({
      memberId: id,
      memberMetadata: protocols[0]?.metadata ?? Buffer.alloc(0),
    }));
    for (const member of group.members.values()) {
      const { joining } = member;
      member.joining = undefined;
      this.stay(group, member);
      joining?.({
        data: {
          generationId: group.generation,
          groupProtocol: member.protocols[0]?.name ?? '',
          leaderId: group.leader,
          memberId: member.id,
          members: member.id === group.leader ? all : [],
        },
      });
    }
  }
}
