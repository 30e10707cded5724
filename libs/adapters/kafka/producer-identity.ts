import type { Kafka } from 'kafkajs';
import Broker from 'kafkajs/src/broker/index.js';

/** What the coordinator gave a producer with its transactional id; with a higher epoch somebody else has the id. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** An answer of the coordinator as kafkajs decodes it. */
export interface GrantedIdentity {
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** By the logger of a client, which is the one thing that all of its parts hold and others do not. */
const granted = new WeakMap<object, ProducerIdentity>();

/**
 * The identity that the only transactional producer of this client was given last. kafkajs keeps it to itself; without
 * it nobody could act for a producer and still be fenced like it.
 */
export function identityOf(kafka: Kafka): ProducerIdentity | undefined {
  return granted.get(kafka.logger());
}

let installed = false;

/** Notes what is granted to every producer of this process; see above. Safe to call again. */
export function noteIdentities(): void {
  if (installed) return;
  installed = true;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const initProducerId = Broker.prototype.initProducerId;
  Broker.prototype.initProducerId = async function (request) {
    const answer = await initProducerId.call(this, request);
    granted.set(this.rootLogger, { producerId: BigInt(answer.producerId), producerEpoch: answer.producerEpoch });
    return answer;
  };
}
