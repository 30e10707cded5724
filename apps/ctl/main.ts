import { environment } from '#libs/config';
import { Command, CommanderError } from 'commander';
import { explain } from './advice.js';
import { registerApply } from './commands/apply.js';
import { registerConfig } from './commands/config.js';
import { registerDeadLetters } from './commands/dead-letters.js';
import { registerDoctor } from './commands/doctor.js';
import { registerExplain } from './commands/explain.js';
import { registerMigrate } from './commands/migrate.js';
import { registerRebuild } from './commands/rebuild.js';
import { registerRehearse } from './commands/rehearse.js';
import { registerRepublish } from './commands/republish.js';
import { registerSimulate } from './commands/simulate.js';
import { registerToken } from './commands/token.js';
import { registerTopics } from './commands/topics.js';
import { registerUp } from './commands/up.js';
import { registerRejected } from './rejected/index.js';
import { registerReplay } from './replay/index.js';

const env = environment();
const program = new Command('spendline')
  .description('Near-real-time cost monitor for call centres.')
  .showHelpAfterError('(spendline --help shows what there is)')
  .addHelpText(
    'after',
    `
Begin with:
  spendline up                    everything on this machine, with simulated traffic
  spendline doctor                what is found on this machine and what is missing

Settings are environment variables: spendline config, docs/configuration.md.`,
  );

registerUp(program, env);
registerDoctor(program, env);
registerApply(program, env);
registerSimulate(program, env);
registerReplay(program, env);
registerRejected(program, env);
registerExplain(program, env);
registerRehearse(program, env);
registerToken(program, env);
registerTopics(program, env);
registerMigrate(program, env);
registerRepublish(program, env);
registerRebuild(program, env);
registerDeadLetters(program, env);
registerConfig(program, env);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has told its own errors already.
  if (!(error instanceof CommanderError)) console.error(explain(error, env['SPENDLINE_LOG_LEVEL']));
  process.exit(1);
}
