import kafkajs, { type KafkaConfig, type LogEntry, type RetryOptions, type SASLOptions } from 'kafkajs';
import type { KafkaSettings } from '#libs/application';
import { answerSockets } from './answer-sockets.js';
import { registerCodecs } from './codecs.js';
import { repairConsumers } from './consumer-repairs.js';
import { rememberCoordinators } from './coordinator-memory.js';
import { paceFetches, steerFetches, type FetchSteering } from './eager-fetch.js';
import { useOwnCodec } from './kafka-codec.js';
import { SILENT_LOGGER, type KafkaLogger } from './logger.js';
import { noteIdentities } from './producer-identity.js';
import { quietQueues } from './quiet-queue.js';
import { repairReadCommitted } from './read-committed.js';
import { writingParts } from './request-parts.js';
import { repairProduce } from './write-once.js';

const { logLevel } = kafkajs;

/** Patient: for consumers and administration, whose work can wait for a broker to come back. */
export const PATIENT_RETRY: RetryOptions = {
  initialRetryTime: 100,
  factor: 0.2,
  multiplier: 2,
  maxRetryTime: 2_000,
  retries: 8,
};

/**
 * For consumers: what a broker that is back waits for them at most is half a second. Gives up after about 9 s, after
 * which the consumer is replaced by a new one; see group-consumer.ts.
 */
export const CONSUMER_RETRY: RetryOptions = {
  initialRetryTime: 100,
  factor: 0.2,
  multiplier: 2,
  maxRetryTime: 500,
  retries: 20,
};

/**
 * Quick: for transactions, which follow so closely that the markers of the one before are often still being written;
 * kafkajs's default would then wait 300 ms. Gives up after about 3 s: the task is then taken over afresh.
 */
export const QUICK_RETRY: RetryOptions = {
  initialRetryTime: 5,
  factor: 0.2,
  multiplier: 2,
  maxRetryTime: 500,
  retries: 12,
};

/** Lines that kafkajs writes as warnings or errors although it, or the runner, goes on and says so where it matters. */
const NOISE =
  /retries for the idempotent|rebalancing|re-joining|Failed to send|Connection (error|timeout)|Response |coordinator|Restarting the consumer|Failed to connect|fenced|not the leader|disconnected|concurrent/i;

/** Options of {@link createKafka}. */
export interface ClientOptions {
  readonly logger?: KafkaLogger;
  readonly retry?: RetryOptions;
  /** A connection has ended, whoever ended it; a broker that dies is noticed by this at once. */
  readonly onConnectionLost?: () => void;
  /** Has a say in what the client's consumer fetches. */
  readonly fetches?: FetchSteering;
}

/** Makes kafkajs clients: {@link createKafka}, or what stands in for it where there is no network. */
export type KafkaFactory = typeof createKafka;

/**
 * A kafkajs client of its own: own connections and, what matters for exactly-once, own memory of committed offsets.
 * `role` is appended to the client id, so that the broker's logs tell the clients of a process apart.
 */
export function createKafka(settings: KafkaSettings, role: string, options: ClientOptions = {}): kafkajs.Kafka {
  repairReadCommitted();
  repairProduce();
  noteIdentities();
  repairConsumers();
  paceFetches();
  rememberCoordinators();
  quietQueues();
  registerCodecs();
  const { logger = SILENT_LOGGER, retry = PATIENT_RETRY, onConnectionLost, fetches } = options;
  const { brokers, clientId, ssl = false, sasl, codec = 'own' } = settings;
  if (codec === 'own') void useOwnCodec(logger);
  const sockets = writingParts(answerSockets());
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId: `${clientId}-${role}`,
    connectionTimeout: 5_000,
    requestTimeout: 15_000,
    retry,
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => writeLine(logger, entry),
    ssl: typeof ssl === 'boolean' ? ssl : { ca: [...ssl.ca] },
    socketFactory: onConnectionLost ? watched(sockets, onConnectionLost) : sockets,
  };
  if (sasl) config.sasl = { ...sasl } as SASLOptions;
  const kafka = new kafkajs.Kafka(config);
  if (fetches) steerFetches(kafka, fetches);
  return kafka;
}

/** Sockets whose ends are told. */
function watched(create: kafkajs.ISocketFactory, onConnectionLost: () => void): kafkajs.ISocketFactory {
  return (address) => create(address).once('close', onConnectionLost);
}

/** kafkajs's levels are one too loud for a program that has its own words for what matters. */
function writeLine(logger: KafkaLogger, { level, namespace, log }: LogEntry): void {
  const { message, ...extra } = log;
  const fields = { kafkajs: namespace, error: extra['error'] as unknown, groupId: extra['groupId'] as unknown };
  if (level !== logLevel.ERROR && level !== logLevel.WARN) logger.debug(fields, message);
  else if (NOISE.test(message)) logger.debug(fields, message);
  else logger.warn(fields, message);
}
