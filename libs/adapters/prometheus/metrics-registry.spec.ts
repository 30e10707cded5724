import { METRICS } from '#libs/contract';
import { CATALOGUE } from './catalogue.fixture.js';
import { createMetrics, MetricsRegistry, MetricUseError } from './metrics-registry.js';

const bare = () => new MetricsRegistry(CATALOGUE, { processMetrics: false });
const series = async (registry: { expose(): Promise<string> }) =>
  (await registry.expose()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('MetricsRegistry', () => {
  it('starts with unlabelled counters at 0 and no other series but empty histograms', async () => {
    expect(await series(bare())).toEqual([
      'test_late_total 0',
      'test_commit_seconds_bucket{le="0.1"} 0',
      'test_commit_seconds_bucket{le="1"} 0',
      'test_commit_seconds_bucket{le="+Inf"} 0',
      'test_commit_seconds_sum 0',
      'test_commit_seconds_count 0',
    ]);
  });

  it('exposes help and type of each metric', async () => {
    const text = await bare().expose();
    expect(text).toContain('# HELP test_contacts_total Contacts.\n# TYPE test_contacts_total counter');
    expect(text).toContain('# TYPE test_cost gauge');
    expect(text).toContain('# TYPE test_commit_seconds histogram');
  });

  it('adds to counters, sets gauges and observes histograms', async () => {
    const registry = bare();
    registry.inc('test_contacts_total', { channel: 'voice', outcome: 'resolved' });
    registry.inc('test_contacts_total', { channel: 'voice', outcome: 'resolved' }, 2.5);
    registry.increment([{ metric: 'test_late_total', labels: {}, value: 4 }]);
    registry.observeEach([{ metric: 'test_commit_seconds', labels: {}, values: [0.5] }]);
    registry.set('test_cost', { channel: 'voice' }, -1.25);
    registry.observe('test_commit_seconds', {}, 0.5);
    expect(await series(registry)).toEqual(
      expect.arrayContaining([
        'test_contacts_total{channel="voice",outcome="resolved"} 3.5',
        'test_late_total 4',
        'test_cost{channel="voice"} -1.25',
        'test_commit_seconds_bucket{le="0.1"} 0',
        'test_commit_seconds_bucket{le="1"} 2',
        'test_commit_seconds_sum 1',
      ]),
    );
  });

  it('replaces all series of a gauge', async () => {
    const registry = bare();
    registry.set('test_cost', { channel: 'email' }, 1);
    registry.setAll('test_cost', [
      { labels: { channel: 'voice' }, value: 2 },
      { labels: { channel: 'chat' }, value: 3 },
    ]);
    expect((await series(registry)).filter((line) => line.startsWith('test_cost'))).toEqual([
      'test_cost{channel="voice"} 2',
      'test_cost{channel="chat"} 3',
    ]);
    registry.replace({ test_unaccounted: [{ labels: {}, value: 7 }] });
    expect(await series(registry)).toContain('test_unaccounted 7');
    registry.setAll('test_unaccounted', []);
    registry.setAll('test_cost', []);
    expect((await series(registry)).filter((line) => /^test_(cost|unaccounted)/.test(line))).toEqual([]);
  });

  it('leaves a gauge as it was when one of the new samples is wrong', async () => {
    const registry = bare();
    registry.set('test_cost', { channel: 'email' }, 1);
    const samples = [
      { labels: { channel: 'voice' }, value: 2 },
      { labels: { channel: 'chat' }, value: Number.NaN },
    ];
    expect(() => registry.setAll('test_cost', samples)).toThrow('test_cost cannot take the value NaN');
    expect(await series(registry)).toContain('test_cost{channel="email"} 1');
  });

  it('refuses what the catalogue does not have, saying what it has', () => {
    const registry = bare();
    const increment = (metric: string, labels: Record<string, string>, value = 1) =>
      registry.increment([{ metric, labels, value }]);
    expect(() => increment('test_unknown_total', {})).toThrow(MetricUseError);
    expect(() => increment('test_unknown_total', {})).toThrow('test_unknown_total is not in the metric catalogue');
    expect(() => increment('test_cost', { channel: 'voice' })).toThrow('test_cost is a gauge, not a counter');
    expect(() => increment('test_contacts_total', { channel: 'voice' })).toThrow('{channel, outcome}, not {channel}');
    expect(() => increment('test_contacts_total', { channel: 'voice', agent: 'a' })).toThrow('not {channel, agent}');
    expect(() => increment('test_late_total', { channel: 'voice' })).toThrow('{}, not {channel}');
    expect(() => increment('test_late_total', {}, -1)).toThrow('cannot grow by -1');
    expect(() => increment('test_late_total', {}, Number.NaN)).toThrow('cannot grow by NaN');
    expect(() => registry.observe('test_commit_seconds', {}, Number.POSITIVE_INFINITY)).toThrow('Infinity');
    expect(() => registry.replace({ test_late_total: [] })).toThrow('test_late_total is a counter, not a gauge');
    // @ts-expect-error a gauge is no counter, and the compiler knows
    expect(() => registry.inc('test_cost', { channel: 'voice' })).toThrow(MetricUseError);
    // @ts-expect-error a label is missing, and the compiler knows
    expect(() => registry.set('test_cost', {})).toThrow(MetricUseError);
  });

  it('refreshes before each exposition', async () => {
    const registry = bare();
    let looks = 0;
    registry.onExpose(() => registry.set('test_unaccounted', {}, (looks += 1)));
    expect(await series(registry)).toContain('test_unaccounted 1');
    expect(await series(registry)).toContain('test_unaccounted 2');
  });

  it("takes the contract's metrics, each of a name and form that Prometheus allows", async () => {
    const text = await createMetrics({ processMetrics: false }).expose();
    for (const [name, { type, help }] of Object.entries(METRICS)) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}`);
    }
  });

  it('keeps two registries apart, and adds process metrics to each', async () => {
    const one = new MetricsRegistry(CATALOGUE);
    const two = new MetricsRegistry(CATALOGUE);
    one.inc('test_late_total', {});
    expect(await one.expose()).toContain('\ntest_late_total 1\n');
    expect(await two.expose()).toContain('\ntest_late_total 0\n');
    expect(await two.expose()).toContain('process_cpu_seconds_total');
  });
});
