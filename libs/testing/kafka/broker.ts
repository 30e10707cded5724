import { execFile, spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startKafka, type EmbeddedServer } from '#libs/adapters/embedded';
import { isPortFree } from '#libs/adapters/process';
import type { KafkaSettings } from '#libs/application';
import { environment } from '#libs/config';

const JARS = join('.spendline', 'kafka', 'libs');
const TEMPLATE = join('deploy', 'kafka', 'server.properties');
const FIRST_PORT = 21_000;
const LAST_PORT = 21_999;

/** For a slow machine that has other work to do. */
const PATIENCE_MS = 240_000;

/** Lets tests notice a dead member soon, and keeps what compaction and retention do within their reach. */
const FOR_TESTS = `
group.min.session.timeout.ms=500
log.retention.check.interval.ms=1000
log.cleaner.backoff.ms=200
`;

/** Why no broker can run here, or undefined; tests that need one are skipped with this word. */
export function whyNoBroker(): string | undefined {
  if (!existsSync(JARS)) return `no Kafka jars in ${JARS}: run npm test once, or node scripts/build.js`;
  if (spawnSync('java', ['-version']).status !== 0) return 'no Java found';
  return undefined;
}

/** How a broker is set up: for tests, or as one that has work to do. */
interface BrokerKind {
  readonly jvm?: readonly string[];
  readonly properties: string;
}

const TEST_BROKER: BrokerKind = { properties: FOR_TESTS };
/** As Kafka's own start script has it: memory of a gigabyte, all compilers, and nothing hurried. */
export const WORKING_BROKER: BrokerKind = { jvm: ['-Xms1g', '-Xmx1g'], properties: '' };

/** Where a broker of a test belongs, and what it is. */
interface BrokerPlace {
  /** Of the cluster that it joins; by default it is alone in one of its own. */
  readonly clusterId?: string;
  /** Folder for the folder of its data. */
  readonly parent?: string;
  readonly kind?: BrokerKind;
}

/** A real Kafka of its own for a test file: one broker on loopback, data in a temporary folder. */
export class KafkaBroker {
  private server: EmbeddedServer | undefined;

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly clusterId: string | undefined,
    private readonly jvm: readonly string[] | undefined,
  ) {}

  /**
   * Formats and starts a new broker; `properties` are lines for its server.properties. Takes `port` and the next two,
   * by default free ones; the third is for a listener of the caller's.
   */
  static async start(
    properties: string | ((port: number) => string) = '',
    port?: number,
    { clusterId, parent = tmpdir(), kind = TEST_BROKER }: BrokerPlace = {},
  ): Promise<KafkaBroker> {
    const folder = mkdtempSync(join(parent, 'spendline-kafka-'));
    const broker = new KafkaBroker(folder, port ?? (await freePorts()), clusterId, kind.jvm);
    const lines = typeof properties === 'string' ? properties : properties(broker.port);
    copyFileSync(TEMPLATE, join(folder, 'template.properties'));
    appendFileSync(join(folder, 'template.properties'), `${kind.properties}${lines}\n`);
    await broker.restart();
    return broker;
  }

  /** `host:port`. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The broker's log, for a look after a failure. */
  get logFile(): string {
    return join(this.folder, 'kafka.log');
  }

  /** Settings for a client; a prefix of its own keeps tests on one broker apart. */
  settings(topicPrefix: string, partitions = 4): KafkaSettings {
    return { brokers: [this.address], clientId: 'test', topicPrefix, partitions, createTopics: true };
  }

  /** Starts it again after `shutDown` or `kill9`. */
  async restart(): Promise<void> {
    this.server = await startKafka({
      java: 'java',
      jars: JARS,
      template: join(this.folder, 'template.properties'),
      folder: this.folder,
      port: this.port,
      logFile: this.logFile,
      graceMs: PATIENCE_MS,
      ...(this.clusterId !== undefined && { clusterId: this.clusterId }),
      ...(this.jvm && { jvm: this.jvm }),
    });
  }

  get isRunning(): boolean {
    return this.server !== undefined;
  }

  /** Stops it in good order; the data stays. */
  async shutDown(): Promise<void> {
    await this.server?.stop();
    this.server = undefined;
  }

  /** Kills it; the data stays as it was written. */
  async kill9(): Promise<void> {
    this.server?.kill();
    await this.server?.ended;
    this.server = undefined;
  }

  /** Ends it and deletes its data. */
  async stop(): Promise<void> {
    await this.kill9();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * The first of three neighbouring free ports. Test files that run side by side look in halves of their own, and begin
 * somewhere at random, as other runs on the machine look too: between looking and listening a port can be taken.
 */
export async function freePorts(): Promise<number> {
  const half = Number(environment()['JEST_WORKER_ID'] ?? 1) % 2;
  const triples = Math.floor((LAST_PORT - FIRST_PORT) / 6);
  const first = Math.floor(Math.random() * triples);
  for (let i = 0; i < triples; i++) {
    const port = FIRST_PORT + 3 * (half * triples + ((first + i) % triples));
    if ((await isPortFree(port)) && (await isPortFree(port + 1)) && (await isPortFree(port + 2))) return port;
  }
  throw new Error(`No three free ports between ${FIRST_PORT} and ${LAST_PORT}`);
}

/** Has Kafka's own Java client write `count` records; keys are `<compression>-0`, `-1` and so on. */
export function produceWithJava(broker: KafkaBroker, topic: string, compression: string, count: number): Promise<void> {
  const source = join('libs', 'testing', 'kafka', 'JavaProducer.java');
  return kafkaTool(source, broker.address, topic, compression, String(count));
}

/** Runs one of Kafka's own programs, by the name of its class. */
export async function kafkaTool(...command: readonly string[]): Promise<void> {
  const options = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', join(JARS, '*')];
  await promisify(execFile)('java', [...options, ...command]);
}
