import type {
  Admin,
  AdminConfig,
  Consumer,
  ConsumerConfig,
  Kafka,
  Producer,
  ProducerConfig,
  RetryOptions,
} from 'kafkajs';
import createAdmin from 'kafkajs/src/admin/index.js';
import Broker from 'kafkajs/src/broker/index.js';
import Cluster from 'kafkajs/src/cluster/index.js';
import createConsumer from 'kafkajs/src/consumer/index.js';
import InstrumentationEventEmitter from 'kafkajs/src/instrumentation/emitter.js';
import createProducer from 'kafkajs/src/producer/index.js';
import { PATIENT_RETRY, type ClientOptions } from '../../../libs/adapters/kafka/client.js';
import type { SimProcess } from '../engine/scheduler.js';
import { API, apiName, type Request } from '../kafka/protocol.js';
import { SimConnection } from './connection.js';
import { isExchange, readRequest, writeAnswer, type Exchange } from './describe-codec.js';
import type { Network } from './network.js';

const METADATA_MAX_AGE_MS = 300_000;
const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;
/** What a broker announces of itself, as far as we ask. */
const DESCRIBING = { [API.describeProducers]: {}, [API.describeTransactions]: {} };
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;

interface ClusterSettings {
  readonly metadataMaxAge?: number;
  readonly allowAutoTopicCreation?: boolean | undefined;
  readonly maxInFlightRequests?: number | null | undefined;
  readonly isolationLevel?: number;
}

/**
 * A kafkajs client without a network: its producers, consumers, admin clients, retries, fetchers and group membership
 * are kafkajs's own code, put together as its `Kafka` class does; only the connections are simulated.
 */
export class SimKafka {
  private readonly offsets = new Map<string, unknown>();
  private readonly log: object;

  constructor(
    private readonly network: Network,
    private readonly process: SimProcess,
    private readonly retry: RetryOptions,
    private readonly onConnectionLost: () => void,
  ) {
    this.log = quietLogger(() => network.talks(process));
  }

  /** As `Kafka` of kafkajs, of which the runner uses these four methods. */
  static asKafka(network: Network, process: SimProcess, options: ClientOptions = {}): Kafka {
    const { retry = PATIENT_RETRY, onConnectionLost = () => undefined } = options;
    return new SimKafka(network, process, retry, onConnectionLost) as unknown as Kafka;
  }

  /** The one object that all parts of this client share. */
  logger(): object {
    return this.log;
  }

  producer(config: ProducerConfig = {}): Producer {
    const {
      metadataMaxAge = METADATA_MAX_AGE_MS,
      allowAutoTopicCreation,
      maxInFlightRequests,
      retry,
      ...rest
    } = config;
    return createProducer({
      ...rest,
      retry: { ...this.retry, ...retry },
      logger: this.log,
      cluster: this.cluster({ metadataMaxAge, allowAutoTopicCreation, maxInFlightRequests }),
      instrumentationEmitter: new InstrumentationEventEmitter(),
    });
  }

  consumer(config: ConsumerConfig): Consumer {
    const { metadataMaxAge = METADATA_MAX_AGE_MS, allowAutoTopicCreation, maxInFlightRequests } = config;
    const { retry = { retries: 5 }, readUncommitted = false, rackId = '', ...rest } = config;
    const isolationLevel = readUncommitted ? READ_UNCOMMITTED : READ_COMMITTED;
    return createConsumer({
      ...rest,
      retry: { ...this.retry, ...retry },
      logger: this.log,
      cluster: this.cluster({ metadataMaxAge, allowAutoTopicCreation, maxInFlightRequests, isolationLevel }),
      isolationLevel,
      rackId,
      metadataMaxAge,
      instrumentationEmitter: new InstrumentationEventEmitter(),
    });
  }

  admin({ retry }: AdminConfig = {}): Admin {
    return createAdmin({
      retry: { ...this.retry, ...retry },
      logger: this.log,
      cluster: this.cluster({ allowAutoTopicCreation: false }),
      instrumentationEmitter: new InstrumentationEventEmitter(),
    });
  }

