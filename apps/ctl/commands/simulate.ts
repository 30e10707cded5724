import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SCENARIOS } from '#libs/application';
import type { Environment } from '#libs/config';
import type { Command } from 'commander';
import { tableLines } from '../terminal/table.js';

/** `spendline simulate`: the simulator by itself. */
export function registerSimulate(program: Command, env: Environment): void {
  program
    .command('simulate')
    .description('write simulated call-centre traffic to Kafka: history until now at a quick pace, then live')
    .argument('[options...]', 'those of the simulator; `spendline simulate -- --help` lists them')
    .allowUnknownOption()
    .addHelpText(
      'after',
      `
Scenarios:
${scenarioLines().join('\n')}

\`spendline up\` runs a simulator already: begin that with --no-simulator.

Examples:
  spendline simulate --scenario vendor-errors
  spendline simulate --seed 42                                  the same traffic as every other 42
  spendline simulate --backfill 2h --speed 60x                  two hours of history at sixty times the pace, then live
  spendline simulate --from 2026-03-04T09:00:00+08:00 --no-live         from there until now, and no further
  KAFKA_BROKERS=kafka-1:9092 SPENDLINE_TOPIC_PREFIX=test. spendline simulate`,
    )
    .action(async (args: readonly string[]) => {
      const [{ appMain }, { requireBuild }] = await Promise.all([
        import('../up/app-program.js'),
        import('../up/preflight.js'),
      ]);
      requireBuild(['simulator']);
      const stdio = ['inherit', 'inherit', 'inherit', 'ipc'] as const;
      const child = spawn(process.execPath, [appMain('simulator'), ...args], {
        env,
        stdio: [...stdio],
      });
      // Ctrl-C reaches the simulator by itself, and it stops in order: here it is only waited for.
      process.on('SIGINT', () => undefined);
      process.on('SIGTERM', () => child.kill('SIGTERM'));
      const [code] = (await once(child, 'exit')) as [number | null];
      process.exit(code ?? 1);
    });
}

function scenarioLines(): string[] {
  return tableLines(Object.entries(SCENARIOS).map(([name, { summary }]) => [name, summary]));
}
