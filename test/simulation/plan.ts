import type { Random } from './engine/random.js';
import type { ApiName } from './kafka/protocol.js';

/** Something that goes wrong at a time. */
export type TimedFault =
  | { readonly kind: 'kill-process'; readonly atMs: number; readonly slot: number; readonly awayMs: number }
  | { readonly kind: 'stop-process'; readonly atMs: number; readonly slot: number; readonly awayMs: number }
  | { readonly kind: 'pause-process'; readonly atMs: number; readonly slot: number; readonly forMs: number }
  | { readonly kind: 'cut-connections'; readonly atMs: number; readonly slot: number }
  | { readonly kind: 'kill-broker'; readonly atMs: number; readonly broker: number; readonly forMs: number }
  | { readonly kind: 'move-leader'; readonly atMs: number };

/** What a request that is waited for sets off. */
export type Trap =
  | 'lose-request'
  | 'lose-answer'
  | 'delay-request'
  | 'delay-answer'
  | 'kill-before'
  | 'kill-after'
  | 'pause-before'
  | 'pause-after'
  | 'kill-broker-before'
  | 'kill-broker-after'
  | 'kill-other-broker-after'
  | 'move-leader-before';

/** Something that goes wrong at the nth request of a kind: the places where it matters, rather than any. */
export interface TrappedFault {
  readonly api: ApiName;
  readonly nth: number;
  readonly trap: Trap;
  readonly forMs: number;
}

/** One simulation: all that is decided before it begins. */
export interface Plan {
  readonly brokers: number;
  readonly partitions: number;
  readonly processes: number;
  /** A second input topic, co-partitioned with the first. */
  readonly twoInputs: boolean;
  /** Inputs are written in transactions, some of which are aborted. */
  readonly transactionalInput: boolean;
  readonly records: number;
  readonly writtenUntilMs: number;
  readonly fetchRecords: number;
  readonly chunkRecords: number;
  readonly lateOffsets: boolean;
  readonly slowMarkers: boolean;
  /** Brokers elect leaders slowly, and leave out the markers of partitions that have none. */
  readonly losesMarkers: boolean;
  readonly timed: readonly TimedFault[];
  readonly trapped: readonly TrappedFault[];
  /** Share of requests that are lost, and of answers. */
  readonly lossRate: number;
  readonly faultsEndMs: number;
}

const FAULTS_END_MS = 4_000;

const TRAPPED_APIS: readonly ApiName[] = [
  ...(['produce', 'produce', 'endTxn', 'endTxn', 'txnOffsetCommit', 'addOffsetsToTxn', 'addPartitionsToTxn'] as const),
  ...(['initProducerId', 'initProducerId', 'offsetFetch', 'listOffsets', 'fetch', 'joinGroup', 'syncGroup'] as const),
  ...(['heartbeat', 'metadata'] as const),
];

const TRAPS: readonly Trap[] = [
  ...(['lose-request', 'lose-answer', 'lose-answer', 'delay-request', 'delay-answer', 'kill-before'] as const),
  ...(['kill-after', 'pause-before', 'pause-after', 'pause-after', 'kill-broker-before'] as const),
  ...(['kill-broker-after', 'move-leader-before', 'move-leader-before'] as const),
];

/**
 * Decides on a simulation. A quarter of the seeds has brokers that lose markers. Half of these, and an eighth of the seeds
 * besides, have more partitions, so that sets of up to four share a lock; the others are what they always were.
 */
export function planOf(random: Random, seed: number): Plan {
  const plan = usualPlan(random);
  const losing = seed % 8 === 2 || seed % 8 === 5 ? losingMarkers(plan, random) : plan;
  const hasLargeSets = seed % 8 === 3 || seed % 16 === 10 || seed % 16 === 13;
  return hasLargeSets ? { ...losing, partitions: random.whole(4, 8) } : losing;
}

/**
 * Leaders go just when a transaction is decided, so that its marker is left out there; and soon after that a transaction
 * of somebody's fails.
 */
function losingMarkers(plan: Plan, random: Random): Plan {
  const trapped = Array.from({ length: random.whole(1, 2) }, (): TrappedFault[] => {
    const nth = random.whole(1, 10);
    const fails = {
      api: random.pick(['endTxn', 'produce'] as const),
      nth: nth + random.whole(1, 4),
      forMs: away(random),
    };
    const trap = random.pick(['kill-before', 'lose-request', 'pause-before'] as const);
    return [
      { api: 'endTxn', nth, trap: 'kill-other-broker-after', forMs: random.between(400, 6_000) },
      { ...fails, trap },
    ];
  });
  return {
    ...plan,
    losesMarkers: true,
    brokers: Math.max(plan.brokers, random.whole(2, 3)),
    trapped: [...plan.trapped, ...trapped.flat()],
  };
}

function usualPlan(random: Random): Plan {
  const brokers = random.pick([1, 1, 2, 2, 3]);
  const processes = random.pick([1, 2, 2, 2, 3]);
  return {
    brokers,
    partitions: random.pick([1, 1, 2, 2, 3]),
    processes,
    twoInputs: random.chance(0.3),
    transactionalInput: random.chance(0.3),
    records: random.whole(4, 24),
    writtenUntilMs: random.between(500, FAULTS_END_MS),
    fetchRecords: random.pick([2, 5, 20]),
    chunkRecords: random.pick([1, 3, 10]),
    lateOffsets: random.chance(0.1),
    slowMarkers: random.chance(0.3),
    losesMarkers: false,
    timed: Array.from({ length: random.whole(0, 3) }, () => timedFault(random, processes, brokers)),
    trapped: Array.from({ length: random.whole(0, 4) }, () => ({
      api: random.pick(TRAPPED_APIS),
      nth: random.whole(1, 12),
      trap: random.pick(TRAPS),
      forMs: away(random),
    })),
    lossRate: random.pick([0, 0, 0, 0.005, 0.02]),
    faultsEndMs: FAULTS_END_MS,
  };
}

function timedFault(random: Random, processes: number, brokers: number): TimedFault {
  const atMs = random.between(100, FAULTS_END_MS);
  const slot = random.whole(0, processes - 1);
  switch (random.whole(1, 6)) {
    case 1:
      return { kind: 'kill-process', atMs, slot, awayMs: away(random) };
    case 2:
      return { kind: 'stop-process', atMs, slot, awayMs: away(random) };
    case 3:
      return { kind: 'pause-process', atMs, slot, forMs: away(random) };
    case 4:
      return { kind: 'cut-connections', atMs, slot };
    case 5:
      return { kind: 'kill-broker', atMs, broker: random.whole(1, brokers), forMs: away(random) };
    default:
      return { kind: 'move-leader', atMs };
  }
}

/** Short against the session time-out, or long. */
function away(random: Random): number {
  return random.chance(0.5) ? random.between(5, 400) : random.between(400, 6_000);
}
