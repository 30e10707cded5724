import Broker from 'kafkajs/src/broker/index.js';
import { RecordSet } from './record-set.js';

/**
 * kafkajs 2.2.4 lets records of aborted transactions through under read_committed (consumer/filterAbortedMessages.js):
 * it takes the aborted transactions of a fetch in the order of the broker's answer, which is the order in which they
 * were *aborted*, as if that were the order in which they began, and takes up at most one of them per record. Where
 * several transactional producers write to one partition, as the cost tasks do to the panes, a crash of one process
 * would count its unfinished work. So each fetched partition is gone through here first, by Kafka's own rule, and what
 * was aborted is marked as a control record: kafkajs hides those from handlers and still moves its position past them.
 */

const ABORT_MARKER = 0;

/** What is read of a record that kafkajs has decoded. */
export interface DecodedRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  isControlRecord?: boolean;
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean };
}

/** A transaction that ended in an abort and overlaps the fetched range. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** Marks the records of aborted transactions as control records. `messages` are in the order of their offsets. */
export function markAborted(messages: Iterable<DecodedRecord>, aborted: readonly AbortedTransaction[]): void {
  const begun = aborted
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : a.firstOffset > b.firstOffset ? 1 : 0));
  const open = new Set<string>();
  let next = 0;
  for (const message of messages) {
    const offset = BigInt(message.offset);
    for (let transaction = begun[next]; transaction && transaction.firstOffset <= offset; transaction = begun[++next]) {
      open.add(transaction.producerId);
    }
    const context = message.batchContext;
    if (!context?.inTransaction) continue;
    if (message.isControlRecord) {
      if (message.key?.readInt16BE(2) === ABORT_MARKER) open.delete(context.producerId);
    } else if (open.has(context.producerId)) {
      message.isControlRecord = true;
    }
  }
}

interface FetchedPartition {
  readonly messages: readonly DecodedRecord[] | RecordSet;
  abortedTransactions?: readonly AbortedTransaction[] | null;
}

interface FetchResponse {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
}

let installed = false;

/** Repairs every consumer of this process; see above. Safe to call again. */
export function repairReadCommitted(): void {
  if (installed) return;
  installed = true;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const fetch = Broker.prototype.fetch;
  Broker.prototype.fetch = async function (request) {
    const response = (await fetch.call(this, request)) as FetchResponse;
    for (const { partitions } of response.responses) {
      for (const partition of partitions) {
        if (!partition.abortedTransactions?.length) continue;
        const { messages } = partition;
        markAborted(messages instanceof RecordSet ? messages.heads() : messages, partition.abortedTransactions);
        partition.abortedTransactions = [];
      }
    }
    return response;
  };
}
