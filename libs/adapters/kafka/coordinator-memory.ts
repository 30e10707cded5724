import Broker from 'kafkajs/src/broker/index.js';
import Cluster from 'kafkajs/src/cluster/index.js';
import { isConcurrent } from './errors.js';

/**
 * kafkajs 2.2.4 asks four times in each transaction who its coordinators are: before offsets, partitions and the end it asks
 * for the transaction's, before the offsets are committed for the group's. Those are four of nine round trips. Here a broker
 * that has just acted as the coordinator is asked again without asking who it is, for as long as it is connected and nothing
 * that it was asked as such fails. Then kafkajs finds out anew, as before.
 */
export class CoordinatorMemory<B extends object> {
  private readonly proven = new WeakMap<B, Set<string>>();

  /** Sends with `send` to a broker in its role; remembers or forgets it by what comes back. */
  async tried<T>(broker: B, role: string, send: () => Promise<T>): Promise<T> {
    try {
      const answer = await send();
      const roles = this.proven.get(broker);
      if (roles) roles.add(role);
      else this.proven.set(broker, new Set([role]));
      return answer;
    } catch (error) {
      // The transaction before is still being ended: the right coordinator says so, and it is asked again.
      if (!isConcurrent(error)) this.proven.get(broker)?.delete(role);
      throw error;
    }
  }

  /** The one of these brokers that has proven to have this role. */
  find(brokers: Iterable<B>, role: string): B | undefined {
    for (const broker of brokers) if (this.proven.get(broker)?.has(role)) return broker;
    return undefined;
  }
}

/** kafkajs's numbers of the kinds of coordinators. */
const GROUP = 0;
const TRANSACTION = 1;

function roleOf(kind: number, id: string): string {
  return `${String(kind)}/${id}`;
}

let installed = false;

/** Gives every transactional producer of this process that memory, each of its own brokers. Safe to call again. */
export function rememberCoordinators(): void {
  if (installed) return;
  installed = true;
  const memory = new CoordinatorMemory<Broker>();
  /* eslint-disable @typescript-eslint/unbound-method -- called with their own `this` below */
  const { initProducerId, addOffsetsToTxn, addPartitionsToTxn, endTxn, txnOffsetCommit } = Broker.prototype;
  const { findGroupCoordinator } = Cluster.prototype;
  /* eslint-enable @typescript-eslint/unbound-method */
  type Send<T> = (request: { readonly transactionalId?: string | undefined }) => Promise<T>;
  const asTransactions = <T>(send: Send<T>): Send<T> =>
    function (this: Broker, request) {
      const { transactionalId } = request;
      if (!transactionalId) return send.call(this, request);
      return memory.tried(this, roleOf(TRANSACTION, transactionalId), () => send.call(this, request));
    };
  Broker.prototype.initProducerId = asTransactions(initProducerId);
  Broker.prototype.addOffsetsToTxn = asTransactions(addOffsetsToTxn);
  Broker.prototype.addPartitionsToTxn = asTransactions(addPartitionsToTxn);
  Broker.prototype.endTxn = asTransactions(endTxn);
  Broker.prototype.txnOffsetCommit = function (request) {
    return memory.tried(this, roleOf(GROUP, request.groupId), () => txnOffsetCommit.call(this, request));
  };
  Cluster.prototype.findGroupCoordinator = async function (wanted) {
    const role = roleOf(wanted.coordinatorType ?? GROUP, wanted.groupId);
    const known = memory.find(Object.values(this.brokerPool.brokers), role);
    return known?.isConnected() ? known : findGroupCoordinator.call(this, wanted);
  };
}
