import type { Scheduler } from '../engine/scheduler.js';
import { GroupCoordinator } from './group-coordinator.js';
import { PartitionLog, type Producer } from './partition-log.js';
import { Placement, type Place } from './placement.js';
import { CODE, failure, type Answer, type DescribedProducers, type Request, type Requests } from './protocol.js';
import { serveFetch } from './serve-fetch.js';
import type { ClusterObserver, Surroundings } from './surroundings.js';
import { TransactionCoordinator } from './transaction-coordinator.js';

/** What a simulated cluster is made of. */
export interface ClusterOptions {
  readonly brokers: number;
  /** Partitions by topic name. */
  readonly topics: Readonly<Record<string, number>>;
  /** Most records that one fetch gives of a partition. */
  readonly fetchRecords: number;
  /** Committed offsets may become visible a while after their marker, as with Kafka's old group coordinator. */
  readonly lateOffsets: boolean;
  /** Markers of transactions may take long. */
  readonly slowMarkers: boolean;
  /** As Kafka 4.3.1: markers of partitions without a leader are left out; brokers tell of producers and transactions. */
  readonly losesMarkers: boolean;
  readonly note?: ((line: () => string) => void) | undefined;
}

type Reply = (answer: Answer) => void;

const OFFSETS_TOPIC = '__consumer_offsets';
const NOBODY = { transactionalId: '', state: '', producerId: -1, epoch: 0 };
const TRANSACTION_PLACES = 2;
const TRANSACTION = 1;

/** A Kafka cluster as its clients see it: what it keeps, who leads what, and the answer to each request. */
export class SimCluster implements Surroundings {
  readonly placement: Placement;
  readonly transactions = new TransactionCoordinator(this);
  readonly groups = new GroupCoordinator(this);
  readonly clusterId = 'simulated';
  readonly note: (line: () => string) => void;
  readonly fetchRecords: number;
  private readonly logs = new Map<string, { readonly log: PartitionLog; readonly place: Place }[]>();
  private readonly transactionPlaces: Place[];
  private readonly groupPlace: Place;

  constructor(
    readonly scheduler: Scheduler,
    readonly options: ClusterOptions,
    readonly observer: ClusterObserver,
  ) {
    this.fetchRecords = options.fetchRecords;
    this.note = options.note ?? (() => undefined);
    this.placement = new Placement(scheduler, options.brokers, options.losesMarkers);
    for (const [topic, count] of Object.entries(options.topics)) {
      const partitions = Array.from({ length: count }, (_, index) => {
        return { log: new PartitionLog(topic, index), place: this.placement.place(false) };
      });
      this.logs.set(topic, partitions);
    }
    this.transactionPlaces = Array.from({ length: TRANSACTION_PLACES }, () => this.placement.place(true));
    this.groupPlace = this.placement.place(true);
    this.placement.onLoaded = (place) => this.load(place);
    this.placement.onLeft = (place) => {
      if (place === this.groupPlace) this.groups.left();
    };
  }

  /** One partition. */
  log(topic: string, partition: number): PartitionLog {
    const found = this.logs.get(topic)?.[partition];
    if (!found) throw new Error(`there is no partition ${partition} of ${topic}`);
    return found.log;
  }

  /** Partitions of a topic. */
  logsOf(topic: string): readonly PartitionLog[] {
    return (this.logs.get(topic) ?? []).map(({ log }) => log);
  }

  /** Part of the coordinator that keeps a transactional id. */
  transactionPlace(transactionalId: string): Place {
    let sum = 0;
    for (const character of transactionalId) sum = (sum * 31 + character.charCodeAt(0)) % 1_000_003;
    return this.transactionPlaces[sum % TRANSACTION_PLACES]!;
  }

  /** Whether the coordinator can write the marker of a transaction to a partition or group now. */
  canMark(transactionalId: string, name: string): boolean {
    const { placement } = this;
    return placement.isReady(this.transactionPlace(transactionalId)) && placement.isReady(this.placeOf(name));
  }

  /** Whether the coordinator sees no leader of a partition, and so leaves it out. */
  takesForDeleted(transactionalId: string, name: string): boolean {
    const { placement, options } = this;
    if (!options.losesMarkers || !placement.isReady(this.transactionPlace(transactionalId))) return false;
    return placement.isLeaderless(this.placeOf(name));
  }

  /** Writes a marker. */
  mark(name: string, producer: Producer, control: 'commit' | 'abort'): void {
    const log = this.find(name);
    if (log) log.log.mark(producer, control, this.scheduler.nowMs);
    else {
      const { random } = this.scheduler;
      const delayMs = this.options.lateOffsets && random.chance(0.3) ? random.between(1, 150) : 0;
      this.groups.mark(name, producer.producerId, producer.epoch, control, delayMs);
    }
  }

