import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type EmbeddedServer,
  EmbeddedServerError,
  type ServerSpec,
  type StartControl,
  answers,
  startServer,
} from './server.js';

/** What an embedded Kafka needs. */
export interface EmbeddedKafkaOptions {
  /** The `java` to run it with, 17 or newer. */
  readonly java: string;
  /** Folder with Kafka's jars. */
  readonly jars: string;
  /** Template of server.properties. */
  readonly template: string;
  /** Folder for its data; formatted on the first start. */
  readonly folder: string;
  /** Loopback port for clients; the controller takes the next one. */
  readonly port: number;
  readonly logFile: string;
  /** Memory and compilers of its Java; by default those of a small broker. */
  readonly jvm?: readonly string[];
  /** Brokers of one cluster must be formatted with the same id (16 bytes in base64url); by default one of its own. */
  readonly clusterId?: string;
  /** How long it may take to start, and to stop; a minute by default. */
  readonly graceMs?: number;
}

/** The quick compiler only: a start takes half the processor time, and one small broker has none to spare. */
const SMALL_JVM = ['-Xms128m', '-Xmx512m', '-XX:TieredStopAtLevel=1'];

const LOG_FORMAT = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  // The line "Kafka Server started" and the configuration are worth having; the rest of info is noise.
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
  '-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.utils.AppInfoParser=error',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
];

/** Starts Kafka, broker and controller in one process; resolves once it accepts clients. Throws EmbeddedServerError. */
export async function startKafka(options: EmbeddedKafkaOptions, control: StartControl = {}): Promise<EmbeddedServer> {
  const properties = writeProperties(options);
  const data = dataOf(options);
  if (!existsSync(join(data, 'meta.properties'))) await format(options, properties);
  const spec: ServerSpec = {
    title: 'Kafka',
    command: options.java,
    args: [...(options.jvm ?? SMALL_JVM), ...LOG_FORMAT, '-cp', join(options.jars, '*'), 'kafka.Kafka', properties],
    isReady: () => answers(options.port),
    logFile: options.logFile,
    stopSignal: 'SIGTERM',
    graceMs: options.graceMs ?? 60_000,
  };
  return startServer(spec, control);
}

function writeProperties({ folder, template, port, ...options }: EmbeddedKafkaOptions): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'server.properties');
  const text = readFileSync(template, 'utf8')
    .replaceAll('@PORT@', String(port))
    .replaceAll('@CONTROLLER_PORT@', String(port + 1))
    .replaceAll('@DATA@', dataOf({ folder, template, port, ...options }));
  writeFileSync(file, text);
  return file;
}

async function format(
  { java, jars, logFile, clusterId = newClusterId() }: EmbeddedKafkaOptions,
  properties: string,
): Promise<void> {
  const tool = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), 'kafka.tools.StorageTool'];
  try {
    await promisify(execFile)(java, [...tool, 'format', '--cluster-id', clusterId, '--config', properties]);
  } catch (error) {
    writeFileSync(logFile, `${String(error)}\n`, { flag: 'a' });
    throw new EmbeddedServerError(`Kafka's data folder could not be prepared; see ${logFile}.`);
  }
}

/** 16 random bytes as Kafka writes them; a leading dash would look like an option to the tool. */
function newClusterId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A');
}

function dataOf({ folder }: EmbeddedKafkaOptions): string {
  return join(folder, 'data');
}
