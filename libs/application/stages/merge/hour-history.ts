import { scopeKey } from '#libs/contract';
import {
  accruedMeasures,
  addInto,
  ceilTo,
  divideHalfEven,
  emptyMeasures,
  floorTo,
  packMeasures,
  unpackMeasures,
  type Calendar,
  type Measures,
  type PackedMeasures,
  type ScopeWindows,
} from '#libs/domain';
import type { ChangelogEntry } from '../stage.js';

const HOURS_KEY = 'hours/';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WEEK_MS = 168 * HOUR_MS;

/** Weeks that are looked back at. */
const WEEKS = 5;

/** An hour is recorded so long after its end: as long as late events may still come into its windows. */
const SETTLED_AFTER_MS = 10 * MINUTE_MS;

/** After a silence longer than this nothing is made up of the hours before. */
const LONGEST_GAP_HOURS = 48;

/** Hours taken together, and the same ones of past weeks. */
export interface Stretch {
  readonly observed: Measures;
  readonly past: readonly Measures[];
  /** Where the hours end, and those of past weeks. */
  readonly endMs: number;
  readonly pastEndsMs: readonly number[];
}

/**
 * What each watched scope did in every hour of the last five weeks, bills included, so that an hour can be compared with
 * the same hour of past weeks. One changelog record per scope and hour. What changes an hour later than the grace is not
 * taken in: it is a baseline.
 */
export class HourHistory {
  private readonly scopes = new Map<string, Map<number, Measures>>();
  /** By scope, what was asked for last: it changes once an hour, and is asked for each minute. */
  private readonly stretches = new Map<string, Stretch & { readonly count: number }>();
  private dirty: { key: string; hourMs: number }[] = [];

  constructor(private readonly calendar: Calendar) {}

  /** Records the hours of a scope that are over by `tMs`; `sinceMs`: since when everything was seen. */
  record(windows: ScopeWindows, tMs: number, sinceMs: number): void {
    const key = scopeKey(windows.ref.scope, windows.ref.id);
    const lastMs = floorTo(tMs - SETTLED_AFTER_MS, HOUR_MS) - HOUR_MS;
    const hours = this.scopes.get(key);
    if (hours?.has(lastMs)) return;
    const newestMs = hours ? Math.max(...hours.keys()) : -Infinity;
    let hourMs = Math.max(newestMs + HOUR_MS, ceilTo(sinceMs, HOUR_MS), lastMs - LONGEST_GAP_HOURS * HOUR_MS);
    for (; hourMs <= lastMs; hourMs += HOUR_MS) {
      const measures = windows.fine.sum(hourMs, hourMs + HOUR_MS);
      addInto(measures, accruedMeasures(windows.lines.values(), hourMs, hourMs + HOUR_MS, 'calendar'));
      this.keep(key, hourMs, measures);
    }
  }

  private keep(key: string, hourMs: number, measures: Measures): void {
    const hours = this.scopes.get(key) ?? new Map<number, Measures>();
    this.scopes.set(key, hours);
    hours.set(hourMs, measures);
    this.dirty.push({ key, hourMs });
    for (const oldMs of hours.keys()) {
      if (oldMs >= hourMs - WEEKS * WEEK_MS - HOUR_MS) continue;
      hours.delete(oldMs);
      this.dirty.push({ key, hourMs: oldMs });
    }
  }

  /**
   * What the scope did in the hour up to `asOfMs` of past weeks, newest first. Between full hours that is taken from the
   * two hours that it lies in, each by its share of the time. By the clock on the wall, also where that was changed.
   */
  past(windows: ScopeWindows, asOfMs: number): Measures[] {
    const hours = this.scopes.get(scopeKey(windows.ref.scope, windows.ref.id));
    if (!hours) return [];
    const currentMs = floorTo(asOfMs, HOUR_MS);
    const minutes = Math.round((asOfMs - currentMs) / MINUTE_MS);
    return Array.from({ length: WEEKS }, (_, week) => {
      const beforeMs = this.sameHour(currentMs - HOUR_MS, week + 1);
      const before = hours.get(beforeMs);
      const current = minutes === 0 ? before : hours.get(beforeMs + HOUR_MS);
      return before && current ? [between(before, current, minutes)] : [];
    }).flat();
  }

