/**
 * What goes between kafkajs and a broker, as kafkajs's `Broker` asks it and as its decoders would give the answer. Only
 * what kafkajs 2.2.4 sends for the runner is here.
 */

/** Numbers of the requests, as in Kafka's protocol. */
export const API = {
  produce: 0,
  fetch: 1,
  listOffsets: 2,
  metadata: 3,
  offsetCommit: 8,
  offsetFetch: 9,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
  leaveGroup: 13,
  syncGroup: 14,
  initProducerId: 22,
  addPartitionsToTxn: 24,
  addOffsetsToTxn: 25,
  endTxn: 26,
  txnOffsetCommit: 28,
  describeProducers: 61,
  describeTransactions: 65,
} as const;

/** Name of a request. */
export type ApiName = keyof typeof API;

/** Error codes of Kafka's protocol. */
export const CODE = {
  none: 0,
  offsetOutOfRange: 1,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  notLeader: 6,
  coordinatorLoading: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  illegalGeneration: 22,
  unknownMember: 25,
  rebalanceInProgress: 27,
  outOfOrderSequence: 45,
  invalidProducerEpoch: 47,
  invalidTxnState: 48,
  invalidProducerIdMapping: 49,
  concurrentTransactions: 51,
  memberIdRequired: 79,
  transactionalIdNotFound: 105,
} as const;

/** Answer to a request: what kafkajs's decoder would give, or the code of the error that it would throw. */
export type Answer =
  | { readonly data: object }
  | {
      readonly code: number;
      readonly topic?: string;
      readonly partition?: number;
      readonly memberId?: string;
    };

/** A record as kafkajs sends it. */
export interface SentMessage {
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
}

/** Partitions by topic. */
export interface TopicPartitions<P> {
  readonly topic: string;
  readonly partitions: readonly P[];
}

/** An offset to commit or committed. */
export interface OffsetEntry {
  readonly partition: number;
  readonly offset: string;
  readonly metadata?: string | null;
}

/** A member's offer to its group, one for each assigner that it knows. */
export interface GroupProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** Parameters of each request. */
export interface Requests {
  produce: {
    readonly transactionalId?: string | undefined;
    readonly producerId: string | number;
    readonly producerEpoch: number;
    readonly topicData: readonly TopicPartitions<{
      readonly partition: number;
      readonly firstSequence: number;
      readonly messages: readonly SentMessage[];
    }>[];
  };
  fetch: {
    readonly isolationLevel: number;
    readonly maxWaitTime: number;
    readonly topics: readonly TopicPartitions<{ readonly partition: number; readonly fetchOffset: string }>[];
  };
  listOffsets: {
    readonly isolationLevel: number;
    readonly topics: readonly TopicPartitions<{ readonly partition: number; readonly timestamp: number | string }>[];
  };
  metadata: { readonly topics: readonly string[] };
  offsetCommit: { readonly groupId: string; readonly topics: readonly TopicPartitions<OffsetEntry>[] };
  offsetFetch: {
    readonly groupId: string;
    readonly topics: readonly TopicPartitions<{ readonly partition: number }>[];
  };
  findCoordinator: { readonly groupId: string; readonly coordinatorType: number };
  joinGroup: {
    readonly groupId: string;
    readonly memberId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly groupProtocols: readonly GroupProtocol[];
  };
  heartbeat: { readonly groupId: string; readonly groupGenerationId: number; readonly memberId: string };
  leaveGroup: { readonly groupId: string; readonly memberId: string };
  syncGroup: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
  };
  initProducerId: { readonly transactionalId?: string | undefined; readonly transactionTimeout: number };
  addPartitionsToTxn: {
    readonly transactionalId: string;
    readonly producerId: string | number;
    readonly producerEpoch: number;
    readonly topics: readonly TopicPartitions<number>[];
  };
  addOffsetsToTxn: {
    readonly transactionalId: string;
    readonly producerId: string | number;
    readonly producerEpoch: number;
    readonly groupId: string;
  };
  endTxn: {
    readonly transactionalId: string;
    readonly producerId: string | number;
    readonly producerEpoch: number;
    readonly transactionResult: boolean;
  };
  txnOffsetCommit: {
    readonly transactionalId: string;
    readonly groupId: string;
    readonly producerId: string | number;
    readonly producerEpoch: number;
    readonly topics: readonly TopicPartitions<OffsetEntry>[];
  };
  describeProducers: { readonly topics: readonly TopicPartitions<number>[] };
  describeTransactions: { readonly transactionalId: string };
}

/** Answer to DescribeProducers, partition by partition. */
export interface DescribedProducers {
  readonly partitions: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly code: number;
    readonly producers: readonly DescribedProducer[];
  }[];
}

/** A producer as the leader of a partition knows it; `openFrom` is where its open transaction begins. */
export interface DescribedProducer {
  readonly producerId: number;
  readonly epoch: number;
  readonly openFrom: number | undefined;
}

/** Answer to DescribeTransactions for one transactional id. */
export interface DescribedTransaction {
  readonly code: number;
  readonly transactionalId: string;
  readonly state: string;
  readonly producerId: number;
  readonly epoch: number;
}

/** One request with its name and parameters. */
export type Request = { [N in ApiName]: { readonly api: N; readonly params: Requests[N] } }[ApiName];

const NAMES = new Map(Object.entries(API).map(([name, key]) => [key as number, name as ApiName]));

/** Name of a request by its number; throws for one that nobody simulates. */
export function apiName(apiKey: number): ApiName {
  const name = NAMES.get(apiKey);
  if (!name) throw new Error(`kafkajs sends request ${apiKey}, which is not simulated`);
  return name;
}

/** An error as an answer. */
export function failure(code: number): Answer {
  return { code };
}
