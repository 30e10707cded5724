import kafkajs, { type Broker } from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';

/**
 * Two requests that kafkajs 2.2.4 does not have: DescribeProducers and DescribeTransactions (version 0 of both, brokers
 * from 3.0 on). Both are of the "flexible" kind, so the header ends in a byte for tagged fields (none), which kafkajs's
 * own requests do not have: it is written and read here as the first byte of the body.
 */

const DESCRIBE_PRODUCERS = 61;
const DESCRIBE_TRANSACTIONS = 65;
const NO_TAGGED_FIELDS = 0;

/** What a broker knows of a producer that has written to a partition. */
export interface ActiveProducer {
  readonly topic: string;
  readonly partition: number;
  readonly producerId: bigint;
  /** First offset of the transaction that is open in the partition; undefined when none is. */
  readonly openFrom: bigint | undefined;
}

/** What its coordinator knows of a transactional id. */
export interface TransactionState {
  /** Kafka's names: Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort, Dead ... */
  readonly state: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

interface Answer<T> {
  readonly clientSideThrottleTime: number;
  readonly value: T;
}

/**
 * Producers active in partitions that this broker leads; partitions it may not tell of are left out. Throws a
 * {@link LeaderNotReadyError} when it does not lead one of them.
 */
export function describeProducers(
  broker: Broker,
  partitions: ReadonlyMap<string, readonly number[]>,
): Promise<readonly ActiveProducer[]> {
  if (!knows(broker, DESCRIBE_PRODUCERS)) return Promise.resolve([]);
  const body = new Encoder().writeUVarInt(NO_TAGGED_FIELDS).writeUVarInt(partitions.size + 1);
  for (const [topic, numbers] of partitions) {
    body.writeUVarIntString(topic).writeUVarInt(numbers.length + 1);
    for (const number of numbers) body.writeInt32(number);
    body.writeUVarInt(NO_TAGGED_FIELDS);
  }
  body.writeUVarInt(NO_TAGGED_FIELDS);
  return send(broker, DESCRIBE_PRODUCERS, 'DescribeProducers', body, (decoder) => {
    const found: ActiveProducer[] = [];
    readAll(decoder, () => {
      const topic = decoder.readUVarIntString() ?? '';
      readAll(decoder, () => readProducers(decoder, topic, found));
    });
    return found;
  });
}

function readProducers(decoder: Decoder, topic: string, found: ActiveProducer[]): void {
  const partition = decoder.readInt32();
  const errorCode = decoder.readInt16(); // the list of producers is empty then
  if (MOVING_CODES.has(errorCode)) throw new LeaderNotReadyError(topic, partition, errorCode);
  decoder.readUVarIntString();
  readAll(decoder, () => {
    const producerId = BigInt(decoder.readInt64().toString());
    decoder.readInt32(); // epoch
    decoder.readInt32(); // last sequence
    decoder.readInt64(); // last timestamp
    decoder.readInt32(); // coordinator epoch
    const start = BigInt(decoder.readInt64().toString());
    found.push({ topic, partition, producerId, openFrom: start < 0n ? undefined : start });
  });
}

/** State of a transactional id, asked of its coordinator; undefined when the coordinator knows none or may not tell. */
export function describeTransaction(broker: Broker, transactionalId: string): Promise<TransactionState | undefined> {
  if (!knows(broker, DESCRIBE_TRANSACTIONS)) return Promise.resolve(undefined);
  const body = new Encoder()
    .writeUVarInt(NO_TAGGED_FIELDS)
    .writeUVarInt(2)
    .writeUVarIntString(transactionalId)
    .writeUVarInt(NO_TAGGED_FIELDS);
  return send(broker, DESCRIBE_TRANSACTIONS, 'DescribeTransactions', body, (decoder) => {
    let found: TransactionState | undefined;
    readAll(decoder, () => {
      const errorCode = decoder.readInt16();
      decoder.readUVarIntString();
      const state = decoder.readUVarIntString() ?? '';
      decoder.readInt32(); // time-out
      decoder.readInt64(); // start
      const producerId = BigInt(decoder.readInt64().toString());
      const producerEpoch = decoder.readInt16();
      readAll(decoder, () => {
        decoder.readUVarIntString();
        for (let left = decoder.readUVarInt() - 1; left > 0; left--) decoder.readInt32();
      });
      if (errorCode === 0) found = { state, producerId, producerEpoch };
      else if (LOADING_CODES.has(errorCode)) throw new CoordinatorNotReadyError(errorCode);
    });
    return found;
  });
}

/** UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE, NOT_LEADER_OR_FOLLOWER, REQUEST_TIMED_OUT. */
const MOVING_CODES = new Set([3, 5, 6, 7]);

/** The broker does not lead the partition (any more): what it would say of it proves nothing. */
export class LeaderNotReadyError extends kafkajs.KafkaJSError {
  constructor(topic: string, partition: number, code: number) {
    super(`No leader tells the producers of ${topic}/${partition} (code ${code})`, { retriable: true });
  }
}

/** COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR. */
const LOADING_CODES = new Set([14, 15, 16]);

/** The coordinator is still reading its log, or has moved: ask again. */
export class CoordinatorNotReadyError extends kafkajs.KafkaJSError {
  constructor(code: number) {
    super(`The transaction coordinator is not ready (code ${code})`, { retriable: true });
  }
}

/** A compact array of structures, each ended by its tagged fields. */
function readAll(decoder: Decoder, readOne: () => void): void {
  for (let left = decoder.readUVarInt() - 1; left > 0; left--) {
    readOne();
    decoder.readTaggedFields();
  }
}

function send<T>(
  broker: Broker,
  apiKey: number,
  apiName: string,
  body: object,
  read: (decoder: Decoder) => T,
): Promise<T> {
  const request = { apiKey, apiName, apiVersion: 0, encode: () => Promise.resolve(body) };
  const response = {
    decode: (payload: Buffer): Promise<Answer<T>> => {
      const decoder = new Decoder(payload);
      decoder.readTaggedFields();
      const clientSideThrottleTime = decoder.readInt32();
      return Promise.resolve({ clientSideThrottleTime, value: read(decoder) });
    },
    parse: ({ value }: Answer<T>) => Promise.resolve(value),
  };
  return pooled(broker).connectionPool.send({ request, response }) as Promise<T>;
}

function knows(broker: Broker, apiKey: number): boolean {
  return pooled(broker).versions?.[apiKey] !== undefined;
}

function pooled(broker: Broker): PooledBroker {
  return broker as unknown as PooledBroker;
}

/** What kafkajs's Broker has beyond its types. */
interface PooledBroker {
  /** Of the requests that the broker has announced. */
  readonly versions: Readonly<Record<number, unknown>> | null;
  readonly connectionPool: { send(exchange: { request: object; response: object }): Promise<unknown> };
}
