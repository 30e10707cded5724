import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import kafkajs, { type Kafka, type KafkaMessage } from 'kafkajs';

/**
 * What another program has of Spendline: the built programs, Kafka by plain kafkajs, HTTP, and the JSON Schemas. Nothing in
 * this folder imports from the product, so that a mistake there cannot hide itself here.
 */
export const DIST = 'dist/programs';

/** A record as it was read, headers as text. */
export interface Read {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A built program in a process of its own. */
export class Program {
  output = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;

  constructor(main: string, environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
    this.child = spawn(process.execPath, [join(DIST, main), ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.ended = new Promise((resolve) => this.child.once('close', (code) => resolve(code)));
  }

  /** The exit code of a program that ends by itself; one that does not is killed, and has none. */
  async exitWithin(seconds: number): Promise<number | null> {
    const timer = setTimeout(() => void this.kill(), seconds * 1000);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }

  /** Asks it to end, and answers with its exit code. */
  stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.ended;
  }

  /** Kills it, and resolves when it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

export function kafkaAt(address: string): Kafka {
  return new kafkajs.Kafka({ clientId: 'outside', brokers: [address], logLevel: kafkajs.logLevel.NOTHING });
}

/** Reads topics from their beginning, committed records only, and keeps on doing so. */
export class Follower {
  /** By place: a group that has missed our heartbeats, as we were computing, has us begin again. */
  private readonly records = new Map<string, Read>();
  private readonly lastOffsets = new Map<string, number>();
  private readonly consumer;

  constructor(
    kafka: Kafka,
    private readonly topics: readonly string[],
  ) {
    this.consumer = kafka.consumer({ groupId: `outside-${String(Math.random())}`, readUncommitted: false });
  }

  async start(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [...this.topics], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachMessage: ({ topic, partition, message }) => {
        const name = `${topic}/${String(partition)}`;
        this.records.set(`${name}/${message.offset}`, readOf(topic, partition, message));
        this.lastOffsets.set(name, Number(message.offset));
        return Promise.resolve();
      },
    });
  }

  of(topic: string): Read[] {
    return [...this.records.values()]
      .filter((record) => record.topic === topic)
      .sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  /** How many offsets each partition of a topic has behind what was read of it. */
  behind(topic: string, ends: readonly { readonly partition: number; readonly high: string }[]): [string, number][] {
    return ends.map(({ partition, high }) => {
      const name = `${topic}/${String(partition)}`;
      return [name, Number(high) - 1 - (this.lastOffsets.get(name) ?? -1)];
    });
  }

  async stop(): Promise<void> {
    await this.consumer.disconnect();
  }
}

function readOf(topic: string, partition: number, { offset, key, value, headers = {} }: KafkaMessage): Read {
  const text = Object.entries(headers).map(([name, header]) => [name, String(header)] as const);
  return {
    topic,
    partition,
    offset: Number(offset),
    key: key?.toString() ?? null,
    value,
    headers: Object.fromEntries(text),
  };
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast, said where it is made
export function json<T>({ value }: Read): T {
  return JSON.parse(value?.toString() ?? 'null') as T;
}

/** The published JSON Schemas, by file name without `.json`. Times must be RFC 3339 in UTC with milliseconds. */
export function publishedSchemas(): Readonly<Record<string, ValidateFunction>> {
  const folder = join('libs', 'contract', 'schemas');
  const ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
  });
  return Object.fromEntries(
    readdirSync(folder).map((file) => [
      file.replace('.json', ''),
      ajv.compile(JSON.parse(readFileSync(join(folder, file), 'utf8')) as object),
    ]),
  );
}

/** One series of a metric. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a `/metrics` page says. */
export interface Exposition {
  readonly contentType: string;
  readonly types: Readonly<Record<string, string>>;
  readonly series: readonly Series[];
}

/** Reads a `/metrics` page in Prometheus' text format. */
export async function scrape(origin: string): Promise<Exposition> {
  // A connection of its own: computing the expected figures blocks for longer than an idle one may be kept.
  const response = await fetch(`${origin}/metrics`, { headers: { connection: 'close' } });
  const lines = (await response.text()).split('\n');
  const types = lines.flatMap((line) => {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    return name !== undefined && type !== undefined ? [[name, type] as const] : [];
  });
  const series = lines.flatMap((line): Series[] => {
    const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)];
    return [
      { name, labels: Object.fromEntries(pairs.map(([, key = '', of = '']) => [key, of])), value: Number(value) },
    ];
  });
  return { contentType: response.headers.get('content-type') ?? '', types: Object.fromEntries(types), series };
}

/** Sum of a metric's series that have these labels. */
export function sum({ series }: Exposition, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return series
    .filter((each) => each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value))
    .reduce((total, { value }) => total + value, 0);
}

/** What somebody sent to a receiver of alerts. */
export interface Request {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A receiver of alerts that takes everything. */
export async function startReceiver(): Promise<{ origin: string; requests: Request[]; server: Server }> {
  const requests: Request[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      requests.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, requests, server };
}