  /** How long a marker takes to its partition. */
  markerDelayMs(): number {
    const { random } = this.scheduler;
    const slow = random.chance(this.options.slowMarkers ? 0.2 : 0.01);
    return slow ? random.between(20, 400) : random.between(0.2, 6);
  }

  /** No transaction is open or being ended, nor left open in a partition. */
  get isQuiet(): boolean {
    const leftOpen = [...this.logs.values()].flat().some(({ log }) => log.lastStableOffset < log.end);
    return this.transactions.isQuiet && !leftOpen && this.groups.producers().length === 0;
  }

  /** Whether the group coordinator is there. */
  groupsAreServed(): boolean {
    return this.placement.isReady(this.groupPlace);
  }

  /** Answers a request to a broker, now or later. */
  serve(brokerId: number, request: Request, reply: Reply): void {
    const answer = this.answer(brokerId, request, reply);
    if (answer) reply(answer);
  }

  /** Error code of asking a broker for a partition, 0 if it leads it. */
  leads(brokerId: number, topic: string, partition: number): number {
    const found = this.logs.get(topic)?.[partition];
    if (!found) return CODE.unknownTopicOrPartition;
    return found.place.leader === brokerId && this.placement.isReady(found.place) ? CODE.none : CODE.notLeader;
  }

  /** The answer; nothing if it comes later. */
  private answer(brokerId: number, request: Request, later: Reply): Answer | undefined {
    switch (request.api) {
      case 'metadata':
        return this.metadata(request.params);
      case 'findCoordinator':
        return this.findCoordinator(request.params);
      case 'produce':
        return this.produce(brokerId, request.params);
      case 'listOffsets':
        return this.listOffsets(brokerId, request.params);
      case 'describeProducers':
        return { data: this.describeProducers(brokerId, request.params) };
      case 'fetch':
        serveFetch(this, brokerId, request.params, later);
        return undefined;
      default:
        return this.coordinate(brokerId, request, later);
    }
  }

  private coordinate(brokerId: number, request: Request, later: Reply): Answer | undefined {
    const place = this.coordinatorOf(request);
    const code = place ? this.coordinates(brokerId, place) : CODE.none;
    if (request.api === 'describeTransactions' && code !== CODE.none) return { data: { ...NOBODY, code } };
    if (code !== CODE.none) return failure(code);
    const { groups, transactions } = this;
    switch (request.api) {
      case 'joinGroup':
        groups.join(request.params, later);
        return undefined;
      case 'syncGroup':
        groups.sync(request.params, later);
        return undefined;
      case 'heartbeat':
        return groups.heartbeat(request.params);
      case 'leaveGroup':
        return groups.leave(request.params);
      case 'offsetFetch':
        return groups.fetch(request.params);
      case 'offsetCommit':
        return groups.commit(request.params);
      case 'txnOffsetCommit':
        return this.stageOffsets(request.params);
      case 'initProducerId':
        return transactions.init(request.params);
      case 'addPartitionsToTxn':
        return transactions.addPartitions(request.params);
      case 'addOffsetsToTxn':
        return transactions.addOffsets(request.params);
      case 'endTxn':
        return transactions.endTxn(request.params);
      case 'describeTransactions':
        return { data: transactions.describe(request.params.transactionalId) };
      default:
        throw new Error(`request ${request.api} has no coordinator`);
    }
  }

  private coordinatorOf({ api, params }: Request): Place | undefined {
    if (api !== 'txnOffsetCommit' && 'transactionalId' in params) {
      return params.transactionalId === undefined ? undefined : this.transactionPlace(params.transactionalId);
    }
    return 'groupId' in params ? this.groupPlace : undefined;
  }

  /** Error code of asking a broker for what a coordinator keeps. */
  private coordinates(brokerId: number, place: Place): number {
    if (place.leader !== brokerId) return CODE.notCoordinator;
    return this.placement.isReady(place) ? CODE.none : CODE.coordinatorLoading;
  }

