import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SCENARIOS } from '#libs/application';
import { type Environment, loadSimulatorConfig } from '#libs/config';
import type { Command } from 'commander';
import { tableLines } from '../terminal/table.js';

/** `spendline simulate`: the simulator by itself. */
export function registerSimulate(program: Command, env: Environment): void {
  program
    .command('simulate')
    .description('write simulated call-centre traffic to Kafka until Ctrl-C')
    .option('--scenario <name>', 'what happens in the call centre (SPENDLINE_SCENARIO)')
    .option('--seed <number>', 'start of the random numbers: the same seed gives the same traffic (SPENDLINE_SEED)')
    .addHelpText(
      'after',
      `
Scenarios:
${scenarioLines().join('\n')}

\`spendline up\` runs a simulator already: begin that with --no-simulator.

Examples:
  spendline simulate --scenario vendor-errors
  KAFKA_BROKERS=kafka-1:9092 SPENDLINE_TOPIC_PREFIX=test. spendline simulate --seed 42`,
    )
    .action(async ({ scenario, seed }: { scenario?: string; seed?: string }) => {
      const settings = {
        ...env,
        ...(scenario === undefined ? {} : { SPENDLINE_SCENARIO: scenario }),
        ...(seed === undefined ? {} : { SPENDLINE_SEED: seed }),
      };
      loadSimulatorConfig(settings);
      const [{ appMain }, { requireBuild }] = await Promise.all([
        import('../up/app-program.js'),
        import('../up/preflight.js'),
      ]);
      requireBuild(['simulator']);
      const child = spawn(process.execPath, ['--enable-source-maps', appMain('simulator')], {
        env: settings,
        stdio: 'inherit',
      });
      // Ctrl-C reaches the simulator too, which stops in order; we only wait for it.
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
      const [code] = (await once(child, 'close')) as [number | null];
      process.exitCode = code ?? 1;
    });
}

function scenarioLines(): string[] {
  return tableLines(Object.entries(SCENARIOS).map(([name, { summary }]) => [name, summary]));
}
