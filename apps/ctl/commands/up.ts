import type { Environment } from '#libs/config';
import type { Command } from 'commander';
import type { UpOptions } from '../up/up.js';

/** `spendline up`: everything on this machine. */
export function registerUp(program: Command, env: Environment): void {
  program
    .command('up')
    .description('start everything and keep it running until Ctrl-C (this is what npm start does)')
    .option('--no-simulator', 'no simulated traffic')
    .option('--simulate', 'simulated traffic even into a Kafka of yours (KAFKA_BROKERS)')
    .option('--scenario <name>', 'what the simulator plays (SPENDLINE_SCENARIO)')
    .option('--fresh', 'delete the data of the embedded Kafka and Postgres first; asks before it does')
    .option('--rebuild', "throw the monitor's state away first and compute it anew (spendline rebuild --help); asks")
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
Starts Kafka, Postgres, the monitor, the ledger, the API with the console, and the simulator; Prometheus too if it is
installed. Data and logs are kept in .spendline, so the next start goes on where this one stopped.

Examples:
  spendline up                                           all of it, on the default ports
  spendline up --scenario overspend-voice                with voice contacts that cost too much
  SPENDLINE_API_PORT=8080 SPENDLINE_KAFKA_PORT=19092 spendline up      when ports are taken
  KAFKA_BROKERS=kafka-1:9092 spendline up                your Kafka, no simulator
  KAFKA_BROKERS=... DATABASE_URL=postgres://... spendline up           your servers only
  spendline up --fresh                                   begin again from nothing`,
    )
    .action(async (options: UpOptions) => {
      const { up } = await import('../up/up.js');
      await up(options, env);
    });
}