  private describeProducers(brokerId: number, { topics }: Requests['describeProducers']): DescribedProducers {
    return {
      partitions: topics.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => {
          if (topic === OFFSETS_TOPIC) {
            const code = this.coordinates(brokerId, this.groupPlace) === CODE.none ? CODE.none : CODE.notLeader;
            return { topic, partition, code, producers: code === CODE.none ? this.groups.producers() : [] };
          }
          const code = this.leads(brokerId, topic, partition);
          return { topic, partition, code, producers: code === CODE.none ? this.log(topic, partition).describe() : [] };
        }),
      ),
    };
  }

  private stageOffsets(params: Requests['txnOffsetCommit']): Answer {
    const { groupId, producerId, producerEpoch } = params;
    const code = this.transactions.verify(Number(producerId), producerEpoch, groupId) || this.groups.stage(params);
    return code === CODE.none ? { data: {} } : failure(code);
  }

  private metadata({ topics }: Requests['metadata']): Answer {
    const { placement } = this;
    const brokers = placement.brokers.filter(({ known }) => known);
    const topicMetadata = topics.map((topic) => ({
      topic,
      topicErrorCode: 0,
      partitionMetadata: this.placesOf(topic).map((place, partitionId) => {
        const leader = placement.knownLeader(place);
        return { partitionErrorCode: leader ? 0 : CODE.leaderNotAvailable, partitionId, leader, replicas: [], isr: [] };
      }),
    }));
    if (topicMetadata.some(({ partitionMetadata }) => partitionMetadata.some(({ leader }) => leader === undefined))) {
      return failure(CODE.leaderNotAvailable);
    }
    const listed = brokers.map(({ id, host, port }) => ({ nodeId: id, host, port, rack: null }));
    return {
      data: { brokers: listed, clusterId: this.clusterId, controllerId: listed[0]?.nodeId ?? null, topicMetadata },
    };
  }

  private findCoordinator({ groupId, coordinatorType }: Requests['findCoordinator']): Answer {
    const place = coordinatorType === TRANSACTION ? this.transactionPlace(groupId) : this.groupPlace;
    const leader = this.placement.knownLeader(place);
    if (leader === undefined) return failure(CODE.coordinatorNotAvailable);
    const { host, port } = this.placement.broker(leader);
    return { data: { coordinator: { nodeId: leader, host, port } } };
  }

  private produce(brokerId: number, { producerId, producerEpoch, topicData }: Requests['produce']): Answer {
    const producer = { producerId: Number(producerId), epoch: producerEpoch };
    let failed: number = CODE.none;
    const topics = topicData.map(({ topic, partitions }) => ({
      topicName: topic,
      partitions: partitions.map(({ partition, firstSequence, messages }) => {
        const { code, offset } = this.append(brokerId, producer, { topic, partition, firstSequence, messages });
        if (failed === CODE.none) failed = code;
        return { partition, errorCode: code, baseOffset: String(offset), logAppendTime: '-1' };
      }),
    }));
    return failed === CODE.none ? { data: { topics } } : failure(failed);
  }

  private append(
    brokerId: number,
    producer: Producer,
    part: { topic: string; partition: number; firstSequence: number; messages: Parameters<PartitionLog['append']>[0] },
  ): { readonly code: number; readonly offset: number } {
    const { topic, partition, firstSequence, messages } = part;
    const code = this.leads(brokerId, topic, partition);
    if (code !== CODE.none) return { code, offset: -1 };
    const log = this.log(topic, partition);
    if (!log.hasOpen(producer.producerId)) {
      const verdict = this.transactions.verify(producer.producerId, producer.epoch, log.name);
      if (verdict !== CODE.none) return { code: verdict, offset: -1 };
    }
    return log.appendTransactional(producer, firstSequence, messages, this.scheduler.nowMs);
  }

  private listOffsets(brokerId: number, { isolationLevel, topics }: Requests['listOffsets']): Answer {
    let failed: number = CODE.none;
    const responses = topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, timestamp }) => {
        const code = this.leads(brokerId, topic, partition);
        if (code !== CODE.none) failed = code;
        const log = code === CODE.none ? this.log(topic, partition) : undefined;
        const end = (isolationLevel === 1 ? log?.lastStableOffset : log?.end) ?? -1;
        const since = (): number =>
          log?.entries.find(({ timestampMs }) => timestampMs >= Number(timestamp))?.offset ?? -1;
        const offset = Number(timestamp) === -2 ? 0 : Number(timestamp) === -1 ? end : since();
        return { partition, errorCode: code, timestamp: '-1', offset: String(offset) };
      }),
    }));
    return failed === CODE.none ? { data: { responses } } : failure(failed);
  }

  private load(place: Place): void {
    if (place === this.groupPlace) this.groups.loaded();
    if (this.transactionPlaces.includes(place)) this.transactions.loaded(place);
  }

  private find(name: string): { readonly log: PartitionLog; readonly place: Place } | undefined {
    const slash = name.lastIndexOf('/');
    return slash < 0 ? undefined : this.logs.get(name.slice(0, slash))?.[Number(name.slice(slash + 1))];
  }

  private placesOf(topic: string): readonly Place[] {
    return topic === OFFSETS_TOPIC ? [this.groupPlace] : (this.logs.get(topic) ?? []).map(({ place }) => place);
  }

  private placeOf(name: string): Place {
    return this.find(name)?.place ?? this.groupPlace;
  }
}
