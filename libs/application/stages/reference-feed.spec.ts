import { referenceEntry, referenceEntryToWire, referenceKey, type ReferenceEntry } from '../reference/index.js';
import { ReferenceFeed, type ReferenceRecord } from './reference-feed.js';

const labour = (amountMicros: bigint, version = 1) =>
  referenceEntry(
    'rate-card',
    { rateId: 'labour', for: 'default', kind: 'hourly', amountMicros, currency: 'CNY' },
    version,
  );

const recordOf = (entry: ReferenceEntry): ReferenceRecord => ({
  key: Buffer.from(referenceKey(entry)),
  value: Buffer.from(referenceEntryToWire(entry)),
});

function feedOf(): { feed: ReferenceFeed; faults: [key: string, problem: string][]; rate: () => bigint | undefined } {
  const faults: [string, string][] = [];
  const feed = new ReferenceFeed((key, problem) => faults.push([key, problem]));
  const rate = () => feed.current().rateBook.find([{ for: 'default' }], 'hourly', 0)?.amountMicros;
  return { feed, faults, rate };
}

describe('ReferenceFeed', () => {
  it('begins with the built-in rules and no prices', () => {
    const { feed, rate } = feedOf();
    expect(feed.size).toBe(0);
    expect(rate()).toBeUndefined();
    expect(feed.current().reference.rules.map(({ ruleId }) => ruleId)).toContain('budget-threshold');
  });

  it('gives the newest of each entry, and its look-ups with it', () => {
    const { feed, rate } = feedOf();
    feed.take([recordOf(labour(120_000_000n)), recordOf(labour(150_000_000n, 2))]);
    expect([feed.size, rate()]).toEqual([1, 150_000_000n]);
  });

  it('replaces what it gives whole, so that a view in use does not change', () => {
    const { feed } = feedOf();
    feed.take([recordOf(labour(120_000_000n))]);
    const before = feed.current();
    feed.take([recordOf(labour(150_000_000n, 2))]);
    expect(feed.current()).not.toBe(before);
    expect(before.reference.rateCards[0]?.amountMicros).toBe(120_000_000n);
    expect(feed.current()).toBe(feed.current());
  });

  it('forgets what is deleted', () => {
    const { feed, rate } = feedOf();
    const record = recordOf(labour(120_000_000n));
    feed.take([record]);
    feed.take([{ key: record.key, value: null }]);
    expect([feed.size, rate()]).toEqual([0, undefined]);
  });

  it('leaves out what it cannot read, says so, and keeps the rest', () => {
    const { feed, faults, rate } = feedOf();
    const bad = (key: string | null, value: string): ReferenceRecord => ({
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from(value),
    });
    feed.take([
      bad('moon/phase', '{}'),
      bad('rate-card/x', '{'),
      bad('rate-card/y', '{"amount":"1.0000001"}'),
      bad(null, '{}'),
      recordOf(labour(120_000_000n)),
    ]);
    expect(faults.map(([key]) => key)).toEqual(['moon/phase', 'rate-card/x', 'rate-card/y', '']);
    expect(faults.every(([, problem]) => problem.length > 0)).toBe(true);
    expect([feed.size, rate()]).toEqual([1, 120_000_000n]);
  });
});
