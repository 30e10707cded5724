import type { Kafka } from 'kafkajs';
import Broker from 'kafkajs/src/broker/index.js';

/**
 * How long fetches wait. A consumer that lets the broker gather records (`minBytes`, `maxWaitTime`) has one transaction for
 * all that came meanwhile, which is cheap under load; but what comes alone would wait for nothing, and so would what came
 * while the last records were at work. So the wait counts from the moment that brought records last: a fetch that is sent
 * after it is over takes the first record at once. Load is gathered, idle traffic is not kept waiting; and nothing is while
 * somebody is in a hurry.
 */
export class FetchPace {
  private recordsAtMs = -Infinity;

  /** What a fetch sent now is to wait for. */
  wait(wanted: FetchWait, nowMs: number, inHurry = false): FetchWait {
    if (inHurry) return { ...wanted, minBytes: 1 };
    const restMs = Math.min(this.recordsAtMs + wanted.maxWaitTime - nowMs, wanted.maxWaitTime);
    return restMs > 0 ? { ...wanted, maxWaitTime: restMs } : { ...wanted, minBytes: 1 };
  }

  /** A fetch has brought records. */
  brought(nowMs: number): void {
    this.recordsAtMs = nowMs;
  }
}

/** Of a fetch, as kafkajs asks for it. */
export interface FetchWait {
  readonly minBytes: number;
  /** Milliseconds. */
  readonly maxWaitTime: number;
}

interface FetchResponse {
  readonly responses: readonly { readonly partitions: readonly { readonly messages: readonly unknown[] }[] }[];
}

/** Who may be in a hurry, by the logger of a client, which all of its parts hold. */
const hurries = new WeakMap<object, () => boolean>();

/** The consumer of this client asks before each fetch whether it is to take the first record that comes. */
export function hurryWhen(kafka: Kafka, inHurry: () => boolean): void {
  hurries.set(kafka.logger(), inHurry);
}

let installed = false;

/** Gives every consumer of this process that pace, with each broker its own. Safe to call again. */
export function paceFetches(): void {
  if (installed) return;
  installed = true;
  const paces = new WeakMap<Broker, FetchPace>();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const { fetch } = Broker.prototype;
  Broker.prototype.fetch = async function (request) {
    const pace = paces.get(this) ?? new FetchPace();
    paces.set(this, pace);
    const { minBytes, maxWaitTime } = pace.wait(request, Date.now(), hurries.get(this.rootLogger)?.());
    const response = (await fetch.call(this, { ...request, minBytes, maxWaitTime })) as FetchResponse;
    const hasRecords = response.responses.some(({ partitions }) =>
      partitions.some(({ messages }) => messages.length > 0),
    );
    if (hasRecords) pace.brought(Date.now());
    return response;
  };
}
