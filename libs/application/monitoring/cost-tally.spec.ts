import fc from 'fast-check';
import { CostTally } from './cost-tally.js';

const NOTHING = { labour: 0n, system: 0n, marketing: 0n, outsourcing: 0n, training: 0n };

describe('CostTally', () => {
  it('adds up cost by channel, dimension and currency', () => {
    const tally = new CostTally();
    tally.addCost('voice', 'CNY', { ...NOTHING, labour: 16_000_000n, system: 300_000n });
    tally.addCost('voice', 'CNY', { ...NOTHING, labour: 1n });
    tally.addCost(undefined, 'CNY', { ...NOTHING, system: 500_000_000n });
    expect(tally.drain().increments).toEqual([
      {
        metric: 'spendline_cost_total',
        labels: { channel: 'voice', dimension: 'labour', currency: 'CNY' },
        value: 16.000001,
      },
      {
        metric: 'spendline_cost_total',
        labels: { channel: 'voice', dimension: 'system', currency: 'CNY' },
        value: 0.3,
      },
      { metric: 'spendline_cost_total', labels: { channel: 'none', dimension: 'system', currency: 'CNY' }, value: 500 },
    ]);
    expect(tally.drain()).toEqual({ increments: [], observations: [] });
  });

  it('counts contacts and observes the handle time of people', () => {
    const tally = new CostTally();
    tally.addInteraction({ channel: 'voice', handledBy: 'agent', outcome: 'resolved', handleSeconds: 480 });
    tally.addInteraction({ channel: 'voice', handledBy: 'agent', outcome: 'resolved', handleSeconds: 60.5 });
    tally.addInteraction({ channel: 'chat', handledBy: 'bot', outcome: 'escalated' });
    expect(tally.drain()).toEqual({
      increments: [
        {
          metric: 'spendline_interactions_total',
          labels: { channel: 'voice', handled_by: 'agent', outcome: 'resolved' },
          value: 2,
        },
        {
          metric: 'spendline_interactions_total',
          labels: { channel: 'chat', handled_by: 'bot', outcome: 'escalated' },
          value: 1,
        },
      ],
      observations: [{ metric: 'spendline_handle_seconds', labels: { channel: 'voice' }, values: [480, 60.5] }],
    });
    expect(tally.drain()).toEqual({ increments: [], observations: [] });
  });

  it('lets a correction downwards wait for the cost that makes up for it', () => {
    const tally = new CostTally();
    tally.addCost('voice', 'CNY', { ...NOTHING, labour: -3_000_000n });
    expect(tally.drain().increments).toEqual([]);
    tally.addCost('voice', 'CNY', { ...NOTHING, labour: 2_000_000n });
    expect(tally.drain().increments).toEqual([]);
    tally.addCost('voice', 'CNY', { ...NOTHING, labour: 5_000_000n });
    expect(tally.drain().increments.map(({ value }) => value)).toEqual([4]);
  });

  it('counts channels beyond the limit as other', () => {
    const tally = new CostTally({ maxChannels: 1 });
    for (const channel of ['voice', 'junk-1', 'junk-2', 'voice']) {
      tally.addInteraction({ channel, handledBy: 'agent', outcome: 'resolved' });
    }
    tally.addCost('junk-3', 'CNY', { ...NOTHING, labour: 1_000_000n });
    expect(tally.drain().increments.map(({ labels, value }) => [labels['channel'], value])).toEqual([
      ['other', 1],
      ['voice', 2],
      ['other', 2],
    ]);
  });

  it('never falls, and is exact whenever the true sum is at its highest', () => {
    const differences = fc.array(fc.bigInt({ min: -1000n, max: 1000n }), { maxLength: 50 });
    fc.assert(
      fc.property(differences, (differencesMicros) => {
        const tally = new CostTally();
        let trueMicros = 0n;
        let highestMicros = 0n;
        let counterMicros = 0n;
        for (const differenceMicros of differencesMicros) {
          tally.addCost('voice', 'CNY', { ...NOTHING, labour: differenceMicros });
          trueMicros += differenceMicros;
          if (trueMicros > highestMicros) highestMicros = trueMicros;
          for (const { value } of tally.drain().increments) counterMicros += BigInt(Math.round(value * 1e6));
          expect(counterMicros).toBe(highestMicros);
        }
      }),
    );
  });
});
