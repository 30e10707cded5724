import { DIMENSIONS, readRow, ROW, ROW_FIELDS } from '#libs/domain';
import type { CostTally } from '../../../monitoring/index.js';
import type { Name } from './names.js';

const MONEY_FIELDS = DIMENSIONS.map((dimension) => ROW[dimension]);

/** What contacts of one channel add up to between two commits. */
class ChannelTally {
  readonly sums = new Float64Array(ROW_FIELDS);
  /** By handler and outcome, see {@link QuickTally.add}. */
  readonly counts = new Map<Name, Map<Name, number>>();
  readonly handleSeconds: number[] = [];
}

/** Counts contacts for the metrics, between two commits, without a text or an object for each. */
export class QuickTally {
  private readonly channels = new Map<Name, ChannelTally>();

  /** `row`: the contact's measures. */
  add(channel: Name, handledBy: Name, outcome: Name, row: Float64Array): void {
    let tally = this.channels.get(channel);
    if (!tally) this.channels.set(channel, (tally = new ChannelTally()));
    for (const field of MONEY_FIELDS) tally.sums[field] = (tally.sums[field] as number) + (row[field] as number);
    let outcomes = tally.counts.get(handledBy);
    if (!outcomes) tally.counts.set(handledBy, (outcomes = new Map<Name, number>()));
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (handledBy.text !== 'bot') tally.handleSeconds.push((row[ROW.handleMicroseconds] as number) / 1e6);
  }

  /** Hands everything since the last call to the tally that counts all facts. */
  drainInto(tally: CostTally, currency: string): void {
    for (const [channel, { sums, counts, handleSeconds }] of this.channels) {
      tally.addCost(channel.text, currency, readRow(sums, 0));
      for (const [handledBy, outcomes] of counts)
        for (const [outcome, count] of outcomes)
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
    this.channels.clear();
  }
}
