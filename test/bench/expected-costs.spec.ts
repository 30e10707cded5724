import { CostEventCheck, WindowCheck } from './exactness.js';
import { ExpectedCosts, expectedMicros, microsOf } from './expected-costs.js';
import { BENCH_BASE_MS, endedAtOf, factsOf, ID_PREFIX, type BenchShape } from './interactions.js';

const shape: BenchShape = { events: 300, agents: 7, spanMs: 1_800_000, baseMs: BENCH_BASE_MS };
const expected = new ExpectedCosts(shape);

function decimal(micros: bigint): string {
  const text = String(micros).padStart(7, '0');
  return `${text.slice(0, -6)}.${text.slice(-6)}`;
}

function costEvent(index: number, amount = decimal(expectedMicros(factsOf(index, shape.agents)))): Buffer {
  const sourceId = ID_PREFIX + index.toString(16).padStart(8, '0');
  return Buffer.from(JSON.stringify({ sourceId, amount }));
}

function window(name: string, endMs: number, more = 0n): Buffer {
  const [scope, id] = name.split(':');
  const startMs = endMs - 300_000;
  const { interactions, amountMicros } = expected.sum(name, startMs, endMs);
  const [start, end] = [startMs, endMs].map((tMs) => new Date(tMs).toISOString());
  const amount = decimal(amountMicros + more);
  return Buffer.from(JSON.stringify({ scope, id, window: '5m', start, end, amount, interactions }));
}

describe('ExpectedCosts', () => {
  it('costs a contact as the contract has it: handling rounded half to even, and the line by the minute', () => {
    const facts = { agentId: 'a', channel: 'chat', team: 't', talkSeconds: 60, holdSeconds: 0 };
    // 80 s at 120 an hour are 2.666666 and two thirds.
    expect(expectedMicros(facts)).toBe(2_666_667n);
    // And 80 s on the line at 0.06 a minute.
    expect(expectedMicros({ ...facts, channel: 'voice' })).toBe(2_666_667n + 80_000n);
  });

  it('sums up what ends from the start on and before the end', () => {
    const first = expectedMicros(factsOf(0, shape.agents));
    const second = expectedMicros(factsOf(1, shape.agents));
    const endOfSecond = endedAtOf(1, shape);
    expect(expected.sum('all:all', BENCH_BASE_MS, endOfSecond)).toEqual({ interactions: 1, amountMicros: first });
    expect(expected.sum('all:all', BENCH_BASE_MS + 1, endOfSecond + 1)).toEqual({
      interactions: 1,
      amountMicros: second,
    });
    expect(expected.sum('agent:nobody', 0, Infinity)).toEqual({ interactions: 0, amountMicros: 0n });
  });

  it('reads decimal texts with fewer digits', () => {
    expect([microsOf('12'), microsOf('0.5'), microsOf('3.000001')]).toEqual([12_000_000n, 500_000n, 3_000_001n]);
  });
});

describe('CostEventCheck', () => {
  const run = (change: (events: Buffer[]) => void): string[] => {
    const check = new CostEventCheck(shape.events);
    const events = Array.from({ length: shape.events }, (_, index) => costEvent(index));
    change(events);
    for (const each of events) check.take(each);
    return check.faults(expected.totalMicros);
  };

  it('finds nothing where each came once, in whatever order', () => {
    expect(run((events) => events.reverse())).toEqual([]);
  });

  it.each<[string, (events: Buffer[]) => void, RegExp]>([
    ['a missing one', (events) => events.pop(), /1 interactions without a cost event/],
    ['one that came twice', (events) => events.push(costEvent(3)), /1 cost events twice/],
    ['one of nothing', (events) => events.push(costEvent(shape.events)), /1 cost events of nothing/],
    ['a micro too much', (events) => (events[0] = costEvent(0, '1.000001')), /sum up to/],
  ])('finds %s', (_, change, fault) => {
    expect(run(change).join()).toMatch(fault);
  });
});

describe('WindowCheck', () => {
  const ends = Array.from({ length: 180 }, (_, step) => BENCH_BASE_MS + (step + 1) * 10_000);
  const wide = [...expected.names].filter((name) => !name.startsWith('agent:'));

  /** Without the windows of an hour and a day, which are then missing. */
  const run = (each: (name: string, endMs: number) => Buffer | undefined): string[] => {
    const check = new WindowCheck(expected);
    for (const endMs of ends)
      for (const name of wide) {
        const value = each(name, endMs);
        if (value) check.take(value);
      }
    return check.faults().filter((fault) => !/ (1h|24h) up to/.test(fault));
  };

  it('finds nothing where every window came and holds what it should', () => {
    expect(run((name, endMs) => window(name, endMs))).toEqual([]);
  });

  it('finds a window that holds a micro too much', () => {
    const faults = run((name, endMs) => window(name, endMs, name === 'all:all' && endMs === ends[7] ? 1n : 0n));
    expect(faults).toEqual([expect.stringContaining('all:all 5m up to 2026-11-02T00:01:20.000Z')]);
  });

  it('finds a window that did not come although its content changed', () => {
    const faults = run((name, endMs) => (name === 'all:all' && endMs === ends[9] ? undefined : window(name, endMs)));
    expect(faults).toEqual(['all:all 5m up to 2026-11-02T00:01:40.000Z is missing']);
  });

  it('finds that windows ended long before the events', () => {
    expect(run((name, endMs) => (endMs > ends[90]! ? undefined : window(name, endMs))).join()).toMatch(/long before/);
  });
});
