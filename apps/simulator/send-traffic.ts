import type { SimulatedRecord, Traffic } from '#libs/application';
import type { InputTopicKey } from '#libs/contract';

/** Most event time that goes out before the next acknowledgement, so that no topic runs far ahead of another. */
const CHUNK_MS = 5 * 60_000;

/** A record as a publisher takes it. */
export interface OutgoingRecord {
  readonly key: string;
  readonly value: Buffer | string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is needed of a publisher. */
export interface TrafficSender {
  send(topic: InputTopicKey, records: readonly OutgoingRecord[]): Promise<void>;
}

/** Records sent, by topic. */
export type SentCounts = ReadonlyMap<InputTopicKey, number>;

/** Cause before effect: feedback after the contacts that it is about. */
const ORDER: readonly InputTopicKey[] = ['revenue', 'billingLines', 'agentStates', 'interactions', 'feedback'];

/**
 * Sends what the traffic has up to `untilMs`, a few minutes of event time at most; resolves when all of it is
 * acknowledged. After a failure the records are still in hand and the caller sends them again.
 */
export class TrafficPump {
  #inHand: { readonly untilMs: number; readonly records: readonly SimulatedRecord[] } | undefined;

  constructor(
    private readonly traffic: Traffic,
    /** Sent before anything else, such as the month's bills. */
    private opening: readonly SimulatedRecord[] = [],
  ) {}

  /** Sends one chunk; returns up to where everything is acknowledged and how much was sent. */
  async sendUntil(
    untilMs: number,
    sender: TrafficSender,
  ): Promise<{ readonly sentMs: number; readonly counts: SentCounts }> {
    const chunk = (this.#inHand ??= this.#nextChunk(untilMs));
    const counts = new Map<InputTopicKey, number>();
    for (const topic of ORDER) {
      const records = chunk.records.filter((record) => record.topic === topic);
      if (records.length === 0) continue;
      await sender.send(topic, records.map(outgoing));
      counts.set(topic, records.length);
    }
    this.#inHand = undefined;
    return { sentMs: chunk.untilMs, counts };
  }

  #nextChunk(untilMs: number): { untilMs: number; records: readonly SimulatedRecord[] } {
    const end = Math.max(this.traffic.takenMs, Math.min(untilMs, this.traffic.takenMs + CHUNK_MS));
    const records = [...this.opening, ...this.traffic.take(end)];
    this.opening = [];
    return { untilMs: end, records };
  }
}

function outgoing({ key, value, headers }: SimulatedRecord): OutgoingRecord {
  return { key, headers, value: value instanceof Uint8Array ? Buffer.from(value) : value };
}
