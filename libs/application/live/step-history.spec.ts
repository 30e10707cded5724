import fc from 'fast-check';

import { StepHistory } from './step-history.js';

const MINUTE_MS = 60_000;

describe('StepHistory', () => {
  it('carries the last value forward, as windows are emitted only when they change', () => {
    const history = new StepHistory(MINUTE_MS, 60 * MINUTE_MS);
    history.accept(50_000, 0, '1.00');
    history.accept(60_000, 0, '2.00');
    history.accept(4 * MINUTE_MS + 10_000, 0, '5.00');
    expect(history.amounts(0, 5 * MINUTE_MS)).toEqual([null, '2.00', '2.00', '2.00', '2.00', '5.00']);
    expect(history.holding(49_999)).toBeNull();
    expect(history.newestEndMs).toBe(4 * MINUTE_MS + 10_000);
  });

  it('lets the highest revision of an end count, whatever the order', () => {
    const history = new StepHistory(MINUTE_MS, 60 * MINUTE_MS);
    history.accept(MINUTE_MS, 2, 'corrected');
    history.accept(MINUTE_MS, 1, 'stale');
    expect(history.amounts(MINUTE_MS, MINUTE_MS)).toEqual(['corrected']);
  });

  it('equals a look-up over all windows, within what it keeps, however they are ordered', () => {
    const windows = fc.uniqueArray(fc.nat(100), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(windows, fc.boolean(), (ends, sorted) => {
        const keepMs = 5 * MINUTE_MS;
        const history = new StepHistory(MINUTE_MS, keepMs);
        const order = sorted ? [...ends].sort((a, b) => a - b) : ends;
        for (const end of order) history.accept(end * 10_000, 0, String(end));
        const newestMs = Math.max(...ends) * 10_000;
        const toMs = Math.floor(newestMs / MINUTE_MS) * MINUTE_MS;
        const fromMs = Math.max(0, Math.ceil((newestMs - keepMs) / MINUTE_MS) * MINUTE_MS);
        const expected: (string | null)[] = [];
        for (let atMs = fromMs; atMs <= toMs; atMs += MINUTE_MS) {
          const until = ends.filter((end) => end * 10_000 <= atMs);
          expected.push(until.length === 0 ? null : String(Math.max(...until)));
        }
        expect(history.amounts(fromMs, toMs)).toEqual(expected);
      }),
    );
  });
});
