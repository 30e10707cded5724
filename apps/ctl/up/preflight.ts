import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { OLDEST_JAVA, findJava } from '#libs/adapters/embedded';
import { type Environment, projectRoot } from '#libs/config';
import { Advice } from '../advice.js';
import { plannedPorts, portFaults } from './ports.js';
import { appMain } from './app-program.js';

/** A Java that runs Kafka; throws Advice where there is none. */
export async function requireJava(env: Environment): Promise<string> {
  const java = await findJava(env['JAVA_HOME']);
  if (java !== undefined && java.version >= OLDEST_JAVA) return java.command;
  const found = java === undefined ? 'none was found' : `${java.command} is ${java.version}`;
  throw new Advice(
    `Kafka needs Java ${OLDEST_JAVA} or newer and ${found}: install one (Debian: apt-get install openjdk-17-jdk-headless), point JAVA_HOME at it, or set KAFKA_BROKERS to a Kafka of yours.`,
  );
}

/** Has Maven fetch Kafka's jars unless they are there; throws Advice with the script's own words. */
export async function requireKafkaJars(): Promise<void> {
  const script = join(projectRoot(), 'scripts', 'kafka-jars.js');
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const words: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => words.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Advice(Buffer.concat(words).toString().trim());
}

/** Makes the data folder; throws Advice when it is not ours to write to. */
export function requireDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    throw new Advice(
      `${folder} cannot be written to: start as its owner, or choose another folder with SPENDLINE_DATA_DIR.`,
    );
  }
}

/** Throws Advice with a line for every port that is not to be had. */
export async function requirePorts(...args: Parameters<typeof plannedPorts>): Promise<void> {
  const faults = await portFaults(plannedPorts(...args));
  if (faults.length > 0) throw new Advice(faults.join('\n'));
}

/** Throws Advice when programs are missing from dist. */
export function requireBuild(apps: readonly string[]): void {
  const missing = apps.filter((app) => !existsSync(appMain(app)));
  if (missing.length > 0)
    throw new Advice(
      `Not built yet: ${missing.join(', ')}. Run \`npm run build\`, or \`npm start\` which does it too.`,
    );
}
