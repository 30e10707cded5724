import type { Task } from '../engine/scheduler.js';
import type { Place } from './placement.js';
import { CODE, failure, type Answer, type DescribedTransaction, type Requests } from './protocol.js';
import type { Surroundings } from './surroundings.js';

type State = 'empty' | 'ongoing' | 'prepare-commit' | 'prepare-abort' | 'complete-commit' | 'complete-abort';

/** What the coordinator keeps of a transactional id; survives brokers, as it stands in a replicated log. */
export interface Transaction {
  readonly transactionalId: string;
  readonly producerId: number;
  epoch: number;
  state: State;
  timeoutMs: number;
  /** Names of the partitions written to. */
  readonly partitions: Set<string>;
  /** Groups with offsets in the transaction. */
  readonly groups: Set<string>;
  readonly unmarked: Set<string>;
  timer: Task | undefined;
}

interface Identity {
  readonly transactionalId: string;
  readonly producerId: string | number;
  readonly producerEpoch: number;
}

/** Kafka's transaction coordinator, with the rules for what kafkajs sends (old versions of the requests). */
export class TransactionCoordinator {
  private readonly transactions = new Map<string, Transaction>();
  private readonly byProducer = new Map<number, Transaction>();
  private nextProducerId = 1_000;

  constructor(private readonly cluster: Surroundings) {}

  /** InitProducerId: raises the epoch, and first settles what is open. */
  init({ transactionalId, transactionTimeout }: Requests['initProducerId']): Answer {
    if (transactionalId === undefined) return { data: { producerId: String(this.nextProducerId++), producerEpoch: 0 } };
    const found = this.transactions.get(transactionalId);
    if (!found) return granted(this.create(transactionalId, transactionTimeout));
    switch (found.state) {
      case 'prepare-commit':
      case 'prepare-abort':
        return failure(CODE.concurrentTransactions);
      case 'ongoing':
        found.epoch += 1;
        this.end(found, false);
        return failure(CODE.concurrentTransactions);
      case 'empty':
      case 'complete-commit':
      case 'complete-abort':
        found.epoch += 1;
        found.state = 'empty';
        found.timeoutMs = transactionTimeout;
        return granted(found);
    }
  }

  /** AddPartitionsToTxn. */
  addPartitions({ topics, ...identity }: Requests['addPartitionsToTxn']): Answer {
    return this.add(identity, (transaction) => {
      for (const { topic, partitions } of topics) {
        for (const partition of partitions) transaction.partitions.add(`${topic}/${partition}`);
      }
    });
  }

  /** AddOffsetsToTxn. */
  addOffsets({ groupId, ...identity }: Requests['addOffsetsToTxn']): Answer {
    return this.add(identity, (transaction) => transaction.groups.add(groupId));
  }

  /** EndTxn: decides at once, and answers before the partitions have their markers. */
  endTxn({ transactionResult, ...identity }: Requests['endTxn']): Answer {
    const transaction = this.find(identity);
    if (typeof transaction === 'number') return failure(transaction);
    switch (transaction.state) {
      case 'ongoing':
        this.end(transaction, transactionResult);
        return { data: {} };
      case 'prepare-commit':
      case 'prepare-abort':
        return failure(CODE.concurrentTransactions);
      case 'complete-commit':
        return transactionResult ? { data: {} } : failure(CODE.invalidTxnState);
      case 'complete-abort':
        return transactionResult ? failure(CODE.invalidTxnState) : { data: {} };
      case 'empty':
        return failure(CODE.invalidTxnState);
    }
  }

  /** DescribeTransactions, with Kafka's names of the states. */
  describe(transactionalId: string): DescribedTransaction {
    const found = this.transactions.get(transactionalId);
    if (!found) return { code: CODE.transactionalIdNotFound, transactionalId, state: '', producerId: -1, epoch: 0 };
    const state = found.state.replace(/(^|-)[a-z]/g, (start) => start.slice(-1).toUpperCase());
    return { code: CODE.none, transactionalId, state, producerId: found.producerId, epoch: found.epoch };
  }

  /** Whether a leader may let this producer begin to write there (KIP-890); an error code. */
  verify(producerId: number, epoch: number, name: string): number {
    const transaction = this.byProducer.get(producerId);
    if (!transaction) return CODE.invalidProducerIdMapping;
    if (transaction.epoch !== epoch) return CODE.invalidProducerEpoch;
    const added = transaction.partitions.has(name) || transaction.groups.has(name);
    return transaction.state === 'ongoing' && added ? CODE.none : CODE.invalidTxnState;
  }

