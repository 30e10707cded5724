/** Delays in milliseconds, to be asked for their quantiles. */
export class Latencies {
  private readonly delays: number[] = [];

  add(ms: number): void {
    this.delays.push(ms);
  }

  get count(): number {
    return this.delays.length;
  }

  /** The delay that this share of all is not above; undefined where there is none. */
  quantile(share: number): number | undefined {
    const sorted = this.delays.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  }
}

/** When an input partition had its events, by event time, both epoch milliseconds; events are added in order. */
class PartitionTimes {
  private readonly eventMs: number[] = [];
  private readonly sentMs: number[] = [];

  add(eventMs: number, sentMs: number): void {
    this.eventMs.push(eventMs);
    this.sentMs.push(sentMs);
  }

  /** When the first event of this time or later was sent; undefined: there was none. */
  firstSentFrom(tMs: number): number | undefined {
    let low = 0;
    let high = this.eventMs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.eventMs[middle]! < tMs) low = middle + 1;
      else high = middle;
    }
    return this.sentMs[low];
  }
}

/**
 * When something became due: the watermark is the minimum over the partitions, so a window (or a judgement) of the time t
 * is due with the last of the partitions' first events that are `disorderMs` behind t.
 */
export class DueTimes {
  private readonly partitions: readonly PartitionTimes[];

  constructor(
    partitions: number,
    private readonly disorderMs: number,
  ) {
    this.partitions = Array.from({ length: partitions }, () => new PartitionTimes());
  }

  sent(partition: number, eventMs: number, sentMs: number): void {
    this.partitions[partition]?.add(eventMs, sentMs);
  }

  /** When the event that made t due was sent, epoch milliseconds; undefined: not due yet. */
  dueMs(tMs: number): number | undefined {
    let due = Number.NEGATIVE_INFINITY;
    for (const partition of this.partitions) {
      const sentMs = partition.firstSentFrom(tMs + this.disorderMs);
      if (sentMs === undefined) return undefined;
      due = Math.max(due, sentMs);
    }
    return due;
  }
}
