import kafkajs, { type ConsumerConfig, type Kafka } from 'kafkajs';
import { goneMembers, leaveInTheirName, type GroupCoordinator } from './gone-members.js';
import { SILENT_LOGGER } from './logger.js';
import { noteOf, stickyCopartitioning, type MemberNote } from './sticky-assigner.js';

const { AssignerProtocol } = kafkajs;

function metadataOf(note: MemberNote): Buffer {
  const assigner = stickyCopartitioning(() => note)({ cluster: undefined } as never);
  return assigner.protocol({ topics: ['input'] }).metadata;
}

function metadata(userData: string): Buffer {
  return AssignerProtocol.MemberMetadata.encode({ version: 0, topics: [], userData: Buffer.from(userData) });
}

/** A coordinator that has these states of the group in turn, the last of them for good. */
class FakeCoordinator implements GroupCoordinator {
  readonly done: string[] = [];
  members: { memberId: string; memberMetadata: Buffer }[] = [];

  constructor(private readonly states: string[] = ['Stable']) {}

  describeGroups = () => {
    const state = (this.states.length > 1 ? this.states.shift() : this.states[0]) ?? '';
    this.done.push(state);
    return Promise.resolve({ groups: [{ state, members: this.members }] });
  };

  leaveGroup = ({ memberId }: { memberId: string }) => Promise.resolve(void this.done.push(`left: ${memberId}`));

  kafka(): Kafka {
    const consumer = ({ partitionAssigners }: ConsumerConfig) => {
      const cluster = { findGroupCoordinator: () => Promise.resolve(this) };
      partitionAssigners?.[0]?.({ cluster } as never);
      return { connect: () => Promise.resolve(), disconnect: () => Promise.resolve(void this.done.push('closed')) };
    };
    return { consumer } as unknown as Kafka;
  }
}

describe('what members tell of themselves', () => {
  it('is read as it was written', () => {
    for (const note of [{ owned: [] }, { owned: [3, 1], process: '7 pid:[1] boot 5' }])
      expect(noteOf(metadataOf(note))).toEqual(note);
  });

  it('is nothing where somebody else wrote it, and the partitions alone from members of an earlier version', () => {
    expect(noteOf(metadata('[2,0]'))).toEqual({ owned: [2, 0] });
    expect(noteOf(metadata('{"owned":[1,"x"],"process":5}'))).toEqual({ owned: [1] });
    for (const other of ['', 'null', '5', '"text"', '{}', '{']) expect(noteOf(metadata(other))).toEqual({ owned: [] });
    expect(noteOf(Buffer.alloc(0))).toEqual({ owned: [] });
  });
});

describe('members whose processes have ended', () => {
  it('are those with the mark of such a process', async () => {
    const coordinator = new FakeCoordinator();
    coordinator.members = [
      { memberId: 'killed', memberMetadata: metadataOf({ owned: [0], process: 'gone' }) },
      { memberId: 'alive', memberMetadata: metadataOf({ owned: [1], process: 'here' }) },
      { memberId: 'without a mark', memberMetadata: metadataOf({ owned: [2] }) },
      { memberId: 'not told of', memberMetadata: Buffer.alloc(0) },
    ];
    const marks = { own: 'mine', isGone: (mark: string) => mark === 'gone' };
    expect(await goneMembers(coordinator, 'g', marks)).toEqual(['killed']);
  });

  it('leave once somebody else joins, so that the group is never empty', async () => {
    const coordinator = new FakeCoordinator(['Stable', 'Stable', 'PreparingRebalance']);
    await leaveInTheirName(coordinator.kafka(), 'g', ['a', 'b'], SILENT_LOGGER);
    expect(coordinator.done).toEqual(['Stable', 'Stable', 'PreparingRebalance', 'left: a', 'left: b', 'closed']);
  });

  it('stay for their sessions where the coordinator does not answer', async () => {
    const coordinator = new FakeCoordinator();
    coordinator.describeGroups = () => Promise.reject(new Error('not now'));
    await leaveInTheirName(coordinator.kafka(), 'g', ['a'], SILENT_LOGGER);
    expect(coordinator.done).toEqual(['closed']);
  });
});
