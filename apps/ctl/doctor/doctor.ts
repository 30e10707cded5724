import { ConfigError, type Environment, type UpConfig, loadUpConfig, unknownSettings } from '#libs/config';
import { type Check, type Finding, absent, missing, ok } from './finding.js';
import { lookAtDisk, lookAtPorts } from './places.js';
import { lookForBuild, lookForExtras, lookForKafkaParts, lookForNode, lookForPostgresParts } from './programs.js';
import { lookAtKafka, lookAtPostgres } from './servers.js';

/** Looks at everything that `up` needs under these settings, and answers in a fixed order. */
export async function examine(env: Environment): Promise<readonly Finding[]> {
  const settings = readSettings(env);
  const checks: Check[] = [
    lookForNode,
    lookForBuild,
    ...(settings.config ? serverChecks(settings.config, env) : []),
    lookForExtras,
  ];
  const found = await Promise.all(checks.map((check) => check()));
  return [...settings.findings, ...found.flat()];
}

function readSettings(env: Environment): { config?: UpConfig; findings: Finding[] } {
  const unknown = unknownSettings(env).flatMap(({ name, meant }) =>
    absent('Settings', `${name} is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}`),
  );
  try {
    return {
      config: loadUpConfig(env),
      findings: [...ok('Settings', 'all in order (spendline config shows them)'), ...unknown],
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const faults = error.faults.flatMap(({ name, problem }) => missing('Settings', `${name}: ${problem}`));
    return { findings: [...faults, ...unknown] };
  }
}

function serverChecks(config: UpConfig, env: Environment): Check[] {
  const { databaseUrl, embeddedKafkaPort } = config;
  return [
    embeddedKafkaPort === undefined ? () => lookAtKafka(config) : () => lookForKafkaParts(env),
    databaseUrl === undefined ? lookForPostgresParts : () => lookAtPostgres(databaseUrl),
    () => lookAtPorts(config),
    () => lookAtDisk(config),
  ];
}
