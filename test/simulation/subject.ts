import type { StageDefinition } from '#libs/application';
import type { PartitionCounts } from '../../libs/adapters/kafka/topics.js';
import type { SimCluster } from './kafka/cluster.js';
import type { ClusterObserver } from './kafka/surroundings.js';

/** What runs in the simulated processes, what it reads, and who judges what comes out. */
export interface Subject {
  /** Partitions by topic name. */
  readonly topics: Readonly<Record<string, number>>;
  readonly partitionCounts: PartitionCounts;
  readonly judge: Judge;
  /** The stages of one process, in the order in which they are started. */
  stages(): StageDefinition[];
  /** Lets the input come at random times; `done` when all of it is there. */
  writeInput(cluster: SimCluster, done: () => void): void;
}

/** Looks at each commit as it happens, and at everything in the end. */
export interface Judge extends ClusterObserver {
  /** What must not be; empty if all is well. */
  readonly violations: string[];
  readonly commits: number;
  /** Whether everything that was written is processed, as far as can be told by looking. */
  isComplete(): boolean;
  judgeEnd(): Promise<void>;
}
