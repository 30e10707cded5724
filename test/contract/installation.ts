import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs, { type Admin, type Kafka, type Producer } from 'kafkajs';
import { eventually } from '../../libs/testing/eventually.js';
import { freePort } from '../../libs/testing/free-port.js';
import { allMerged, KafkaBroker } from '../../libs/testing/kafka/index.js';
import { startTestPostgres, type TestPostgres } from '../../libs/testing/postgres.js';
import { Follower, json, kafkaAt, Program, scrape, startReceiver, sum, type Request } from './outside.js';
import * as scenario from './scenario.js';
import type { Sent } from './scenario.js';

/** Of the topics of the scenario; those of the live clock have none. */
export const PREFIX = 'c.';
export const SECRET = 'a secret of a test, long enough';
export const PROGRAMS = ['monitor', 'live', 'ledger', 'api', 'delivery', 'simulator'] as const;
export type ProgramName = (typeof PROGRAMS)[number];

const OUTPUTS = ['cost.events', 'cost.windows', 'cost.signals', 'cost.rejected'];

/** How a program ended that had to end by itself. */
export interface Refused {
  readonly code: number | null;
  readonly output: string;
}

/** A whole Spendline of built programs on servers of its own, through which the scenario is played. */
export class Installation {
  readonly sent: Sent[] = [];
  /** Records that the monitor had counted when it was started for the second time. */
  sentBefore = 0;
  /** Exit code of the first monitor, which was asked to end. */
  firstExit: number | null = null;
  refused: readonly Refused[] = [];
  private readonly running = new Map<ProgramName, Program>();
  private readonly follower: Follower;

  private constructor(
    private readonly folder: string,
    private readonly broker: KafkaBroker,
    private readonly postgres: TestPostgres,
    readonly receiver: { origin: string; requests: Request[]; server: Server },
    /** Where each program serves HTTP. */
    readonly origins: Readonly<Record<ProgramName, string>>,
    kafka: Kafka,
    readonly admin: Admin,
    private readonly producer: Producer,
  ) {
    this.follower = new Follower(
      kafka,
      OUTPUTS.map((topic) => PREFIX + topic),
    );
  }

  /** Starts the servers. */
  static async open(): Promise<Installation> {
    const folder = mkdtempSync(join(tmpdir(), 'spendline-contract-'));
    const [broker, postgres, receiver] = await Promise.all([KafkaBroker.start(), startTestPostgres(), startReceiver()]);
    const kafka = kafkaAt(broker.address);
    const admin = kafka.admin();
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await Promise.all([admin.connect(), producer.connect()]);
    const ports = await Promise.all(
      PROGRAMS.map(async (name) => [name, `http://127.0.0.1:${String(await freePort())}`] as const),
    );
    const origins = Object.fromEntries(ports) as Record<ProgramName, string>;
    return new Installation(folder, broker, postgres, receiver, origins, kafka, admin, producer);
  }

  /** Starts the programs and plays the scenario to its end. */
  async play(): Promise<void> {
    this.refused = await this.startInVain();
    await this.command('migrate');
    writeFileSync(join(this.folder, 'reference.yaml'), scenario.REFERENCE);
    writeFileSync(join(this.folder, 'secret'), SECRET);
    writeFileSync(join(this.folder, 'receivers.yaml'), this.receivers());
    this.start('ledger', 'ledger');
    this.start('api', 'api', { SPENDLINE_LOCAL_ISSUER: 'true' });
    await this.ready('ledger');
    await this.decide();
    this.start('delivery', 'delivery', { SPENDLINE_RECEIVERS: join(this.folder, 'receivers.yaml') });
    this.start('live', 'monitor', { SPENDLINE_TOPIC_PREFIX: '', SPENDLINE_PARTITIONS: '', SPENDLINE_GROUP: 'live' });
    await this.follower.start();
    this.startMonitor();
    await this.ready('monitor');
    await this.send([...scenario.bills(), ...scenario.firsts()]);
    await this.settled();
    // What comes while it is away is history: it has to be taken in the order of its times.
    this.firstExit = await this.stop('monitor');
    this.sentBefore = this.sent.length;
    await this.send(scenario.mainPart());
    this.startMonitor();
    await this.settled();
    await this.send(scenario.afterwards());
    await this.settled();
    await this.send(scenario.secondCorrection());
    await this.settled();
    await this.replayNight();
    await this.settled();
    await eventually(
      'the last window to leave',
      () => this.outputs('cost.windows').findLast(({ key }) => key === 'all:all:24h'),
      (last) => last !== undefined && json<{ interactions: number }>(last).interactions === 0,
    );
    await allMerged(this.admin, PREFIX);
    await this.followed();
  }