  private cluster({ maxInFlightRequests = null, ...settings }: ClusterSettings): Cluster {
    const { network, process } = this;
    const { brokers } = network.cluster.placement;
    const cluster = new Cluster({
      ...settings,
      logger: this.log,
      retry: this.retry,
      offsets: this.offsets,
      brokers: brokers.map(({ host, port }) => `${host}:${port}`),
      clientId: process.name,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      enforceRequestTimeout: true,
      maxInFlightRequests,
    });
    let next = 0;
    cluster.brokerPool.connectionPoolBuilder = {
      build: ({ host, port } = {}) => {
        const seed = brokers[next % brokers.length]!;
        if (host === undefined) next += 1;
        const address = { host: host ?? seed.host, port: port ?? seed.port };
        return Promise.resolve(
          new SimConnectionPool(network, process, address, maxInFlightRequests, this.onConnectionLost),
        );
      },
    };
    cluster.brokerPool.createBroker = (options) => new SimBroker({ allowAutoTopicCreation: false, ...options });
    return cluster;
  }
}

/** Writes nothing; `talks` hears that kafkajs would have. */
function quietLogger(talks: () => void): object {
  const logger = { info: talks, warn: talks, error: talks, debug: talks, namespace: (): object => logger };
  return logger;
}

/** kafkajs's own broker, told that every request is understood as it is. */
class SimBroker extends (Broker as unknown as new (options: object) => {
  connectionPool: SimConnectionPool;
  versions: object | null;
  lookupRequest: (apiKey: number) => (params: object) => Request;
  isConnected(): boolean;
}) {
  connect(): Promise<void> {
    if (this.connectionPool.describes) this.versions = DESCRIBING;
    this.lookupRequest = (apiKey) => (params) => ({ api: apiName(apiKey), params }) as Request;
    return this.connectionPool.connect();
  }
}

/** Two connections to a broker, one of them for fetches alone, as kafkajs keeps them. */
class SimConnectionPool {
  readonly host: string;
  readonly port: number;
  rack: string | undefined = undefined;
  readonly sasl = undefined;
  /** Whether the brokers know the requests that tell of producers and transactions. */
  readonly describes: boolean;
  readonly connectionTimeout = CONNECTION_TIMEOUT_MS;
  private readonly connections: readonly [SimConnection, SimConnection];
  private readonly connecting = new Map<SimConnection, Promise<void>>();

  constructor(
    network: Network,
    process: SimProcess,
    address: { readonly host: string; readonly port: number },
    maxInFlight: number | null,
    onLost: () => void,
  ) {
    this.host = address.host;
    this.port = address.port;
    this.describes = network.cluster.options.losesMarkers;
    this.connections = [
      new SimConnection(network, process, address, maxInFlight, onLost),
      new SimConnection(network, process, address, maxInFlight, onLost),
    ];
  }

  isConnected(): boolean {
    return this.connections.some((each) => each.isConnected());
  }

  connect(): Promise<void> {
    return this.isConnected() ? Promise.resolve() : this.connectOne(this.connections[0]);
  }

  async send(sent: Request | Exchange): Promise<object> {
    if (isExchange(sent)) {
      const asked = await readRequest(sent);
      const { response } = sent;
      return response.parse(await response.decode(writeAnswer(asked.api, await this.send(asked))));
    }
    const request = sent;
    const connection = this.connections[API[request.api] === API.fetch ? 1 : 0];
    if (!connection.isConnected()) await this.connectOne(connection);
    return connection.send(request);
  }

  async destroy(): Promise<void> {
    await Promise.all(this.connections.map((each) => each.disconnect()));
  }

  private connectOne(connection: SimConnection): Promise<void> {
    let connecting = this.connecting.get(connection);
    if (!connecting) {
      connecting = connection.connect().finally(() => this.connecting.delete(connection));
      this.connecting.set(connection, connecting);
    }
    return connecting;
  }
}
