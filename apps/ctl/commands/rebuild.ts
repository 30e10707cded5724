import { type Environment, loadMonitorConfig } from '#libs/config';
import type { Command } from 'commander';

interface RebuildFlags {
  readonly yes?: boolean;
}

/** `spendline rebuild`: the stages' state anew. */
export function registerRebuild(program: Command, env: Environment): void {
  program
    .command('rebuild')
    .description("throw the monitor's state away, to compute it anew from the inputs")
    .option('--yes', 'do not ask before something is deleted')
    .addHelpText(
      'after',
      `
For state that a version cannot read, or that was lost or changed from outside: the monitor's last line says when. Stop all
monitors first; where Kafka is the one of \`spendline up\`, which stops with them, begin that with --rebuild. Deleted are the offsets of their groups and the topics spendline.cost-state, spendline.merge-state,
spendline.panes and spendline.live. Inputs, results, decisions and the ledger are kept.

The next monitor reads the inputs from their beginning, as far back as Kafka keeps them (contacts 7 days, bills 30 unless
you changed it): what is older is missing from windows, this month's among them, while the ledger has it. It publishes again
what it published before: cost events with the same ids, which the ledger writes once; other readers must do the same.

Examples:
  spendline rebuild
  KAFKA_BROKERS=kafka-1:9092 SPENDLINE_GROUP=spendline spendline rebuild --yes`,
    )
    .action(async ({ yes = false }: RebuildFlags) => {
      const { kafka, group } = loadMonitorConfig(env);
      const [{ rebuildState }, { confirm }] = await Promise.all([
        import('../rebuild-state.js'),
        import('../up/fresh.js'),
      ]);
      if (!yes) await confirm(`Delete the state of group ${kafka.topicPrefix}${group}?`, '--yes');
      const deleted = await rebuildState(kafka, group, 0);
      console.log(`Deleted: ${deleted.join(', ')}. Start the monitor: it begins at the beginning of its inputs.`);
    });
}
