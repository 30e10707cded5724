import fc from 'fast-check';
import { accruedBetween } from '../accrual/index.js';
import { amountOf, emptyMeasures, type Measures, type ScopeRef } from '../facts/index.js';
import type { Calendar } from '../time/index.js';
import type { AccrualLine } from './accrual-line.js';
import { WindowSet } from './window-set.js';
import type { WindowingOptions, WindowResult } from './window-spec.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Months of a hundred minutes. */
const MONTH = 100 * MINUTE;
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
    { name: '1m', sizeMs: MINUTE, stepMs: 10 * SECOND },
    { name: '30m', sizeMs: 30 * MINUTE, stepMs: 5 * MINUTE },
  ],
  monthStepMs: MINUTE,
  graceMs: 2 * MINUTE,
  correctionMs: 5 * MINUTE,
};
const BASE = 10 * MONTH;
const ALL: ScopeRef = { scope: 'all', id: 'all' };

const spend = (labour: bigint): Measures => ({ ...emptyMeasures(), labour, interactions: 1 });
const paneOf = (tMs: number) => Math.floor(tMs / (10 * SECOND)) * 10 * SECOND;
const brief = (results: readonly WindowResult[]) =>
  results.map(({ window, endMs, revision, measures }) => [window, endMs, revision, amountOf(measures)]);

