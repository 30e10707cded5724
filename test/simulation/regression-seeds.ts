/**
 * Seeds that have found something, with what it was. They are run first, and stay when the simulation changes, although
 * a change of the simulation may make them harmless: the bug is then covered by a test of its own as well.
 */
export const REGRESSION_SEEDS: Readonly<Record<number, string>> = {
  7: 'kafkajs wrote the commit marker twice after CONCURRENT_TRANSACTIONS; offsets are sent first since then',
  16: 'the same with counted records',
  68: 'kafkajs wrote records twice: one leader failed while another was still writing; see write-once.ts',
  99: 'the same, over and over within one transaction',
  476: 'kafkajs went round in a loop for ever when it was stopped while its brokers changed',
  1166: 'an owner committed while the next one read offsets and then the state: it took the difference for damage and ended',
  1345: 'the same, several commits apart',
  1489: 'the answer to SyncGroup was lost: kafkajs kept its former partitions, and nobody had the new ones; see consumer-repairs.ts',
  2821: 'an owner committed while its successor waited for the lock, and the marker was left out: the successor took an outdated decision for its own',
  3525: 'the coordinator moved between the beginning and the end of ending a leftover: it was aborted',
  98114: 'an end of the commit before was taken for that of a transaction whose decision nobody knew any more',
  6291: 'a forgotten member failed to join again: kafkajs went on without a name, heartbeats or partitions',
};
