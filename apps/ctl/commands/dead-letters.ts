import { type Environment, loadKafkaConfig } from '#libs/config';
import type { Command } from 'commander';
import { Advice } from '../advice.js';
import { tableLines } from '../terminal/table.js';

/** `spendline dead-letters`: messages that a receiver did not take. */
export function registerDeadLetters(program: Command, env: Environment): void {
  const command = program
    .command('dead-letters')
    .description('list messages about signals that a receiver did not take, and send them again');
  command
    .command('list')
    .description('show each with its receiver and what that said')
    .action(async () => {
      const [{ listDeadLetters }, { deadLetterId }] = await Promise.all([
        import('#libs/adapters/kafka'),
        import('#libs/application'),
      ]);
      const letters = await listDeadLetters(loadKafkaConfig(env).kafka);
      const rows = letters.map((letter) => [
        deadLetterId(letter),
        letter.state,
        letter.givenUpAt,
        `${letter.reason} - ${letter.signal.status}: ${letter.signal.summary}`,
      ]);
      console.log(rows.length === 0 ? 'There are no dead letters.' : tableLines(rows).join('\n'));
    });
  command
    .command('resend')
    .description('have the running delivery send them again')
    .argument('[id]', 'the one with this name, as `list` shows it')
    .option('--receiver <name>', 'all of this receiver')
    .option('--all', 'all there are')
    .addHelpText(
      'after',
      `
What a newer message has overtaken is not sent to Alertmanager or PagerDuty any more, and leaves the list.

Examples:
  spendline dead-letters resend --receiver finance
  spendline dead-letters resend 'finance/burn:all:all:month@2026-11-02T10:00:00.000Z:0'`,
    )
    .action(async (id: string | undefined, { receiver, all }: { receiver?: string; all?: true }) => {
      if (id === undefined && receiver === undefined && all === undefined) {
        throw new Advice('Say which: a name as `spendline dead-letters list` shows it, --receiver NAME, or --all.');
      }
      const { resendDeadLetters } = await import('#libs/adapters/kafka');
      const asked = await resendDeadLetters(loadKafkaConfig(env).kafka, { id, receiver });
      if (asked.length === 0 && id !== undefined) throw new Advice(`There is no dead letter ${id}.`);
      console.log(
        `${asked.length} will be sent again by the delivery; spendline dead-letters list shows what is left.`,
      );
    });
}
