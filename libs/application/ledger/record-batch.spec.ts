import fc from 'fast-check';
import { encodeCostEvent, type CostEvent } from '#libs/contract';
import type { InputRecord } from '../stages/stage.js';
import { readFacts } from './facts.js';
import { recordBatch, type LedgerBatch } from './record-batch.js';
import { LedgerDataError, LedgerUnavailableError, type LedgerStore, type LedgerWrite } from './store.js';

/** A store in memory that refuses some sources, as a database refuses some content, and may be away. */
class MemoryStore implements LedgerStore {
  readonly sources: string[] = [];
  readonly aside: string[] = [];
  readonly writes: LedgerWrite[] = [];
  position = 0n;
  awayAfter = Infinity;

  constructor(private readonly refused: ReadonlySet<string>) {}

  offsets(): Promise<[]> {
    return Promise.resolve([]);
  }

  write(write: LedgerWrite): Promise<void> {
    if (this.writes.length >= this.awayAfter) return Promise.reject(new LedgerUnavailableError('away'));
    const sources = write.facts.costEvents.map(({ event }) => event.sourceId);
    if (sources.some((source) => this.refused.has(source))) return Promise.reject(new LedgerDataError('refused'));
    expect(write.start).toBe(this.position);
    this.position = write.next;
    this.sources.push(...sources);
    this.aside.push(...write.facts.rejected.map(({ offset, reason }) => `${offset} ${reason}`));
    this.writes.push(write);
    return Promise.resolve();
  }
}

const event = (sourceId: string): CostEvent => ({
  costEventId: sourceId,
  source: 'interaction',
  sourceId,
  revision: 0,
  occurredAt: '2026-03-02T10:00:00.000Z',
  amount: '1.00',
  currency: 'CNY',
  breakdown: {},
  lines: [],
});

const record = (offset: number, value: string | null, headers: InputRecord['headers'] = {}): InputRecord => {
  return {
    partition: 3,
    offset: String(offset),
    key: null,
    value: value === null ? null : Buffer.from(value),
    headers,
  };
};

/** Records of these sources with gaps between their offsets, as compaction and transactions leave them. */
function batchOf(sources: readonly string[]): LedgerBatch {
  const records = sources.map((source, index) => record(2 * index + 1, encodeCostEvent(event(source)).value));
  return {
    clusterId: 'c',
    topic: 'costEvents',
    partition: 3,
    records,
    start: 0n,
    next: BigInt(2 * sources.length + 5),
  };
}

describe('recordBatch', () => {
  it('stores a good batch in one write', async () => {
    const store = new MemoryStore(new Set());
    expect(await recordBatch(store, batchOf(['a', 'b']))).toEqual({ stored: 2, rejected: 0 });
    expect(store.writes).toHaveLength(1);
    expect(store.position).toBe(9n);
  });

  it('puts aside exactly what the database refuses, and moves on to the end of the batch', async () => {
    const name = fc.integer({ min: 0, max: 30 }).map(String);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name), fc.array(name), async (sources, bad) => {
        const refused = new Set(bad);
        const store = new MemoryStore(refused);
        const batch = batchOf(sources);
        const report = await recordBatch(store, batch);
        expect(store.sources).toEqual(sources.filter((source) => !refused.has(source)));
        const offsets = sources.flatMap((source, index) => (refused.has(source) ? [2 * index + 1] : []));
        expect(store.aside).toEqual(offsets.map((offset) => `${offset} refused-by-database`));
        expect(report).toEqual({ stored: store.sources.length, rejected: offsets.length });
        expect(store.position).toBe(batch.next);
      }),
    );
  });

  it('rejects when the store is away, also in the middle', async () => {
    const store = new MemoryStore(new Set(['c']));
    store.awayAfter = 1;
    await expect(recordBatch(store, batchOf(['a', 'b', 'c', 'd']))).rejects.toBeInstanceOf(LedgerUnavailableError);
    expect(store.sources).toEqual(['a', 'b']);
    expect(store.position).toBe(5n);
  });
});

describe('readFacts', () => {
  it('tells payloads, late ones and what is none apart', () => {
    const good = encodeCostEvent(event('a')).value;
    const records = [
      record(1, good),
      record(2, good, { late: Buffer.from('true') }),
      record(3, good, { late: ['true'] }),
      record(4, good, { late: 'false' }),
      record(5, '{'),
      record(6, '{"amount":1}'),
      record(7, null),
    ];
    const facts = readFacts('costEvents', records);
    expect(facts.costEvents.map(({ late }) => late)).toEqual([false, true, true, false]);
    expect(facts.rejected).toEqual([
      { offset: '5', reason: 'not-json', value: Buffer.from('{') },
      { offset: '6', reason: 'schema', value: Buffer.from('{"amount":1}') },
    ]);
    expect([facts.windows, facts.signals]).toEqual([[], []]);
  });

  it('takes a payload for what its topic says', () => {
    const facts = readFacts('costWindows', [record(1, encodeCostEvent(event('a')).value)]);
    expect(facts.rejected.map(({ reason }) => reason)).toEqual(['schema']);
  });
});