describe('what a WindowSet publishes', () => {
  it('leaves in order of ends for each window of each scope, and raises each end’s revision by one', () => {
    const steps = fc.array(
      fc.record({
        gapMs: fc.nat({ max: 4 * MINUTE }),
        backMs: fc.nat({ max: 4 * MINUTE }),
        agent: fc.constantFrom('a', 'b'),
        advance: fc.boolean(),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const set = new WindowSet(options, calendar);
        const published: WindowResult[] = [];
        let nowMs = BASE + 5 * MINUTE;
        for (const { gapMs, backMs, agent, advance } of all) {
          nowMs += gapMs;
          set.book({ scope: 'agent', id: agent }, paneOf(Math.max(BASE, nowMs - backMs)), spend(3n));
          published.push(...set.takeRestatements());
          if (advance) published.push(...set.advance(nowMs - 20 * SECOND));
        }
        published.push(...set.advance(nowMs + 60 * MINUTE));
        const lastEnd = new Map<string, number>();
        const revisions = new Map<string, number>();
        for (const { id, window, endMs, revision } of published) {
          const key = `${id} ${window}`;
          if (revision === 0) {
            expect(endMs).toBeGreaterThan(lastEnd.get(key) ?? -Infinity);
            lastEnd.set(key, endMs);
          } else {
            // A restatement never runs ahead of the first statement's time.
            const before = revisions.get(`${key} ${String(endMs)}`) ?? 0;
            expect(revision).toBe(before + 1);
            revisions.set(`${key} ${String(endMs)}`, revision);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('restates the last window of a month that is over for an event that comes much too late', () => {
    const set = new WindowSet(options, calendar);
    set.book(ALL, BASE, spend(5n));
    set.advance(BASE + MONTH + 30 * MINUTE);
    set.bookCalendar(ALL, BASE + 60 * SECOND, spend(7n));
    set.bookCalendar(ALL, BASE + 90 * SECOND, spend(1n));
    expect(brief(set.takeRestatements())).toEqual([['month', BASE + MONTH, 1, 13n]]);
    // What was never rolling is in no rolling window, now or later.
    expect(set.advance(BASE + MONTH + 90 * MINUTE)).toEqual([]);
  });

  it('goes on counting revisions of a month’s last window, however long after', () => {
    const set = new WindowSet(options, calendar);
    set.book(ALL, BASE, spend(5n));
    set.advance(BASE + MONTH + 30 * MINUTE);
    const revisions = [0, 1, 2].map((month) => {
      set.bookCalendar(ALL, BASE, spend(1n));
      const [restated] = set.takeRestatements();
      set.advance(BASE + (month + 2) * MONTH);
      set.prune();
      return restated?.revision;
    });
    expect(revisions).toEqual([1, 2, 3]);
  });

  it('restates whole windows, also for the oldest pane that it still takes', () => {
    const set = new WindowSet(
      {
        ...options,
        rolling: [{ name: '30m', sizeMs: 30 * MINUTE, stepMs: MINUTE }],
        monthStepMs: 5 * MINUTE,
        correctionMs: 40 * MINUTE,
      },
      calendar,
    );
    for (let minute = 0; minute < 90; minute += 1) set.book(ALL, BASE + minute * MINUTE, spend(BigInt(minute)));
    set.advance(BASE + 90 * MINUTE);
    set.prune();
    const oldest = Math.ceil(set.earliestPaneMs / MINUTE) * MINUTE;
    set.book(ALL, oldest, spend(1n));
    const rolling = set.takeRestatements().filter(({ window }) => window === '30m');
    expect(rolling).toHaveLength(30);
    for (const { startMs, measures } of rolling) {
      const first = (startMs - BASE) / MINUTE;
      expect(measures).toMatchObject({ interactions: 31, labour: BigInt(30 * first + 435 + 1) });
    }
  });

  it('takes what is older than any pane that is kept for the calendar only', () => {
    const set = new WindowSet(options, calendar);
    set.book(ALL, BASE + 80 * MINUTE, spend(5n));
    set.advance(BASE + 85 * MINUTE);
    set.book(ALL, BASE + MINUTE, spend(7n));
    expect(set.takeRestatements()).toEqual([]);
    const after = set.advance(BASE + 86 * MINUTE);
    expect(brief(after.filter(({ window }) => window !== '1m'))).toEqual([['month', BASE + 86 * MINUTE, 0, 12n]]);
  });

  it('restates the last windows of past months for a bill that comes after them, each with its share', () => {
    const set = new WindowSet(options, calendar);
    set.book(ALL, BASE, spend(5n));
    set.advance(BASE + 2 * MONTH + 30 * MINUTE);
    const line: AccrualLine = {
      lineId: 'rent',
      dimension: 'system',
      amountMicros: 1_000_003n,
      startMs: BASE + 40 * MINUTE,
      endMs: BASE + 2 * MONTH + 70 * MINUTE,
    };
    set.addLine(ALL, line, BASE + 2 * MONTH + 30 * MINUTE);
    const months = set.takeRestatements().filter(({ window }) => window === 'month');
    const share = (fromMs: number, toMs: number) => accruedBetween(line, fromMs, toMs);
    expect(brief(months).filter(([, endMs]) => Number(endMs) <= BASE + 2 * MONTH)).toEqual([
      ['month', BASE + MONTH, 1, 5n + share(BASE, BASE + MONTH)],
      ['month', BASE + 2 * MONTH, 1, share(BASE + MONTH, BASE + 2 * MONTH)],
    ]);
    const last = set.advance(BASE + 3 * MONTH).filter(({ window }) => window === 'month');
    expect(amountOf(last.find(({ endMs }) => endMs === BASE + 3 * MONTH)?.measures ?? last.at(-1)!.measures)).toBe(
      share(BASE + 2 * MONTH, BASE + 3 * MONTH),
    );
  });

  it('says each end once for a bill over the turn of a month inside the grace', () => {
    const set = new WindowSet(options, calendar);
    set.book(ALL, BASE, spend(5n));
    set.advance(BASE + MONTH + MINUTE);
    const line: AccrualLine = {
      lineId: 'rent',
      dimension: 'system',
      amountMicros: 600n,
      startMs: BASE + MONTH - MINUTE,
      endMs: BASE + MONTH + MINUTE,
    };
    set.addLine(ALL, line, BASE + MONTH + MINUTE);
    const months = set.takeRestatements().filter(({ window }) => window === 'month');
    expect(brief(months)).toEqual([
      ['month', BASE + MONTH, 1, 305n],
      ['month', BASE + MONTH + MINUTE, 1, 300n],
    ]);
  });
});
