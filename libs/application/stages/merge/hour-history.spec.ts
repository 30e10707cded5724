import { addInto, DEFAULT_WINDOWING, emptyMeasures, fixedOffsetCalendar, WindowSet, type Measures } from '#libs/domain';
import { zonedCalendar } from '#libs/adapters/calendar';
import { HourHistory } from './hour-history.js';

const HOUR = 3_600_000;
const WEEK = 168 * HOUR;
const START = Date.parse('2026-03-02T00:00:00+08:00');
const calendar = fixedOffsetCalendar(8 * HOUR);
const ALL = { scope: 'all', id: 'all' } as const;

const spent = (amount: number): Measures => ({ ...emptyMeasures(), labour: BigInt(amount), interactions: amount });

/** A history of hours that cost what `amountOf` says of their number since `START`. */
function history(hours: number, amountOf: (hour: number) => number, zone = calendar) {
  const set = new WindowSet(DEFAULT_WINDOWING, zone);
  const book = new HourHistory(zone);
  const changelog = new Map<string, Buffer>();
  for (let hour = 0; hour < hours; hour += 1) {
    const startMs = START + hour * HOUR;
    set.book(ALL, startMs, spent(amountOf(hour)));
    book.record(set.scope(ALL), startMs + HOUR + 9 * 60_000, START);
    book.record(set.scope(ALL), startMs + HOUR + 10 * 60_000, START);
    for (const { key, value } of book.changes()) {
      changelog.delete(key);
      if (value !== null) changelog.set(key, Buffer.from(String(value)));
    }
    set.advance(startMs + HOUR);
    set.prune();
  }
  const restored = new HourHistory(zone);
  for (const [key, value] of changelog) restored.restore(key, value);
  return { windows: set.scope(ALL), book, restored, changelog };
}

const amounts = (past: readonly Measures[]) => past.map(({ labour }) => Number(labour));

describe('HourHistory', () => {
  it('gives the same hour of past weeks, newest first, the same after a restart', () => {
    const { windows, book, restored } = history(3 * 168 + 5, (hour) => hour);
    const asOfMs = START + 3 * WEEK + 5 * HOUR;
    expect(amounts(book.past(windows, asOfMs))).toEqual([2 * 168 + 4, 168 + 4, 4]);
    expect(restored.past(windows, asOfMs)).toEqual(book.past(windows, asOfMs));
  });

  it('takes from both hours what lies between', () => {
    const { windows, book } = history(168 + 1, (hour) => hour * 60);
    const [week] = book.past(windows, START + WEEK + 2 * HOUR + 15 * 60_000);
    const expected = emptyMeasures();
    addInto(expected, spent(45 * 1 + 15 * 2));
    expect(week).toEqual(expected);
  });

  it('knows an hour only once it is over and its late events are in', () => {
    const { windows, book } = history(2, () => 7);
    expect(amounts(book.past(windows, START + WEEK + 2 * HOUR))).toEqual([7]);
    expect(book.past(windows, START + WEEK + 3 * HOUR)).toEqual([]);
  });

  it('takes whole hours together, with the same ones of past weeks that are known whole', () => {
    const { windows, book, restored } = history(2 * 168 + 5, (hour) => hour);
    const asOfMs = START + 2 * WEEK + 5 * HOUR + 30 * 60_000;
    const stretch = book.stretch(windows, asOfMs, 4);
    const sum = (first: number) => 4 * first + 6;
    expect(amounts([stretch!.observed, ...stretch!.past])).toEqual([sum(2 * 168 + 1), sum(168 + 1), sum(1)]);
    expect(restored.stretch(windows, asOfMs, 4)).toEqual(stretch);
    expect(book.stretch(windows, asOfMs + 20 * 60_000, 4)).toBe(stretch);
    expect(book.stretch(windows, asOfMs, 6)?.past).toHaveLength(1);
    expect(book.stretch(windows, asOfMs + HOUR, 4)).toBeUndefined();
  });

  it('keeps five weeks', () => {
    const { windows, restored, changelog } = history(6 * 168, () => 1);
    expect(restored.past(windows, START + 6 * WEEK)).toHaveLength(5);
    expect(changelog.size).toBe(5 * 168 + 2);
  });

  it('goes by the clock on the wall where that was changed', () => {
    // In Berlin the clocks go forward on 29 March 2026.
    const berlin = zonedCalendar('Europe/Berlin');
    const { windows, book } = history(5 * 168, (hour) => berlin.hourOf(START + hour * HOUR).hour, berlin);
    for (const past of amounts(book.past(windows, Date.parse('2026-04-03T10:00:00+02:00')))) expect(past).toBe(9);
  });
});
