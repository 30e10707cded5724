import { DIMENSIONS, readRow, ROW, ROW_FIELDS } from '#libs/domain';
import type { CostTally } from '../../../monitoring/index.js';
import { ByName } from './by-name.js';
import type { Name } from './names.js';

const MONEY_FIELDS = DIMENSIONS.map((dimension) => ROW[dimension]);

/** Contacts of one handler and outcome. */
interface ContactCount {
  readonly handledBy: Name;
  readonly outcome: Name;
  count: number;
}

/** What contacts of one channel add up to between two commits. */
class ChannelTally {
  readonly sums = new Float64Array(ROW_FIELDS);
  /** A few, as handlers and outcomes are: gone through one by one. */
  readonly counts: ContactCount[] = [];
  readonly handleSeconds: number[] = [];

  constructor(readonly channel: Name) {}

  count(handledBy: Name, outcome: Name): void {
    for (const each of this.counts)
      if (each.outcome === outcome && each.handledBy === handledBy) {
        each.count += 1;
        return;
      }
    this.counts.push({ handledBy, outcome, count: 1 });
  }
}

/** Counts contacts for the metrics, between two commits, without a text or an object for each. */
export class QuickTally {
  private readonly byChannel = new ByName<ChannelTally>();
  private channels: ChannelTally[] = [];

  /** `row`: the contact's measures. */
  add(channel: Name, handledBy: Name, outcome: Name, row: Float64Array): void {
    const tally = this.byChannel.get(channel) ?? this.begin(channel);
    const { sums } = tally;
    for (const field of MONEY_FIELDS) sums[field] = (sums[field] as number) + (row[field] as number);
    tally.count(handledBy, outcome);
    if (handledBy.text !== 'bot') tally.handleSeconds.push((row[ROW.handleMicroseconds] as number) / 1e6);
  }

  private begin(channel: Name): ChannelTally {
    const tally = this.byChannel.set(channel, new ChannelTally(channel));
    this.channels.push(tally);
    return tally;
  }

  /** Hands everything since the last call to the tally that counts all facts. */
  drainInto(tally: CostTally, currency: string): void {
    for (const { channel, sums, counts, handleSeconds } of this.channels) {
      tally.addCost(channel.text, currency, readRow(sums, 0));
      for (const { handledBy, outcome, count } of counts)
        tally.addInteractions(
          {
            channel: channel.text,
            handledBy: handledBy.text as 'agent' | 'bot' | 'vendor',
            outcome: outcome.text as 'resolved',
          },
          count,
        );
      tally.addHandleSeconds(channel.text, handleSeconds);
    }
    this.channels = [];
    this.byChannel.clear();
  }
}
