import type { Kafka } from 'kafkajs';
import { LogClient } from './log-client.js';

/** What to look at and whom to tell. */
export interface LagProbeOptions {
  readonly everyMs: number;
  /** Partitions to look at, by topic name. */
  wanted(): ReadonlyMap<string, readonly number[]>;
  found(topic: string, partition: number, end: bigint): void;
}

/**
 * Asks for the ends of partitions now and then. A consumer sees an end only with records, so it would report no lag
 * while everything is stuck behind an open transaction.
 */
export class LagProbe {
  private timer: NodeJS.Timeout | undefined;
  private asking = false;

  private constructor(
    private readonly log: LogClient,
    private readonly options: LagProbeOptions,
  ) {}

  /** Connects a client of its own. */
  static async connect(kafka: Kafka, options: LagProbeOptions): Promise<LagProbe> {
    return new LagProbe(await LogClient.connect(kafka), options);
  }

  /** Looks every `everyMs`. */
  start(): void {
    this.timer = setInterval(() => void this.look(), this.options.everyMs);
    this.timer.unref();
  }

  /** Looks no more. */
  stop(): void {
    clearInterval(this.timer);
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    await this.log.close().catch(() => undefined);
  }

  private async look(): Promise<void> {
    const wanted = this.options.wanted();
    if (this.asking || wanted.size === 0) return;
    this.asking = true;
    try {
      for (const { topic, partition, end } of await this.log.ends(wanted)) this.options.found(topic, partition, end);
    } catch {
      // A broker is away: the ends that are known stay as they are until the next look.
    } finally {
      this.asking = false;
    }
  }
}
