import type { SimCluster } from '../kafka/cluster.js';
import type { Plan } from '../plan.js';

const KEYS = 4;

/** Writes the input of a simulation at random times, and says when it is done. */
export function writeInput(cluster: SimCluster, plan: Plan, topics: readonly string[], done: () => void): void {
  const { scheduler } = cluster;
  const { random } = scheduler;
  let left = 0;
  let sequence = 0;
  for (let written = 0; written < plan.records;) {
    const log = cluster.log(random.pick(topics), random.whole(0, plan.partitions - 1));
    const messages = Array.from({ length: random.whole(1, 4) }, () => {
      return { key: `k${random.whole(1, KEYS)}`, value: String(written++) };
    });
    // A producer for each transaction, outside of the coordinator: nothing here depends on who wrote the input.
    const producer = { producerId: sequence++, epoch: 0 };
    const end = (control: 'commit' | 'abort') => (): void => {
      log.mark(producer, control, scheduler.nowMs);
      if (--left === 0) done();
    };
    left += 1;
    scheduler.after(random.between(0, plan.writtenUntilMs), null, () => {
      if (plan.transactionalInput) {
        log.appendTransactional(producer, 0, messages, scheduler.nowMs);
        scheduler.after(random.between(1, 900), null, end(random.chance(0.3) ? 'abort' : 'commit'));
      } else {
        log.append(messages, scheduler.nowMs);
        if (--left === 0) done();
      }
    });
  }
}
