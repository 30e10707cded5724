import fc from 'fast-check';
import { accruedBetween } from '../accrual/index.js';
import { addInto, amountOf, emptyMeasures, equalMeasures, type Measures } from '../facts/index.js';
import type { Calendar } from '../time/index.js';
import type { AccrualLine } from './accrual-line.js';
import type { WindowingOptions, WindowResult } from './window-spec.js';
import { WindowSet } from './window-set.js';

const SECOND = 1000;
/** Months of a hundred minutes, so that a short run crosses several. */
const MONTH = 6_000 * SECOND;
const monthOf = (tMs: number) => {
  const startMs = Math.floor(tMs / MONTH) * MONTH;
  return { startMs, endMs: startMs + MONTH };
};
const calendar: Calendar = {
  zone: 'Test/Short',
  monthOf,
  dayOf: monthOf,
  quarterOf: monthOf,
  yearOf: monthOf,
  hourOf: (tMs) => ({ ...monthOf(tMs), weekday: 0, hour: 0 }),
};
const options: WindowingOptions = {
  rolling: [
    { name: '1m', sizeMs: 60 * SECOND, stepMs: 10 * SECOND },
    { name: '10m', sizeMs: 600 * SECOND, stepMs: 60 * SECOND },
    { name: '30m', sizeMs: 1800 * SECOND, stepMs: 300 * SECOND },
  ],
  monthStepMs: 60 * SECOND,
  graceMs: 120 * SECOND,
  correctionMs: 300 * SECOND,
};
const ALL = { scope: 'all', id: 'all' } as const;

interface Fact {
  tMs: number;
  amountMicros: bigint;
}

function measuresOf(fact: Fact): Measures {
  const measures = emptyMeasures();
  measures.labour = fact.amountMicros;
  measures.interactions = 1;
  return measures;
}

function batch(
  facts: readonly Fact[],
  lines: readonly AccrualLine[],
  startMs: number,
  endMs: number,
  rolling: boolean,
): Measures {
  const total = emptyMeasures();
  for (const fact of facts) if (fact.tMs >= startMs && fact.tMs < endMs) addInto(total, measuresOf(fact));
  for (const line of lines) {
    const fromMs = rolling ? Math.max(startMs, line.rollingFromMs ?? -Infinity) : startMs;
    total.system += accruedBetween(line, fromMs, endMs);
  }
  return total;
}

/** Every end of every window, as a reader sees it who carries the last value forward, equals the batch computation. */
function expectEqualsBatch(
  published: readonly WindowResult[],
  facts: readonly Fact[],
  lines: readonly AccrualLine[],
  fromMs: number,
  toMs: number,
): void {
  const windows = [
    ...options.rolling.map((spec) => ({ ...spec, startOf: (end: number) => end - spec.sizeMs, rolling: true })),
    { name: 'month', stepMs: options.monthStepMs, startOf: (end: number) => monthOf(end - 1).startMs, rolling: false },
  ];
  for (const window of windows) {
    const latest = new Map<number, Measures>();
    for (const result of published) if (result.window === window.name) latest.set(result.endMs, result.measures);
    let carried = emptyMeasures();
    for (let endMs = Math.ceil(fromMs / window.stepMs) * window.stepMs; endMs <= toMs; endMs += window.stepMs) {
      carried = latest.get(endMs) ?? carried;
      const expected = batch(facts, lines, window.startOf(endMs), endMs, window.rolling);
      if (!equalMeasures(carried, expected)) {
        throw new Error(
          `${window.name} ending ${String(endMs)}: published ${String(amountOf(carried))}/${String(carried.interactions)}, batch ${String(amountOf(expected))}/${String(expected.interactions)}`,
        );
      }
    }
  }
}

const fineMs = 10 * SECOND;
const paneOf = (tMs: number) => Math.floor(tMs / fineMs) * fineMs;

