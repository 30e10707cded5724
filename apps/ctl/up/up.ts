import { type Environment, type UpConfig, loadUpConfig, unknownSettings } from '#libs/config';
import { Advice } from '../advice.js';
import { Progress } from '../terminal/progress.js';
import { confirm, deleteData } from './fresh.js';
import { here } from './overview.js';
import { PidFiles } from './pid-files.js';
import { requireBuild, requireDataFolder, requireJava, requirePorts } from './preflight.js';
import { Stack } from './stack.js';

/** What the command line says. */
export interface UpOptions {
  /** False after --no-simulator. */
  readonly simulator: boolean;
  /** Start the simulator although KAFKA_BROKERS is set. */
  readonly simulate?: boolean;
  readonly scenario?: string;
  readonly fresh?: boolean;
  /** Throw the stages' state away before the monitor starts. */
  readonly rebuild?: boolean;
  readonly yes?: boolean;
}

const LEFTOVER_GRACE_MS = 15_000;

/**
 * `spendline up`: starts everything, tells where it is, and keeps it running until a signal stops it in order.
 * Throws Advice or ConfigError when it cannot begin; once it has, it ends the process itself.
 */
export async function up(options: UpOptions, env: Environment): Promise<void> {
  const begun = performance.now();
  const config = loadUpConfig(options.scenario === undefined ? env : { ...env, SPENDLINE_SCENARIO: options.scenario });
  const withSimulator = options.simulator && (options.simulate === true || config.embeddedKafkaPort !== undefined);
  const progress = new Progress(process.stdout);
  for (const { name, meant } of unknownSettings(env)) {
    progress.say(
      `${name} is not a setting and changes nothing${meant === undefined ? '.' : `; did you mean ${meant}?`}`,
    );
  }
  requireBuild([
    'monitor',
    'ledger',
    'api',
    ...(withSimulator ? ['simulator'] : []),
    ...(config.withDelivery ? ['delivery'] : []),
  ]);
  requireDataFolder(config.places.dataDir);
  const pidFiles = claim(config);
  await endLeftovers(pidFiles, progress);
  const java = config.embeddedKafkaPort === undefined ? undefined : await requireJava(env);
  await requirePorts(config, withSimulator);
  if (options.fresh) await startAnew(config, options);
  const { rebuild = false, yes = false } = options;
  if (rebuild && !yes) await confirm("Throw the monitor's state away and compute it anew?", '--yes');

  const stack = new Stack({ config, env, withSimulator, java, rebuild, pidFiles, progress });
  stack.stopOnSignals();
  try {
    await stack.start();
    progress.say(`\nSpendline is up after ${((performance.now() - begun) / 1000).toFixed(0)} s.\n`);
    progress.say(stack.overview().join('\n'));
  } catch (error) {
    await stack.fail(error);
  }
}

/** One supervisor for a data folder: two would fight over it. */
function claim({ places }: UpConfig): PidFiles {
  const pidFiles = new PidFiles(places.run);
  const other = pidFiles.claim();
  if (other !== undefined) {
    throw new Advice(
      `Spendline is already running here (process ${other}): stop it with Ctrl-C or \`kill ${other}\`, or give this one other ports and another SPENDLINE_DATA_DIR.`,
    );
  }
  process.on('exit', () => pidFiles.release());
  return pidFiles;
}

async function startAnew({ places }: UpConfig, { yes }: UpOptions): Promise<void> {
  if (!yes) await confirm(`Delete all data of the embedded Kafka and Postgres in ${here(places.dataDir)}?`, '--yes');
  deleteData(places);
}

/** What a supervisor that was killed has left running would hold ports and data; only what is provably ours is ended. */
async function endLeftovers(pidFiles: PidFiles, progress: Progress): Promise<void> {
  const leftovers = pidFiles.leftovers();
  if (leftovers.length === 0) return;
  const names = leftovers.map(({ name, pid }) => `${name} (process ${pid})`).join(', ');
  const end = () => Promise.all(leftovers.map((leftover) => pidFiles.end(leftover, LEFTOVER_GRACE_MS)));
  const what = `what an earlier run left behind: ${names}`;
  const ended = await progress.step(`Stopping ${what}`, end, () => `Stopped ${what}`);
  if (ended.includes(false)) throw new Advice(`Could not stop ${what}; end it yourself and start again.`);
}
