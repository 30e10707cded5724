import fc from 'fast-check';
import { emptyMeasures, type Measures } from '../facts/index.js';
import { divideHalfEven } from '../money/index.js';
import { fixedOffsetCalendar } from '../time/index.js';
import { ScopeWindows } from './scope-windows.js';
import { SpendHistory } from './spend-history.js';
import { floorTo, paneLayout, type PaneLayout } from './window-spec.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const RETENTION = 10 * HOUR;
const BASE = Date.UTC(2026, 10, 23);
const LAYOUT: PaneLayout = paneLayout(
  {
    rolling: [
      { name: '1m', sizeMs: MINUTE, stepMs: 10 * SECOND },
      { name: '1h', sizeMs: HOUR, stepMs: 5 * MINUTE },
    ],
    monthStepMs: MINUTE,
    graceMs: 2 * MINUTE,
    correctionMs: 10 * MINUTE,
  },
  RETENTION,
);
const EXACT = LAYOUT.fineRetentionMs - LAYOUT.coarseMs;

interface Spend {
  readonly tMs: number;
  readonly amountMicros: bigint;
}

const newWindows = () => new ScopeWindows({ scope: 'all', id: 'all' }, LAYOUT, fixedOffsetCalendar(0));
const newHistory = () => new SpendHistory(RETENTION, MINUTE, LAYOUT);
const paneOf = (tMs: number) => floorTo(tMs, LAYOUT.fineMs);
const book = (windows: ScopeWindows, { tMs, amountMicros }: Spend) =>
  windows.addPane(paneOf(tMs), deltaOf(amountMicros));
const sum = (spends: readonly Spend[], fromMs: number, toMs: number) =>
  spends.reduce((total, { tMs, amountMicros }) => (tMs >= fromMs && tMs < toMs ? total + amountMicros : total), 0n);

/** A stretch as the history promises it: exact where it is short, else its first coarse pane counted by its share. */
function promised(spends: readonly Spend[], fromMs: number, toMs: number): bigint {
  const paneMs = floorTo(fromMs, LAYOUT.coarseMs);
  if (toMs - fromMs <= EXACT || paneMs === fromMs) return sum(spends, fromMs, toMs);
  const pane = sum(spends, paneMs, paneMs + LAYOUT.coarseMs);
  return sum(spends, paneMs, toMs) - divideHalfEven(pane * BigInt(fromMs - paneMs), BigInt(LAYOUT.coarseMs));
}

const STRETCHES = [MINUTE, 5 * MINUTE, EXACT, EXACT + MINUTE, HOUR, 3 * HOUR + 7 * MINUTE, 9 * HOUR];

const minutes = fc.array(
  fc.record({
    /** Minutes without anything before this one; long ones are passed over without a mark. */
    pause: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat({ max: 3 }), fc.nat({ max: 200 })),
    spends: fc.array(
      fc.record({
        /** Behind the last mark: late data and corrections. */
        backMs: fc.oneof(fc.nat({ max: MINUTE - 1 }), fc.nat({ max: 10 * MINUTE })),
        amountMicros: fc.bigInt({ min: -500n, max: 10_000n }),
      }),
      { maxLength: 4 },
    ),
  }),
  { minLength: 1, maxLength: 60 },
);

function deltaOf(amountMicros: bigint): Measures {
  return { ...emptyMeasures(), labour: amountMicros };
}

