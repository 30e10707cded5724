import fc from 'fast-check';
import { scopeKey } from '#libs/contract';
import { DEFAULT_WINDOWING, emptyMeasures, SCOPES, WindowSet, type Measures, type ScopeRef } from '#libs/domain';
import { zonedCalendar } from '#libs/adapters/calendar';
import { recordsOf } from '../bytes/read-block.js';
import { BASE } from '../centre.fixture.js';
import { OpenValues } from './open-values.js';
import { WindowHeads } from './window-text.js';

const ref: fc.Arbitrary<ScopeRef> = fc.record({
  scope: fc.constantFrom(...SCOPES),
  id: fc.oneof(
    fc.constantFrom('a:1', '%', '"', 'ü', '\\', '\u2028', 'long-'.repeat(2_000)),
    fc.string({ minLength: 1, maxLength: 20 }),
  ),
});
const booking = fc.record({
  ref,
  backMs: fc.nat({ max: 2 * 3_600_000 }),
  labour: fc.oneof(
    fc.bigInt({ min: -(10n ** 10n), max: 10n ** 10n }),
    fc.bigInt({ min: 0n, max: 10n ** 15n }),
    // More digits than the contract has room for.
    fc.constant(10n ** 17n),
  ),
  csatMicros: fc.nat(5_000_000),
});

describe('open values', () => {
  it('are written as JSON.stringify writes the same windows, those without room for an amount left out', () => {
    fc.assert(
      fc.property(
        fc.array(booking, { maxLength: 6 }),
        fc.option(fc.nat({ max: 3_600_000 }), { nil: undefined }),
        (bookings, behindMs) => {
          const set = new WindowSet(DEFAULT_WINDOWING, zonedCalendar('Europe/Berlin'));
          const open = new OpenValues(set, new WindowHeads(() => 0), 3);
          const paneOf = (tMs: number) => Math.floor(tMs / 10_000) * 10_000;
          for (const { ref, backMs, labour, csatMicros } of bookings) {
            const delta: Measures = { ...emptyMeasures(), labour, csatMicros, interactions: 1 };
            open.changed(set.book(ref, paneOf(BASE - backMs), delta));
          }
          if (behindMs !== undefined) set.advance(BASE - behindMs);
          const watermarkMs = behindMs === undefined ? undefined : BASE - behindMs;
          const at = { asOfMs: BASE, watermarkMs, currency: 'CNY' };
          const written = open.send(at, BASE).flatMap((block) => recordsOf(block));
          expect(written.every(({ topic, partition }) => topic === 'live' && partition === 3)).toBe(true);
          const expected = Array.from(open.records(at), (record) => [
            scopeKey(record.scope, record.id),
            JSON.stringify(record),
          ]);
          expect(written.map(({ key, value }) => [String(key), String(value)]).sort()).toEqual(expected.sort());
          expect(open.send(at, BASE + 10_000)).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are sent of some agents at a time while history is caught up with, and of every one in the end', () => {
    const set = new WindowSet(DEFAULT_WINDOWING, zonedCalendar('Europe/Berlin'));
    const open = new OpenValues(set, new WindowHeads(() => 0), 0);
    const at = { asOfMs: BASE, watermarkMs: BASE, currency: 'CNY' };
    const change = (id: string) => open.changed(set.book({ scope: 'agent', id }, BASE, emptyMeasures()));
    const ids = Array.from({ length: 1_200 }, (_, number) => `a-${String(number)}`);
    const nowMs = BASE + 3_600_000;
    const sent = (laterMs: number) =>
      open.send(at, nowMs + laterMs).flatMap((block) => recordsOf(block).map(({ key }) => String(key)));
    ids.forEach(change);
    const first = sent(0);
    // What changes meanwhile waits for the next round.
    ids.slice(0, 10).forEach(change);
    const rest = [...sent(1), ...sent(2)];
    expect([...first, ...rest]).toEqual(ids.map((id) => scopeKey('agent', id)));
    expect(first.length).toBeLessThan(ids.length / 2);
    expect(sent(3)).toEqual([]);
    expect(sent(5_000)).toEqual(ids.slice(0, 10).map((id) => scopeKey('agent', id)));
  });

  it('are nothing before anything was heard', () => {
    const set = new WindowSet(DEFAULT_WINDOWING, zonedCalendar('Europe/Berlin'));
    const open = new OpenValues(set, new WindowHeads(() => 0), 0);
    open.changed(set.scope({ scope: 'all', id: 'all' }));
    expect(open.send(undefined, BASE)).toEqual([]);
    expect([...open.records(undefined)]).toEqual([]);
  });
});