  /**
   * The newest `count` hours that are over, taken together, and the same hours of past weeks, newest first, as far as all of
   * them are known; undefined before there are so many.
   */
  stretch(windows: ScopeWindows, asOfMs: number, count: number): Stretch | undefined {
    const key = scopeKey(windows.ref.scope, windows.ref.id);
    const hours = this.scopes.get(key);
    if (!hours) return undefined;
    const endMs = floorTo(asOfMs - SETTLED_AFTER_MS, HOUR_MS);
    const known = this.stretches.get(key);
    if (known?.endMs === endMs && known.count === count) return known;
    const observed = sumOf(hours, endMs, count);
    if (!observed) return undefined;
    const past = Array.from({ length: WEEKS }, (_, week) => {
      const pastMs = this.sameHour(endMs - HOUR_MS, week + 1) + HOUR_MS;
      const sum = sumOf(hours, pastMs, count);
      return sum ? [{ sum, pastMs }] : [];
    }).flat();
    const [sums, pastEndsMs] = [past.map(({ sum }) => sum), past.map(({ pastMs }) => pastMs)];
    const stretch = { observed, past: sums, pastEndsMs, endMs, count };
    this.stretches.set(key, stretch);
    return stretch;
  }

  /** The hour of `weeks` weeks ago at which the clock showed the same. */
  private sameHour(hourMs: number, weeks: number): number {
    const { hour, weekday } = this.calendar.hourOf(hourMs);
    const thenMs = hourMs - weeks * WEEK_MS;
    const same = [thenMs, thenMs - HOUR_MS, thenMs + HOUR_MS].find((eachMs) => {
      const then = this.calendar.hourOf(eachMs);
      return then.hour === hour && then.weekday === weekday;
    });
    return same ?? thenMs;
  }

  changes(): ChangelogEntry[] {
    const entries = this.dirty.map(({ key, hourMs }) => {
      const measures = this.scopes.get(key)?.get(hourMs);
      return {
        key: `${HOURS_KEY}${key}/${String(hourMs)}`,
        value: measures ? JSON.stringify(packMeasures(measures)) : null,
      };
    });
    this.dirty = [];
    return entries;
  }

  /** Takes a changelog entry back, in the order of writing; false when it is none of hours. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(HOURS_KEY)) return false;
    const slash = key.lastIndexOf('/');
    const [scope, hourMs] = [key.slice(HOURS_KEY.length, slash), Number(key.slice(slash + 1))];
    const hours = this.scopes.get(scope) ?? new Map<number, Measures>();
    this.scopes.set(scope, hours);
    if (value) hours.set(hourMs, unpackMeasures(JSON.parse(value.toString('utf8')) as PackedMeasures));
    else hours.delete(hourMs);
    return true;
  }
}

function sumOf(hours: ReadonlyMap<number, Measures>, endMs: number, count: number): Measures | undefined {
  const sum = emptyMeasures();
  for (let hourMs = endMs - count * HOUR_MS; hourMs < endMs; hourMs += HOUR_MS) {
    const hour = hours.get(hourMs);
    if (!hour) return undefined;
    addInto(sum, hour);
  }
  return sum;
}

/** `minutes` of the second hour and the rest of the first. */
function between(first: Measures, second: Measures, minutes: number): Measures {
  const mixed = emptyMeasures();
  const mixMoney = (a: bigint, b: bigint): bigint =>
    divideHalfEven(a * BigInt(60 - minutes) + b * BigInt(minutes), 60n);
  const mixCount = (a: number, b: number): number => Math.round((a * (60 - minutes) + b * minutes) / 60);
  for (const name of Object.keys(mixed) as (keyof Measures)[]) {
    const [a, b] = [first[name], second[name]];
    if (typeof a === 'bigint' && typeof b === 'bigint') Object.assign(mixed, { [name]: mixMoney(a, b) });
    else Object.assign(mixed, { [name]: mixCount(Number(a), Number(b)) });
  }
  return mixed;
}
