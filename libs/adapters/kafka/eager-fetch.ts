import type { Kafka } from 'kafkajs';
import Broker from 'kafkajs/src/broker/index.js';
import type { AnsweredTopic, AskedTopic, FetchTurns } from './fetch-turns.js';

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

/** A fetch, as kafkajs asks for it. */
export interface FetchRequest extends FetchWait {
  readonly topics: readonly AskedTopic[];
}

interface FetchResponse {
  readonly responses: readonly AnsweredTopic[];
}

/** Has a say in what the consumer of a client fetches. */
export interface FetchSteering {
  /** Asked before each fetch: whether it is to take the first record that comes. */
  inHurry(): boolean;
  /** Whose turn it is, for one broker. */
  turns(): FetchTurns;
}

/** By the logger of a client, which all of its parts hold. */
const steerings = new WeakMap<object, FetchSteering>();

/** The consumer of this client asks it before each fetch. */
export function steerFetches(kafka: Kafka, steering: FetchSteering): void {
  steerings.set(kafka.logger(), steering);
}

/** What is kept of each broker that is fetched from. */
interface FetchPlace {
  readonly pace: FetchPace;
  readonly steering: FetchSteering | undefined;
  readonly turns: FetchTurns | undefined;
}

let installed = false;

/** Gives every consumer of this process that pace, with each broker its own, and has it steered. Safe to call again. */
export function paceFetches(): void {
  if (installed) return;
  installed = true;
  const places = new WeakMap<Broker, FetchPlace>();
  const placeOf = (broker: Broker): FetchPlace => {
    const known = places.get(broker);
    if (known) return known;
    const steering = steerings.get(broker.rootLogger);
    const place = { pace: new FetchPace(), steering, turns: steering?.turns() };
    places.set(broker, place);
    return place;
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const { fetch } = Broker.prototype;
  Broker.prototype.fetch = async function (request) {
    const { pace, steering, turns } = placeOf(this);
    const { minBytes, maxWaitTime } = pace.wait(request, Date.now(), steering?.inHurry());
    const topics = turns?.ask(request.topics) ?? request.topics;
    const response = (await fetch.call(this, { ...request, topics, minBytes, maxWaitTime })) as FetchResponse;
    turns?.answered(topics, response.responses);
    const hasRecords = response.responses.some(({ partitions }) =>
      partitions.some(({ messages }) => messages.length > 0),
    );
    if (hasRecords) pace.brought(Date.now());
    return response;
  };
}
