import { SCENARIO_NAMES, SCENARIOS, type ScenarioName } from '#libs/application';
import { parseDuration } from '#libs/domain';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseCatchUpSpeed, type CatchUpSpeed } from './event-clock.js';

/** What the command line says; scenario and seed go before the environment's. */
export interface SimulatorArguments {
  readonly scenario?: ScenarioName;
  readonly seed?: number;
  readonly speed: CatchUpSpeed;
  /** Milliseconds. */
  readonly backfill: number;
  /** Epoch milliseconds. */
  readonly from?: number;
  /** False: end when the present is reached. */
  readonly live: boolean;
}

/** Reads the command line; ends the process after --help or a fault, which it prints. */
export function readArguments(argv: readonly string[]): SimulatorArguments {
  const program = new Command('spendline simulate')
    .description('Simulated call-centre traffic: history until now at a quick pace, then live.')
    .addOption(new Option('--scenario <name>', 'what happens (SPENDLINE_SCENARIO)').choices(SCENARIO_NAMES))
    .option('--seed <number>', 'start of the random numbers (SPENDLINE_SEED)', seedOf)
    .option('--speed <speed>', 'of the history: auto (a day in 20 s), max, 1x, 60x ...', speedOf, 'auto')
    .option(
      '--backfill <duration>',
      'history before now on a first run, and at most after a pause',
      durationOf,
      86_400_000,
    )
    .option('--from <time>', 'start here, whatever was sent before (2026-03-04T09:00:00+08:00)', timeOf)
    .option('--no-live', 'end when the present is reached')
    .addHelpText(
      'after',
      `
Scenarios:
${scenarioLines()}

\`spendline up\` runs a simulator already: begin that with --no-simulator. Settings are environment variables: spendline config.

Examples:
  spendline simulate --scenario vendor-errors
  spendline simulate --seed 42                                   the same traffic as every other 42
  spendline simulate --backfill 2h --speed 60x                   two hours of history at sixty times the pace, then live
  spendline simulate --from 2026-03-04T09:00:00+08:00 --no-live  from there until now, and no further
  KAFKA_BROKERS=kafka-1:9092 SPENDLINE_TOPIC_PREFIX=test. spendline simulate`,
    );
  return program.parse(argv).opts<SimulatorArguments>();
}

function scenarioLines(): string {
  const width = Math.max(...SCENARIO_NAMES.map((name) => name.length)) + 2;
  return SCENARIO_NAMES.map((name) => `  ${name.padEnd(width)}${SCENARIOS[name].summary}`).join('\n');
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (/^\d{1,10}$/.test(text) && seed < 2 ** 32) return seed;
  throw new InvalidArgumentError('Write a whole number from 0 to 4294967295.');
}

function speedOf(text: string): CatchUpSpeed {
  const speed = parseCatchUpSpeed(text);
  if (speed === undefined) throw new InvalidArgumentError('Write auto, max, or a multiple of real time such as 60x.');
  return speed;
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function timeOf(text: string): number {
  const timeMs = Date.parse(text);
  if (/T.*(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(timeMs)) return timeMs;
  throw new InvalidArgumentError('Write a time with an offset, such as 2026-03-04T09:00:00+08:00.');
}
