import fc from 'fast-check';
import {
  emptyMeasures,
  WindowSet,
  type Calendar,
  type Dimension,
  type Measures,
  type ScopeRef,
  type WindowingOptions,
  type WindowResult,
} from '#libs/domain';
import { WindowChangelog, type AddedLimits } from './window-changelog.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Months of a hundred minutes, so that a short run crosses several. */
const MONTH = 100 * MINUTE;
const monthOf = (tMs: number) => {
  const startMs = Math.floor(tMs / MONTH) * MONTH;
  return { startMs, endMs: startMs + MONTH };
};
const CALENDAR: Calendar = {
  zone: 'Test/Short',
  monthOf,
  dayOf: monthOf,
  quarterOf: monthOf,
  yearOf: monthOf,
  hourOf: (tMs) => ({ ...monthOf(tMs), weekday: 0, hour: 0 }),
};
const OPTIONS: WindowingOptions = {
  rolling: [
    { name: '1m', sizeMs: MINUTE, stepMs: 10 * SECOND },
    { name: '10m', sizeMs: 10 * MINUTE, stepMs: MINUTE },
    { name: '30m', sizeMs: 30 * MINUTE, stepMs: 5 * MINUTE },
  ],
  monthStepMs: MINUTE,
  graceMs: 2 * MINUTE,
  correctionMs: 5 * MINUTE,
};
const BASE = 10 * MONTH;

const spend = (labour: bigint): Measures => ({ ...emptyMeasures(), labour, interactions: 1 });
const paneOf = (tMs: number) => Math.floor(tMs / (10 * SECOND)) * 10 * SECOND;

/** What a merge task does with its windows, without the messages. */
class Windows {
  set = new WindowSet(OPTIONS, CALENDAR);
  private changelog: WindowChangelog;
  private readonly stored = new Map<string, Buffer>();
  private frontiers: Record<string, number> = {};

  constructor(private readonly limits?: AddedLimits) {
    this.changelog = new WindowChangelog(this.set, limits);
  }

  book(ref: ScopeRef, tMs: number, delta: Measures, calendarOnly = false): void {
    if (calendarOnly || paneOf(tMs) < this.set.earliestPaneMs) {
      this.changelog.bookedCalendar(this.set.bookCalendar(ref, paneOf(tMs), delta));
    } else this.changelog.booked(this.set.book(ref, paneOf(tMs), delta), paneOf(tMs), delta);
  }

  addLine(ref: ScopeRef, lineId: string, startMs: number, endMs: number, watermarkMs: number | undefined): void {
    const line = { lineId, dimension: 'system' as Dimension, amountMicros: 1_000_003n, startMs, endMs };
    this.changelog.lineAdded(this.set.addLine(ref, line, watermarkMs), lineId);
  }

  /** Closes up to the watermark, if there is one, and keeps what changed. */
  commit(watermarkMs?: number): WindowResult[] {
    const restated = this.set.takeRestatements();
    for (const result of restated) this.changelog.restated(this.set.scope(result));
    const results = watermarkMs === undefined ? [] : this.set.advance(watermarkMs);
    for (const { key, value } of this.changelog.changes()) {
      this.stored.delete(key);
      if (value !== null) this.stored.set(key, Buffer.from(value));
    }
    this.frontiers = this.set.frontiers();
    return [...restated, ...results];
  }

  restart(): void {
    this.set = new WindowSet(OPTIONS, CALENDAR);
    this.changelog = new WindowChangelog(this.set, this.limits);
    this.changelog.restore(this.stored, JSON.parse(JSON.stringify(this.frontiers)) as Record<string, number>);
  }

  /** Everything that the rules and the live view read of a scope. */
  contents(ref: ScopeRef, asOfMs: number): unknown[] {
    const windows = this.set.scope(ref);
    return this.set.kinds.map(({ kind, frontierMs }) => [
      kind.name,
      frontierMs,
      frontierMs === undefined ? undefined : windows.frontierContent(kind, frontierMs),
      windows.openContent(kind, asOfMs, frontierMs),
    ]);
  }

  months(ref: ScopeRef): unknown {
    return [...this.set.scope(ref).months].sort(([a], [b]) => a - b);
  }

  get keys(): string[] {
    return [...this.stored.keys()];
  }
}

const SCOPES: readonly ScopeRef[] = [
  { scope: 'all', id: 'all' },
  { scope: 'agent', id: 'a:1' },
];

const steps = fc.array(
  fc.record({
    gapMs: fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 90 * SECOND }) }, fc.nat({ max: 40 * MINUTE })),
    facts: fc.array(
      fc.record({
        scope: fc.constantFrom(...SCOPES),
        backMs: fc.oneof(fc.nat({ max: 20 * SECOND }), fc.nat({ max: 5 * MINUTE }), fc.nat({ max: 3 * MONTH })),
        amountMicros: fc.bigInt({ min: -5n, max: 1_000n }),
      }),
      { maxLength: 3 },
    ),
    line: fc.option(fc.record({ backMs: fc.integer({ min: -MONTH, max: MONTH }), lengthMs: fc.nat({ max: MONTH }) }), {
      freq: 12,
    }),
    advance: fc.boolean(),
    restart: fc.boolean(),
  }),
  { minLength: 1, maxLength: 50 },
);