describe('WindowSet', () => {
  it('publishes exactly what a batch computation gives at every end, also with facts late inside the grace', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            gapMs: fc.nat({ max: 200 * SECOND }),
            backMs: fc.nat({ max: 290 * SECOND }),
            amountMicros: fc.bigInt({ min: -5n, max: 1_000_000_000n }),
            advance: fc.boolean(),
          }),
          { minLength: 1, maxLength: 60 },
        ),
        fc.boolean(),
        (steps, restart) => {
          let set = new WindowSet(options, calendar);
          const published: WindowResult[] = [];
          const facts: Fact[] = [];
          let nowMs = 10 * MONTH + 123_000;
          const startMs = nowMs - 400 * SECOND;
          for (const [index, step] of steps.entries()) {
            nowMs += step.gapMs;
            const fact = { tMs: Math.max(startMs, nowMs - step.backMs), amountMicros: step.amountMicros };
            facts.push(fact);
            set.book(ALL, paneOf(fact.tMs), measuresOf(fact));
            published.push(...set.takeRestatements());
            if (step.advance) published.push(...set.advance(nowMs - 20 * SECOND));
            if (restart && index % 7 === 3) set = restarted(set);
          }
          const endMs = nowMs + 2400 * SECOND;
          published.push(...set.advance(endMs));
          expectEqualsBatch(published, facts, [], startMs, endMs);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('rolls accruing lines with panes, and lets a line that comes late enter from the grace on', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ gapMs: fc.nat({ max: 90 * SECOND }), amountMicros: fc.bigInt({ min: 1n, max: 10_000_000n }) }),
          { minLength: 5, maxLength: 40 },
        ),
        fc.bigInt({ min: -1_000_000_007n, max: 1_000_000_007n }),
        fc.integer({ min: -1200, max: 600 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.nat({ max: 30 }),
        (steps, amountMicros, offsetSeconds, lengthSeconds, arrival) => {
          const set = new WindowSet(options, calendar);
          const published: WindowResult[] = [];
          const facts: Fact[] = [];
          let nowMs = 10 * MONTH + 2_000 * SECOND;
          const startMs = nowMs;
          let booked: AccrualLine | undefined;
          let watermarkMs: number | undefined;
          const line: AccrualLine = {
            lineId: 'bill',
            dimension: 'system',
            amountMicros,
            startMs: startMs + offsetSeconds * SECOND,
            endMs: startMs + (offsetSeconds + lengthSeconds) * SECOND,
          };
          for (const [index, step] of steps.entries()) {
            nowMs += step.gapMs;
            if (index === arrival % steps.length) booked = set.addLine(ALL, line, watermarkMs).lines.get('bill');
            const fact = { tMs: nowMs, amountMicros: step.amountMicros };
            facts.push(fact);
            set.book(ALL, paneOf(nowMs), measuresOf(fact));
            published.push(...set.takeRestatements());
            watermarkMs = nowMs - 10 * SECOND;
            published.push(...set.advance(watermarkMs));
          }
          const endMs = nowMs + 6000 * SECOND;
          published.push(...set.advance(endMs));
          // Calendar ends older than the grace keep what was known at the time; rolling ones hold for every end.
          const rolling = published.filter((result) => result.window !== 'month');
          const lines = booked ? [booked] : [];
          for (const spec of options.rolling) {
            const latest = new Map(
              rolling.filter((result) => result.window === spec.name).map((result) => [result.endMs, result.measures]),
            );
            let carried = emptyMeasures();
            for (
              let end = Math.ceil((startMs - 1_800 * SECOND) / spec.stepMs) * spec.stepMs;
              end <= endMs;
              end += spec.stepMs
            ) {
              carried = latest.get(end) ?? carried;
              const expected = batch(facts, lines, end - spec.sizeMs, end, true);
              if (end - spec.sizeMs >= startMs) expect([end, amountOf(carried)]).toEqual([end, amountOf(expected)]);
            }
          }
          const months = published.filter(
            (result) => result.window === 'month' && result.startMs === monthOf(startMs).startMs,
          );
          const final = months.filter((result) => result.endMs === result.startMs + MONTH).at(-1) ?? months.at(-1);
          if (final)
            expect(amountOf(final.measures)).toBe(
              amountOf(batch(facts, [line], final.startMs, final.startMs + MONTH, false)),
            );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('shows what accrued before the first watermark, also when no step changes it', () => {
    const set = new WindowSet(options, calendar);
    const startMs = 10 * MONTH;
    const line = {
      lineId: 'bill',
      dimension: 'system',
      amountMicros: 5_000n,
      startMs,
      endMs: startMs + 5_000 * SECOND,
    } as const;
    set.addLine(ALL, line, undefined);
    const minutes = set.advance(startMs + 2_000 * SECOND).filter(({ window }) => window === '1m');
    expect(minutes.map(({ measures }) => amountOf(measures))).toEqual([60n]);
  });

  it('asks for a bill that is over once more when its month is, not every minute until then', () => {
    const set = new WindowSet(options, calendar);
    const startMs = 10 * MONTH;
    set.advance(startMs);
    const windows = set.addLine(
      ALL,
      { lineId: 'bill', dimension: 'system', amountMicros: 5_000n, startMs, endMs: startMs + 90 * SECOND },
      startMs,
    );
    const closed: number[] = [];
    const close = windows.close.bind(windows);
    windows.close = (end, shown) => {
      if (end.kind.type === 'calendar') closed.push((end.endMs - startMs) / SECOND);
      return close(end, shown);
    };
    const months = set.advance(startMs + 2 * MONTH).filter(({ window }) => window === 'month');
    expect(closed).toEqual([60, 120, 6_060]);
    expect(months.map(({ measures }) => amountOf(measures))).toEqual([3_333n, 5_000n, 0n]);
    expect(set.isDueBy(startMs + 3 * MONTH)).toBe(false);
  });

  it('shows what is too late for rolling windows in the running month only', () => {
    const set = new WindowSet(options, calendar);
    const baseMs = 10 * MONTH;
    set.book(ALL, baseMs, measuresOf({ tMs: baseMs, amountMicros: 5n }));
    set.advance(baseMs + 3000 * SECOND);
    set.bookCalendar(ALL, baseMs + 60 * SECOND, measuresOf({ tMs: baseMs, amountMicros: 7n }));
    expect(set.takeRestatements()).toEqual([]);
    const results = set.advance(baseMs + 3060 * SECOND);
    expect(results.map((result) => [result.window, amountOf(result.measures)])).toEqual([['month', 12n]]);
  });

  it('shows in the month what was too late before there was any watermark', () => {
    const other = { scope: 'agent', id: 'only late' } as const;
    for (const restart of [false, true]) {
      let set = new WindowSet(options, calendar);
      const baseMs = 10 * MONTH;
      set.bookCalendar(ALL, baseMs + 60 * SECOND, measuresOf({ tMs: baseMs, amountMicros: 7n }));
      set.bookCalendar(other, baseMs + 60 * SECOND, measuresOf({ tMs: baseMs, amountMicros: 9n }));
      set.book(ALL, baseMs + 2900 * SECOND, measuresOf({ tMs: baseMs, amountMicros: 5n }));
      if (restart) set = restarted(set);
      const months = set.advance(baseMs + 3000 * SECOND).filter(({ window }) => window === 'month');
      const last = new Map(months.map(({ id, measures }) => [id, amountOf(measures)]));
      expect(Object.fromEntries(last)).toEqual({ all: 12n, 'only late': 9n });
    }
  });

  it('begins the next month with a zero window also where a month has only what was too late', () => {
    const other = { scope: 'agent', id: 'only late' } as const;
    const baseMs = 10 * MONTH;
    const late = measuresOf({ tMs: baseMs, amountMicros: 9n });
    const monthsOf = (set: WindowSet, watermarkMs: number) => {
      const results = set.advance(watermarkMs).filter(({ window, id }) => window === 'month' && id === other.id);
      return results.map(({ endMs, measures }) => [(endMs - baseMs - MONTH) / SECOND, amountOf(measures)]);
    };
    for (const restart of [false, true]) {
      let beforeAny = new WindowSet(options, calendar);
      beforeAny.bookCalendar(other, baseMs + 60 * SECOND, late);
      beforeAny.advance(baseMs + 3000 * SECOND);
      if (restart) beforeAny = restarted(beforeAny);
      expect(monthsOf(beforeAny, baseMs + MONTH + 120 * SECOND)).toEqual([[60, 0n]]);

      let upToItsEnd = new WindowSet(options, calendar);
      upToItsEnd.bookCalendar(other, baseMs + 60 * SECOND, late);
      if (restart) upToItsEnd = restarted(upToItsEnd);
      // So the first end of all is a grace before it: that of the month.
      expect(monthsOf(upToItsEnd, baseMs + MONTH + options.graceMs)).toEqual([[60, 0n]]);
      expect(upToItsEnd.takeRestatements().map(({ measures }) => amountOf(measures))).toEqual([9n]);

      let atItsEnd = new WindowSet(options, calendar);
      atItsEnd.advance(baseMs + MONTH);
      atItsEnd.bookCalendar(other, baseMs, late);
      expect(atItsEnd.takeRestatements().map(({ measures }) => amountOf(measures))).toEqual([9n]);
      if (restart) atItsEnd = restarted(atItsEnd);
      expect(monthsOf(atItsEnd, baseMs + MONTH + 120 * SECOND)).toEqual([[60, 0n]]);
    }
  });

  it('has in the last window of each month all that was booked in it, for the calendar only or not, whenever', () => {
    const step = fc.record({
      gapMs: fc.nat({ max: MONTH / 2 }),
      // Behind the watermark or ahead of it, by months.
      aheadMs: fc.integer({ min: -2 * MONTH, max: 2 * MONTH }),
      amountMicros: fc.bigInt({ min: 1n, max: 99n }),
      calendarOnly: fc.boolean(),
      restart: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        let set = new WindowSet(options, calendar);
        let watermarkMs = 10 * MONTH;
        const facts: Fact[] = [];
        const published: WindowResult[] = [];
        for (const { gapMs, aheadMs, amountMicros, calendarOnly, restart } of steps) {
          const fact = { tMs: paneOf(watermarkMs + (calendarOnly ? aheadMs : Math.abs(aheadMs) / 100)), amountMicros };
          facts.push(fact);
          if (calendarOnly) set.bookCalendar(ALL, fact.tMs, measuresOf(fact));
          else set.book(ALL, fact.tMs, measuresOf(fact));
          published.push(...set.takeRestatements());
          if (restart) set = restarted(set);
          watermarkMs += gapMs;
          published.push(...set.advance(watermarkMs), ...set.takeRestatements());
        }
        published.push(...set.advance(watermarkMs + 3 * MONTH));
        const seen = new Map<number, bigint>();
        for (const { window, endMs, measures } of published)
          if (window === 'month') seen.set(endMs, amountOf(measures));
        // A reader carries the last value forward.
        const ends = [...seen.keys()].sort((a, b) => a - b);
        for (const monthStartMs of new Set(facts.map(({ tMs }) => monthOf(tMs).startMs))) {
          const lastMs = ends.findLast((endMs) => endMs <= monthStartMs + MONTH);
          const inMonth = facts.filter(({ tMs }) => monthOf(tMs).startMs === monthStartMs);
          const total = inMonth.reduce((sum, { amountMicros }) => sum + amountMicros, 0n);
          expect([monthStartMs, lastMs === undefined ? 0n : seen.get(lastMs)]).toEqual([monthStartMs, total]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('publishes nothing for an unchanged scope and a zero window when the last fact leaves', () => {
    const set = new WindowSet(options, calendar);
    const baseMs = 10 * MONTH;
    set.book(ALL, baseMs, measuresOf({ tMs: baseMs, amountMicros: 5n }));
    const results = set.advance(baseMs + 3 * 600 * SECOND + 300 * SECOND);
    const oneMinute = results.filter((result) => result.window === '1m');
    expect(
      oneMinute.map((result) => [(result.endMs - baseMs) / SECOND, amountOf(result.measures), result.revision]),
    ).toEqual([
      [10, 5n, 0],
      [70, 0n, 0],
    ]);
  });
});

/** The same set as its changelog would give it back: panes, months, frontiers. */
function restarted(set: WindowSet): WindowSet {
  const fresh = new WindowSet(options, calendar);
  for (const windows of set.scopes.values()) {
    const copy = fresh.scope(windows.ref);
    for (const tier of ['fine', 'coarse'] as const)
      for (const [index, pane] of windows[tier].panes) copy[tier].add(index, pane);
    for (const [startMs, month] of windows.months) copy.addToMonth(startMs, month);
    for (const [window, ends] of windows.revisions) copy.restoreRevisions(window, new Map(ends));
    copy.deferred = windows.deferred;
    for (const line of windows.lines.values()) copy.lines.set(line.lineId, line);
  }
  fresh.restoreFrontiers(set.frontiers());
  return fresh;
}
