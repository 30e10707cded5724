import type { Environment } from '#libs/config';
import type { Command } from 'commander';
import { tableLines } from '../terminal/table.js';

const MARKS = { ok: 'ok', absent: '-', missing: 'MISSING' } as const;

/** `spendline doctor`: what is found on this machine and what is not. */
export function registerDoctor(program: Command, env: Environment): void {
  program
    .command('doctor')
    .description('tell what is found on this machine and what is missing')
    .addHelpText(
      'after',
      `
Looks at what spendline up needs under the present settings: programs, ports, disk, and the servers that KAFKA_BROKERS
and DATABASE_URL name. Ends with exit code 1 if something needed is missing; what is marked - is only nice to have.

Examples:
  spendline doctor
  KAFKA_BROKERS=kafka-1:9092 spendline doctor      can that Kafka be reached?`,
    )
    .action(async () => {
      const { examine } = await import('../doctor/doctor.js');
      const findings = await examine(env);
      console.log(tableLines(findings.map(({ name, state, text }) => [name, MARKS[state], text])).join('\n'));
      const needed = findings.filter(({ state }) => state === 'missing').length;
      console.log(
        needed === 0 ? '\nReady: spendline up (or npm start).' : `\n${needed} to mend before spendline up can start.`,
      );
      if (needed > 0) process.exitCode = 1;
    });
}
