import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure, root, run, runSteps, stamp } from './step.js';

const POM = join(root, 'deploy', 'kafka', 'pom.xml');
const FOLDER = join(root, '.spendline', 'kafka');
const JARS = join(FOLDER, 'libs');

/** Has Maven fetch the jars that deploy/kafka/pom.xml names, unless they are there. Answers whether it had to. */
export async function resolveKafkaJars() {
  const mark = () => stamp(join(JARS, '.made-from'), [readFileSync(POM, 'utf8')]);
  if (mark().current()) return false;
  requireMaven();
  mkdirSync(FOLDER, { recursive: true });
  const unfinished = mkdtempSync(join(FOLDER, 'libs-'));
  try {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`, '-DincludeScope=runtime'];
    const advice =
      'Maven could not fetch Kafka: its own words are above (no network?). Mend that and start again, or set KAFKA_BROKERS to a Kafka of yours.';
    await run('mvn', ['-q', '-B', '-f', POM, ...goal], advice);
    rmSync(JARS, { recursive: true, force: true });
    renameSync(unfinished, JARS);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  mark().write();
  return true;
}

function requireMaven() {
  const missing = [
    ['Maven', 'mvn', process.env.MAVEN_HOME],
    ['a JDK, 17 or newer', 'java', process.env.JAVA_HOME],
  ].filter(
    ([, command, home]) => !(home && existsSync(join(home, 'bin', command))) && spawnSync(command, ['-version']).error,
  );
  if (missing.length === 0) return;
  throw new Failure(
    `Kafka needs ${missing.map(([name]) => name).join(' and ')}, not found here: install it (Debian: apt-get install openjdk-17-jdk-headless maven), or set KAFKA_BROKERS to a Kafka of yours.`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runSteps(resolveKafkaJars);
}