describe('SpendHistory', () => {
  it('equals a sum over everything spent, also where it came late, and again after it was rebuilt from the panes', () => {
    fc.assert(
      fc.property(minutes, (steps) => {
        const windows = newWindows();
        const history = newHistory();
        const spends: Spend[] = [];
        let nowMs = BASE;
        history.mark(windows, nowMs);
        for (const { pause, spends: booked } of steps) {
          nowMs += MINUTE * (pause + 1);
          for (const { backMs, amountMicros } of booked) {
            const spend = { tMs: Math.max(BASE, nowMs - 1 - backMs), amountMicros };
            spends.push(spend);
            book(windows, spend);
            history.correct(paneOf(spend.tMs), deltaOf(amountMicros));
          }
          history.mark(windows, nowMs);
          windows.fine.pruneBefore(floorTo(nowMs, LAYOUT.coarseMs) - LAYOUT.fineRetentionMs);
        }
        const rebuilt = newHistory();
        rebuilt.mark(windows, nowMs);
        for (const stretchMs of STRETCHES) {
          const expected = promised(spends, nowMs - stretchMs, nowMs);
          expect([stretchMs, history.between(nowMs - stretchMs, nowMs, windows)]).toEqual([stretchMs, expected]);
          expect([stretchMs, rebuilt.between(nowMs - stretchMs, nowMs, windows)]).toEqual([stretchMs, expected]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('knows of what was there before its first mark', () => {
    const windows = newWindows();
    book(windows, { tMs: BASE + 10 * SECOND, amountMicros: 7n });
    book(windows, { tMs: BASE + 70 * SECOND, amountMicros: 5n });
    const history = newHistory();
    history.mark(windows, BASE + 2 * MINUTE);
    expect(history.between(BASE, BASE + 2 * MINUTE, windows)).toBe(12n);
    expect(history.between(BASE + MINUTE, BASE + 2 * MINUTE, windows)).toBe(5n);
  });

  it('tells ahead of its mark what it will tell once marked there', () => {
    fc.assert(
      fc.property(minutes, fc.integer({ min: 1, max: 5 }), (steps, openMinutes) => {
        const windows = newWindows();
        const history = newHistory();
        let nowMs = BASE;
        for (const { pause, spends: booked } of steps) {
          history.mark(windows, nowMs);
          nowMs += MINUTE * (pause + 1);
          for (const { backMs, amountMicros } of booked)
            book(windows, { tMs: Math.max(nowMs - MINUTE * (pause + 1), nowMs - 1 - backMs), amountMicros });
        }
        history.mark(windows, nowMs);
        const asOfMs = nowMs + openMinutes * MINUTE;
        book(windows, { tMs: nowMs, amountMicros: 7n });
        book(windows, { tMs: asOfMs - SECOND, amountMicros: 11n });
        book(windows, { tMs: asOfMs, amountMicros: 13n });
        const told = STRETCHES.map((stretchMs) => history.between(asOfMs - stretchMs, asOfMs, windows));
        history.mark(windows, asOfMs);
        expect(told).toEqual(STRETCHES.map((stretchMs) => history.between(asOfMs - stretchMs, asOfMs, windows)));
      }),
      { numRuns: 100 },
    );
  });

  it('does not count twice what a pane ahead of the mark will bring', () => {
    const windows = newWindows();
    const history = newHistory();
    history.mark(windows, BASE);
    book(windows, { tMs: BASE + 70 * SECOND, amountMicros: 5n });
    history.correct(BASE + 70 * SECOND, deltaOf(5n));
    history.mark(windows, BASE + MINUTE);
    expect(history.between(BASE, BASE + MINUTE, windows)).toBe(0n);
    history.mark(windows, BASE + 2 * MINUTE);
    expect(history.between(BASE, BASE + 2 * MINUTE, windows)).toBe(5n);
  });

  it('counts what was spent while nobody marked it, also after its fine panes are gone', () => {
    const windows = newWindows();
    const history = newHistory();
    history.mark(windows, BASE);
    book(windows, { tMs: BASE + 20 * MINUTE, amountMicros: 9n });
    windows.fine.pruneBefore(BASE + 4 * HOUR);
    history.mark(windows, BASE + 5 * HOUR);
    expect(history.between(BASE, BASE + 5 * HOUR, windows)).toBe(9n);
  });

  it('keeps no more marks than its retention needs', () => {
    const windows = newWindows();
    const history = newHistory();
    for (let minute = 0; minute <= 2_000; minute += 1) {
      book(windows, { tMs: BASE + minute * MINUTE, amountMicros: 1n });
      history.mark(windows, BASE + (minute + 1) * MINUTE);
    }
    expect(history.size).toBeLessThanOrEqual((RETENTION / MINUTE) * 1.25 + 1);
    const nowMs = BASE + 2_001 * MINUTE;
    expect(history.between(nowMs - 9 * HOUR, nowMs, windows)).toBe(540n);
  });
});