  /** A broker has taken over a part of the coordinator: it writes the markers of decided transactions, all of them. */
  loaded(place: Place): void {
    for (const transaction of this.transactions.values()) {
      if (this.cluster.transactionPlace(transaction.transactionalId) !== place) continue;
      if (transaction.state === 'prepare-commit' || transaction.state === 'prepare-abort') this.mark(transaction);
    }
  }

  /** Nothing is open or on its way. */
  get isQuiet(): boolean {
    return [...this.transactions.values()].every(({ state }) => state === 'empty' || state.startsWith('complete'));
  }

  private create(transactionalId: string, timeoutMs: number): Transaction {
    const transaction: Transaction = {
      transactionalId,
      producerId: this.nextProducerId++,
      epoch: 0,
      state: 'empty',
      timeoutMs,
      partitions: new Set(),
      groups: new Set(),
      unmarked: new Set(),
      timer: undefined,
    };
    this.transactions.set(transactionalId, transaction);
    this.byProducer.set(transaction.producerId, transaction);
    return transaction;
  }

  /** The transaction, or the code of the error. */
  private find({ transactionalId, producerId, producerEpoch }: Identity): Transaction | number {
    const transaction = this.transactions.get(transactionalId);
    if (!transaction || transaction.producerId !== Number(producerId)) return CODE.invalidProducerIdMapping;
    return transaction.epoch === producerEpoch ? transaction : CODE.invalidProducerEpoch;
  }

  private add(identity: Identity, change: (transaction: Transaction) => void): Answer {
    const transaction = this.find(identity);
    if (typeof transaction === 'number') return failure(transaction);
    if (transaction.state.startsWith('prepare')) return failure(CODE.concurrentTransactions);
    if (transaction.state !== 'ongoing') {
      transaction.state = 'ongoing';
      transaction.partitions.clear();
      transaction.groups.clear();
      transaction.timer = this.cluster.scheduler.after(transaction.timeoutMs, null, () => this.timeOut(transaction));
    }
    change(transaction);
    return { data: {} };
  }

  private timeOut(transaction: Transaction): void {
    if (transaction.state !== 'ongoing') return;
    this.cluster.note(() => `transaction of ${transaction.transactionalId} timed out`);
    transaction.epoch += 1;
    this.end(transaction, false);
  }

  private end(transaction: Transaction, commit: boolean): void {
    if (transaction.timer) transaction.timer.cancelled = true;
    if (commit) this.cluster.observer.committing(transaction);
    else this.cluster.observer.aborting(transaction);
    transaction.state = commit ? 'prepare-commit' : 'prepare-abort';
    this.mark(transaction);
  }

  private mark(transaction: Transaction): void {
    transaction.unmarked.clear();
    for (const name of [...transaction.partitions, ...transaction.groups]) transaction.unmarked.add(name);
    const { scheduler } = this.cluster;
    const { epoch, state } = transaction;
    const current = (): boolean => transaction.epoch === epoch && transaction.state === state;
    const write = (name: string): void => {
      if (!current() || !transaction.unmarked.has(name)) return;
      if (this.cluster.takesForDeleted(transaction.transactionalId, name)) {
        this.cluster.note(() => `marker of ${transaction.transactionalId} left out in ${name}`);
        transaction.unmarked.delete(name);
        if (transaction.unmarked.size === 0) complete();
        return;
      }
      if (!this.cluster.canMark(transaction.transactionalId, name)) {
        scheduler.after(scheduler.random.between(20, 120), null, () => write(name));
        return;
      }
      this.cluster.mark(name, transaction, state === 'prepare-commit' ? 'commit' : 'abort');
      transaction.unmarked.delete(name);
      if (transaction.unmarked.size === 0) scheduler.after(scheduler.random.between(0, 2), null, () => complete());
    };
    const complete = (): void => {
      if (current()) transaction.state = state === 'prepare-commit' ? 'complete-commit' : 'complete-abort';
    };
    for (const name of transaction.unmarked) scheduler.after(this.cluster.markerDelayMs(), null, () => write(name));
  }
}

function granted({ producerId, epoch }: Transaction): Answer {
  return { data: { producerId: String(producerId), producerEpoch: epoch } };
}