/** So small that there are several records in a commit, and panes are often written whole. */
const limits = fc.constantFrom(undefined, { entryBytes: 1, keptBytes: 60 }, { entryBytes: 30, keptBytes: 0 });

describe('WindowChangelog', () => {
  it('gives back a set that goes on as the running one does, restored at any point', () => {
    fc.assert(
      fc.property(steps, limits, (all, ofOften) => {
        const [live, often] = [new Windows(), new Windows(ofOften)];
        let nowMs = BASE + 37 * MINUTE + 12_345;
        let watermarkMs: number | undefined;
        for (const [index, { gapMs, facts, line, advance, restart }] of all.entries()) {
          nowMs += gapMs;
          const late = (tMs: number) => watermarkMs !== undefined && tMs < watermarkMs - OPTIONS.graceMs;
          for (const windows of [live, often]) {
            for (const { scope, backMs, amountMicros } of facts)
              windows.book(scope, nowMs - backMs, spend(amountMicros), late(nowMs - backMs));
            if (line) {
              const startMs = nowMs - line.backMs;
              windows.addLine(SCOPES[0]!, `l-${String(index)}`, startMs, startMs + line.lengthMs, watermarkMs);
            }
          }
          if (advance) watermarkMs = Math.max(watermarkMs ?? -Infinity, nowMs - 20 * SECOND);
          expect(often.commit(watermarkMs)).toEqual(live.commit(watermarkMs));
          if (restart) often.restart();
          for (const ref of SCOPES) {
            expect(often.months(ref)).toEqual(live.months(ref));
            if (watermarkMs !== undefined) expect(often.contents(ref, nowMs)).toEqual(live.contents(ref, nowMs));
          }
        }
        expect(often.commit(nowMs + 2 * MONTH)).toEqual(live.commit(nowMs + 2 * MONTH));
      }),
      { numRuns: 25 },
    );
  });

  it('counts what is for the calendar only in the month whose last end was just closed, also across restarts', () => {
    const windows = new Windows();
    windows.book(SCOPES[0]!, BASE, spend(7n), false);
    windows.commit(BASE + MONTH);
    windows.book(SCOPES[0]!, BASE + SECOND, spend(5n), true);
    const amounts = (results: WindowResult[]) =>
      results.flatMap(({ window, measures }) => (window === 'month' ? measures.labour : []));
    expect(amounts(windows.commit(BASE + MONTH))).toEqual([12n]);
    const before = windows.contents(SCOPES[0]!, BASE + MONTH);
    windows.restart();
    expect(windows.contents(SCOPES[0]!, BASE + MONTH)).toEqual(before);
  });

  it('keeps what is for the calendar only before any watermark is known', () => {
    const windows = new Windows();
    windows.book(SCOPES[0]!, BASE, spend(7n), true);
    windows.commit();
    windows.restart();
    expect(windows.months(SCOPES[0]!)).toEqual([[BASE, spend(7n)]]);
  });

  it('shows what is for the calendar only at the month’s next end once, also across restarts', () => {
    const windows = new Windows();
    windows.book(SCOPES[0]!, BASE + 50 * MINUTE, spend(5n));
    windows.commit(BASE + 60 * MINUTE);
    windows.book(SCOPES[0]!, BASE, spend(7n), true);
    windows.commit(BASE + 60 * MINUTE);
    windows.restart();
    const month = (results: WindowResult[]) =>
      results.filter(({ window }) => window === 'month').map(({ endMs, measures }) => [endMs, measures.labour]);
    expect(month(windows.commit(BASE + 61 * MINUTE))).toEqual([[BASE + 61 * MINUTE, 12n]]);
    windows.restart();
    expect(month(windows.commit(BASE + 99 * MINUTE))).toEqual([]);
  });

  it('does not grow with time: what no window can need any more is deleted', () => {
    const windows = new Windows();
    let most = 0;
    for (let minute = 0; minute < 3 * 100; minute += 1) {
      windows.book(SCOPES[0]!, BASE + minute * MINUTE, spend(1n));
      windows.commit(BASE + minute * MINUTE);
      if (minute > 60) most = Math.max(most, windows.keys.length);
    }
    // Fifty minutes of fine panes at the most, five minutes to a segment; what was added in four of five minutes; the rest.
    expect(most).toBeLessThanOrEqual(11);
    expect(windows.keys.filter((key) => key.startsWith('added/')).length).toBeLessThanOrEqual(4);
    expect(windows.keys.filter((key) => key.startsWith('settled/'))).toEqual(['settled/all:all']);
  });
});
