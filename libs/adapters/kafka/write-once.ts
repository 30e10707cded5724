import Broker from 'kafkajs/src/broker/index.js';
import { AcknowledgementError } from './errors.js';
import { PackedBatch } from './packed-topic.js';

/**
 * kafkajs 2.2.4 may write records of one send twice, within a transaction and under new sequence numbers, so that the
 * broker cannot tell: it asks all leaders at once, and when one of them fails it begins again without waiting for the
 * others; what those write meanwhile counts as not yet sent. The second acknowledgement takes the place of the first,
 * so nobody sees it afterwards either. Here records that a transactional request has sent, and not seen fail, are
 * refused in another one: the send fails before it doubles anything, and its transaction is dropped.
 */

/** A produce request, as far as it matters here. */
export interface ProduceRequest {
  readonly transactionalId?: string | undefined;
  readonly topicData: readonly { readonly partitions: readonly PartitionRecords[] }[];
}

interface PartitionRecords {
  readonly messages: readonly object[] | PackedBatch;
}

/** Remembers what was sent; records are told apart by the object that stands for them. */
export class WriteOnce {
  private readonly sent = new WeakSet<object>();

  /** Sends with `send`, or throws if some of it is under way or written already. */
  async guard<T>(request: ProduceRequest, send: () => Promise<T>): Promise<T> {
    if (request.transactionalId === undefined) return send();
    const firsts = request.topicData.flatMap(({ partitions }) => partitions.flatMap(identityOf));
    if (firsts.some((each) => this.sent.has(each))) throw sentTwice();
    for (const each of firsts) this.sent.add(each);
    try {
      return await send();
    } catch (error) {
      // kafkajs takes the sequence numbers back and sends the same again: a broker that has it recognises it by them.
      for (const each of firsts) this.sent.delete(each);
      throw error;
    }
  }
}

/** kafkajs always sends the records of a partition together, so that the first stands for all of them. */
function identityOf({ messages }: PartitionRecords): object[] {
  return messages instanceof PackedBatch ? [messages.batch] : messages.slice(0, 1);
}

/** Not retriable for kafkajs, which would only try again; for the task it passes like any missing acknowledgement. */
function sentTwice(): Error {
  const cause = new AcknowledgementError('Records of a transaction were about to be sent twice');
  return Object.assign(new Error(cause.message, { cause }), { retriable: false });
}

let installed = false;

/** Guards every producer of this process; see above. Safe to call again. */
export function repairProduce(): void {
  if (installed) return;
  installed = true;
  const once = new WriteOnce();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const produce = Broker.prototype.produce;
  Broker.prototype.produce = function (request) {
    return once.guard(request, () => produce.call(this, request));
  };
}