  /** Ends everything and removes what it left. */
  async close(): Promise<void> {
    await Promise.allSettled([this.follower.stop(), this.admin.disconnect(), this.producer.disconnect()]);
    await Promise.all([...this.running.values()].map((program) => program.kill()));
    this.receiver.server.close();
    await Promise.all([this.broker.stop(), this.postgres.remove()]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What was published so far to a topic of the scenario, partition by partition. */
  outputs(topic: string): ReturnType<Follower['of']> {
    return this.follower.of(PREFIX + topic);
  }

  /** Starts a program under a name, on the port of that name. */
  start(name: ProgramName, main: string, more: Record<string, string> = {}): void {
    const { port } = new URL(this.origins[name]);
    const env = this.environment({ SPENDLINE_METRICS_PORT: port, SPENDLINE_API_PORT: port, ...more });
    this.running.set(name, new Program(`${main}.js`, env));
  }

  /** Asks a program to end, and answers with its exit code. */
  stop(name: ProgramName): Promise<number | null> {
    return this.running.get(name)?.stop() ?? Promise.resolve(null);
  }

  async ready(name: ProgramName): Promise<void> {
    await eventually(
      `${name} to be ready`,
      async () => {
        const answer = await fetch(`${this.origins[name]}/health/ready`).catch(() => undefined);
        return {
          status: answer?.status,
          says: await answer?.text(),
          output: this.running.get(name)?.output.slice(-500),
        };
      },
      ({ status }) => status === 200,
    );
  }

  async send(records: readonly Sent[], prefix = PREFIX): Promise<void> {
    for (const { topic, key, value, headers } of records) {
      const message = { key, value, ...(headers && { headers }), ...(key === null && { partition: 0 }) };
      await this.producer.send({ topic: prefix + topic, messages: [message] });
    }
    if (prefix === PREFIX) this.sent.push(...records);
  }

  private environment(more: Record<string, string>): Record<string, string> {
    return {
      KAFKA_BROKERS: this.broker.address,
      DATABASE_URL: this.postgres.url,
      SPENDLINE_TOPIC_PREFIX: PREFIX,
      SPENDLINE_PARTITIONS: String(scenario.PARTITIONS),
      SPENDLINE_DATA_DIR: this.folder,
      SPENDLINE_LOG_LEVEL: 'warn',
      ...more,
    };
  }

  private startMonitor(): void {
    const scopes = 'queue,region,topic,stage,customer-tier';
    this.start('monitor', 'monitor', { SPENDLINE_CLOCK: 'event', SPENDLINE_EXTRA_SCOPES: scopes });
  }

  private async command(...args: string[]): Promise<string> {
    const program = new Program('ctl.js', this.environment({}), ...args);
    const code = await program.exitWithin(240);
    if (code !== 0) throw new Error(`spendline ${args.join(' ')} ended with ${String(code)}: ${program.output}`);
    return program.output.trim();
  }

  /** Everything that was sent is costed, and all that came of it is merged. */
  private async settled(): Promise<void> {
    const expected = this.sent.length - this.sentBefore;
    await eventually(
      `${String(expected)} records to be costed`,
      async () => {
        const page = await scrape(this.origins.monitor).catch(() => undefined);
        return page && sum(page, 'spendline_events_total');
      },
      (costed) => costed === expected,
    );
    await allMerged(this.admin, PREFIX);
  }

  /** All outputs up to their ends are read: but for the markers of transactions, which nobody is given. */
  private async followed(): Promise<void> {
    const topics = OUTPUTS.map((topic) => PREFIX + topic);
    const ends = new Map(
      await Promise.all(topics.map(async (topic) => [topic, await this.admin.fetchTopicOffsets(topic)] as const)),
    );
    await eventually(
      'all outputs to be read',
      () => [...ends].flatMap(([topic, partitions]) => this.follower.behind(topic, partitions)),
      (behind) => behind.every(([, offsets]) => offsets <= 1),
    );
  }

  /** Programs that must not start: wrong topics, none, too few partitions, wrong settings. */
  private async startInVain(): Promise<readonly Refused[]> {
    const deleted = { configEntries: [{ name: 'cleanup.policy', value: 'delete' }] };
    await this.admin.createTopics({
      topics: [
        { topic: 'bad.callcenter.interactions', numPartitions: 2 },
        { topic: 'bad.callcenter.feedback', numPartitions: 3 },
        { topic: 'bad.cost.events', numPartitions: 1 },
        { topic: 'bad.cost.windows', numPartitions: 3, ...deleted },
        { topic: 'few.callcenter.interactions', numPartitions: 1 },
      ],
    });
    const environments: Record<string, string>[] = [
      { SPENDLINE_TOPIC_PREFIX: 'bad.' },
      { SPENDLINE_TOPIC_PREFIX: 'none.', SPENDLINE_CREATE_TOPICS: 'false' },
      { SPENDLINE_TOPIC_PREFIX: 'few.', SPENDLINE_PARTITIONS: '4' },
      { SPENDLINE_CLOCK: 'sundial', SPENDLINE_GRACE: 'long' },
    ];
    return Promise.all(
      environments.map(async (env) => {
        const program = new Program('monitor.js', this.environment(env));
        const code = await program.exitWithin(240);
        return { code, output: program.output };
      }),
    );
  }

  /** Reference data by the command line; a budget that one person submits and another approves. */
  private async decide(): Promise<void> {
    const [, owner, approver] = await Promise.all([
      this.command('apply', join(this.folder, 'reference.yaml'), '--yes'),
      this.command('token', '--person', 'bella'),
      this.command('token', '--person', 'anton'),
    ]);
    const drafted = await this.decideOnBudget(owner, '', scenario.BUDGET);
    const submitted = await this.decideOnBudget(owner, '/voice/submit', {}, drafted);
    await this.decideOnBudget(approver, '/voice/approve', { reason: 'as planned' }, submitted);
    const entries = scenario.REFERENCE.match(/^ {2}- /gm)?.length ?? 0;
    await eventually(
      'decisions to be told to the stages',
      () => this.admin.fetchTopicOffsets(`${PREFIX}spendline.reference`).catch(() => []),
      ([partition]) => Number(partition?.high ?? 0) >= entries + 2,
    );
  }

  private async decideOnBudget(token: string, path: string, body: object, etag = ''): Promise<string> {
    const answer = await fetch(`${this.origins.api}/api/v1/budgets${path}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        ...(etag && { 'If-Match': etag }),
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.headers.get('etag') ?? '';
  }

  private async replayNight(): Promise<void> {
    const night = scenario.night();
    const [rows, mapping] = ['night.jsonl', 'night.yaml'].map((name) => join(this.folder, name)) as [string, string];
    writeFileSync(rows, night.map(({ value }) => `${String(value)}\n`).join(''));
    writeFileSync(mapping, scenario.NIGHT_MAPPING);
    await this.command('replay', rows, '--map', mapping, '--finish');
    this.sent.push(...night);
  }

  /** JSON is YAML. */
  private receivers(): string {
    const { origin } = this.receiver;
    const local = { allowHttp: true, allowNetworks: ['127.0.0.1/32'] };
    const secret = { file: join(this.folder, 'secret') };
    return JSON.stringify({
      receivers: [
        { name: 'alertmanager', kind: 'alertmanager', url: origin, ...local },
        { name: 'hook', kind: 'webhook', url: `${origin}/hook`, secret, ...local },
      ],
      routes: [{ receivers: ['alertmanager', 'hook'] }],
    });
  }
}
