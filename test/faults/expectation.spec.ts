import { Expectation, halfEven, micros } from './expectation.js';

const AT = Date.UTC(2026, 10, 10, 1);

function contact(changes: object = {}): Buffer {
  const base = { interactionId: 'c', channel: 'voice', handledBy: 'agent', agentId: 'agent-3', updatedAt: 5 };
  return Buffer.from(JSON.stringify({ ...base, startedAt: AT - 60_000, endedAt: AT, talkSeconds: 30, ...changes }));
}

function taken(...values: (Buffer | null)[]): Expectation {
  const expectation = new Expectation();
  for (const [offset, value] of values.entries())
    expectation.take({ topic: 'callcenter.interactions', partition: 0, offset: String(offset), value });
  return expectation;
}

describe('the recount of the oracle', () => {
  it('rounds half to even, below zero too', () => {
    expect([5n, 15n, -5n, -15n, 7n].map((value) => halfEven(value, 10n))).toEqual([0n, 2n, 0n, -2n, 1n]);
    expect([micros('-1.5'), micros('0.000001'), micros('12')]).toEqual([-1_500_000n, 1n, 12_000_000n]);
  });

  it('costs by the figures of the reference data, worked out by hand', () => {
    // 30 s at 160.05 an hour are 1.33375, a minute of telephone 0.06.
    expect([...taken(contact()).costEvents]).toEqual([['interaction:c:0', 1_393_750n]]);
  });

  it('tells copies apart, and takes back what a better one replaces', () => {
    const found = taken(
      contact(),
      contact(),
      contact({ talkSeconds: 60, updatedAt: 6 }),
      contact({ talkSeconds: 90, updatedAt: 4 }),
      contact({ talkSeconds: 90, updatedAt: 6 }),
      Buffer.from('{'),
    );
    expect(found.fates).toEqual({ in: 6, taken: 2, duplicate: 1, stale: 1, rejected: 2 });
    expect([...found.rejected]).toEqual([
      ['callcenter.interactions/0/4', 'conflict'],
      ['callcenter.interactions/0/5', 'not-json'],
    ]);
    expect(found.months.get('all:all')).toEqual({ micros: 2_727_500n, interactions: 1, complaints: 0 });
  });

  it('gives a month only its part of a bill', () => {
    const monthStart = Date.UTC(2026, 9, 31, 16);
    const line = { lineId: 'l', amount: '10', periodStart: monthStart - 1_000, periodEnd: monthStart + 3_000 };
    const found = taken(Buffer.from(JSON.stringify(line)));
    expect(found.costEvents.get('billing:l:0')).toBe(10_000_000n);
    expect(found.months.get('all:all')?.micros).toBe(7_500_000n);
  });
});
