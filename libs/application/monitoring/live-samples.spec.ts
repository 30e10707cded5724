import fc from 'fast-check';
import { formatMicros } from '#libs/domain';
import { liveSamples, type LiveWindows } from './live-samples.js';
import type { MetricSample } from './sample.js';
import type { OpenWindow } from './window-totals.js';

function openWindow(fields: Partial<OpenWindow> = {}): OpenWindow {
  return {
    currency: 'CNY',
    breakdown: {},
    interactions: 0,
    handledByAgents: 0,
    automated: 0,
    resolved: 0,
    ...fields,
  };
}

function agent(id: string, month: string): LiveWindows {
  return {
    scope: 'agent',
    id,
    windows: {
      month: openWindow({ breakdown: { labour: month }, interactions: 1, handledByAgents: 1 }),
    },
  };
}

const ALL: LiveWindows = {
  scope: 'all',
  id: 'all',
  windows: {
    '5m': openWindow(),
    '1h': openWindow({
      breakdown: { labour: '650.00', system: '350.000001' },
      interactions: 30,
      handledByAgents: 20,
      automated: 9,
      resolved: 24,
      complaints: 3,
    }),
  },
};

const idsOf = (samples: readonly MetricSample[]) => [...new Set(samples.map(({ labels }) => labels['id']))];

describe('liveSamples', () => {
  it('shows the cost of each window by dimension, and 0 where another window of the key has the dimension', () => {
    const labels = { scope: 'all', id: 'all', currency: 'CNY' };
    expect(liveSamples([ALL]).spendline_window_cost).toEqual([
      { labels: { ...labels, window: '5m', dimension: 'labour' }, value: 0 },
      { labels: { ...labels, window: '5m', dimension: 'system' }, value: 0 },
      { labels: { ...labels, window: '1h', dimension: 'labour' }, value: 650 },
      { labels: { ...labels, window: '1h', dimension: 'system' }, value: 350.000001 },
    ]);
  });

  it('shows the number of interactions', () => {
    expect(liveSamples([ALL]).spendline_window_interactions).toEqual([
      { labels: { scope: 'all', id: 'all', window: '5m' }, value: 0 },
      { labels: { scope: 'all', id: 'all', window: '1h' }, value: 30 },
    ]);
  });

  it('shows unit costs rounded half-even to micros, and none where there is no unit', () => {
    const labels = { scope: 'all', id: 'all', window: '1h', currency: 'CNY' };
    expect(liveSamples([ALL]).spendline_unit_cost).toEqual([
      { labels: { ...labels, per: 'interaction' }, value: 33.333333 },
      { labels: { ...labels, per: 'resolution' }, value: 41.666667 },
      { labels: { ...labels, per: 'handled' }, value: 50 },
    ]);
  });

  it('shows the automation ratio of the whole centre only, and complaint ratios of every scope', () => {
    const voice: LiveWindows = {
      scope: 'channel',
      id: 'voice',
      windows: { '1h': openWindow({ interactions: 8, automated: 2, complaints: 2 }), month: openWindow() },
    };
    const samples = liveSamples([ALL, voice]);
    expect(samples.spendline_automation_ratio).toEqual([{ labels: { window: '1h' }, value: 0.3 }]);
    expect(samples.spendline_complaint_ratio).toEqual([
      { labels: { scope: 'all', id: 'all', window: '1h' }, value: 0.1 },
      { labels: { scope: 'channel', id: 'voice', window: '1h' }, value: 0.25 },
    ]);
  });

  it('gives no series of anything when nothing is open', () => {
    expect(liveSamples([])).toEqual({
      spendline_window_cost: [],
      spendline_window_interactions: [],
      spendline_unit_cost: [],
      spendline_automation_ratio: [],
      spendline_complaint_ratio: [],
      spendline_agents_beyond_limit: [{ labels: {}, value: 0 }],
    });
  });

  it('refuses an amount that is not a decimal', () => {
    const broken = { scope: 'all', id: 'all', windows: { '1h': openWindow({ breakdown: { labour: '1e3' } }) } };
    expect(() => liveSamples([broken])).toThrow(RangeError);
  });

  describe('with more agents than the limit', () => {
    const agents = [agent('a', '1.00'), agent('b', '30.00'), agent('c', '20.00'), agent('d', '2.50')];

    it('keeps the dearest by month to date and adds up the rest', () => {
      const samples = liveSamples([...agents, ALL], { maxAgents: 2 });
      expect(idsOf(samples.spendline_window_interactions)).toEqual(['b', 'c', 'all', 'other']);
      const labels = { scope: 'agent', id: 'other', window: 'month' };
      expect(samples.spendline_window_interactions).toContainEqual({ labels, value: 2 });
      expect(samples.spendline_window_cost).toContainEqual({
        labels: { ...labels, dimension: 'labour', currency: 'CNY' },
        value: 3.5,
      });
      expect(samples.spendline_unit_cost).toContainEqual({
        labels: { ...labels, per: 'handled', currency: 'CNY' },
        value: 1.75,
      });
      expect(samples.spendline_agents_beyond_limit).toEqual([{ labels: {}, value: 2 }]);
    });

    it('breaks ties by id, so that the same agents stay', () => {
      const equal = ['d', 'b', 'c', 'a'].map((id) => agent(id, '5.00'));
      expect(idsOf(liveSamples(equal, { maxAgents: 2 }).spendline_window_interactions)).toEqual(['b', 'a', 'other']);
    });

    it('adds an agent who is called "other" to the rest instead of showing one series twice', () => {
      const samples = liveSamples([agent('other', '99.00'), agent('a', '1.00'), agent('b', '2.00')], { maxAgents: 1 });
      expect(samples.spendline_window_cost.map(({ labels, value }) => [labels['id'], value])).toEqual([
        ['b', 2],
        ['other', 100],
      ]);
    });
  });

  it('neither loses nor adds a micro by limiting agents', () => {
    const amounts = fc.array(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), { maxLength: 30 });
    fc.assert(
      fc.property(amounts, fc.nat(35), (amountsMicros, maxAgents) => {
        const agents = amountsMicros.map((micros, index) => agent(`agent-${String(index)}`, formatMicros(micros)));
        const samples = liveSamples(agents, { maxAgents });
        const shownMicros = samples.spendline_window_cost.map(({ value }) => BigInt(Math.round(value * 1e6)));
        const sum = (values: bigint[]) => values.reduce((total, value) => total + value, 0n);
        expect(sum(shownMicros)).toBe(sum(amountsMicros));
        expect(samples.spendline_window_interactions.length).toBe(Math.min(amountsMicros.length, maxAgents + 1));
        expect(samples.spendline_agents_beyond_limit[0]?.value).toBe(Math.max(0, amountsMicros.length - maxAgents));
      }),
    );
  });
});
