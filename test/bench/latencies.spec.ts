import { DueTimes, Latencies } from './latencies.js';

describe('Latencies', () => {
  it('gives the delay that a share of all is not above', () => {
    const latencies = new Latencies();
    for (let ms = 100; ms >= 1; ms -= 1) latencies.add(ms);
    expect([latencies.quantile(0.5), latencies.quantile(0.99), latencies.quantile(1)]).toEqual([51, 100, 100]);
    expect(new Latencies().quantile(0.5)).toBeUndefined();
  });
});

describe('DueTimes', () => {
  it('is due when the last of the partitions has an event so far behind', () => {
    const due = new DueTimes(2, 10);
    due.sent(0, 100, 1_000);
    due.sent(0, 111, 1_011);
    expect(due.dueMs(100)).toBeUndefined();
    due.sent(1, 109, 1_020);
    due.sent(1, 110, 1_030);
    due.sent(1, 130, 1_040);
    expect(due.dueMs(100)).toBe(1_030);
    expect(due.dueMs(99)).toBe(1_020);
  });
});
