import type { DecisionMessage, DecisionOutbox } from './outbox.js';
import { runOutboxRelay } from './outbox-relay.js';

const messages = (count: number): DecisionMessage[] =>
  Array.from({ length: count }, (_, index) => ({ topic: 'reference', key: `agent/${index}`, value: '{}' }));

/** Runs the relay against these outcomes, one a look; it ends after the last. Answers with the waits in between. */
async function waits(outcomes: readonly ('fails' | number)[]): Promise<number[]> {
  const stop = new AbortController();
  const pauses: number[] = [];
  const left = [...outcomes];
  const outbox: DecisionOutbox = {
    relay: async (limit, publish) => {
      const outcome = left.shift()!;
      if (left.length === 0) stop.abort();
      if (outcome === 'fails') throw new Error('no connection');
      const handed = messages(Math.min(outcome, limit));
      await publish(handed);
      return handed.length;
    },
  };
  await runOutboxRelay({
    outbox,
    publisher: { publish: () => Promise.resolve() },
    pause: (durationMs) => Promise.resolve(void pauses.push(durationMs)),
    signal: stop.signal,
    onFault: (error, retryInMs) => expect([String(error), retryInMs]).toEqual(['Error: no connection', retryInMs]),
  });
  return pauses;
}

describe('the relay of decisions', () => {
  it('looks twice a second', async () => {
    expect(await waits([0, 3, 0])).toEqual([500, 500, 500]);
  });

  it('goes on at once while there is more than a batch', async () => {
    expect(await waits([501, 501, 1])).toEqual([500]);
  });

  it('waits longer after each failure, half a minute at most, and recovers', async () => {
    const failures = Array.from({ length: 8 }, () => 'fails' as const);
    expect(await waits([...failures, 0, 'fails', 0])).toEqual([
      ...[500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000],
      ...[500, 500, 500],
    ]);
  });

  it('tells of failures and of what it published', async () => {
    const stop = new AbortController();
    const told: unknown[] = [];
    let look = 0;
    await runOutboxRelay({
      outbox: {
        relay: async (_, publish) => {
          look += 1;
          await publish(messages(2));
          stop.abort();
          return 2;
        },
      },
      publisher: { publish: () => (look === 1 ? Promise.reject(new Error('no broker')) : Promise.resolve()) },
      pause: () => Promise.resolve(),
      signal: stop.signal,
      onFault: (error, retryInMs) => told.push([String(error), retryInMs]),
      onPublished: (count) => told.push(count),
    });
    expect(told).toEqual([['Error: no broker', 500], 2]);
  });
});
