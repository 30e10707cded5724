import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Environment } from '#libs/config';
import type { Command } from 'commander';

/** `spendline simulate`: the simulator by itself. Its options, `--help` among them, are the simulator's own. */
export function registerSimulate(program: Command, env: Environment): void {
  program
    .command('simulate')
    .description('write simulated call-centre traffic to Kafka: history until now at a quick pace, then live')
    .argument('[options...]', '`spendline simulate --help` lists them')
    .allowUnknownOption()
    .helpOption(false)
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
