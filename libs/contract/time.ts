/** Syntax of an RFC 3339 date-time: offset required, T and Z in either case, any number of fraction digits. */
export const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The Gregorian calendar repeats after 400 years. */
const CYCLE_YEARS = 400;
const CYCLE_MS = 146_097 * DAY_MS;
/** Years 0000 to 9999 in UTC: what can be written as RFC 3339 again. */
const EARLIEST_MS = -62_167_219_200_000;
const LATEST_MS = 253_402_300_799_999;

/**
 * Epoch milliseconds of a time as the contract's inputs carry it: an RFC 3339 date-time with offset, or epoch
 * milliseconds already. Digits beyond the millisecond are cut off. A leap second (23:59:60 UTC) is the second after it.
 * NaN when it is neither, when no calendar has it, or when it is outside the years 0000 to 9999; decoded inputs hold no
 * such time.
 */
export function epochMs(time: string | number): number {
  if (typeof time === 'number') return Number.isInteger(time) ? withinYears(time) : NaN;
  if (!DATE_TIME.test(time)) return NaN;
  const year = twoDigits(time, 0) * 100 + twoDigits(time, 2);
  const month = twoDigits(time, 5);
  const day = twoDigits(time, 8);
  const hour = twoDigits(time, 11);
  const minute = twoDigits(time, 14);
  const second = twoDigits(time, 17);
  const offsetMs = offsetMsOf(time);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60)
    return NaN;
  // One cycle later and back, because Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const wholeMs = Date.UTC(year + CYCLE_YEARS, month - 1, day, hour, minute, second) - CYCLE_MS - offsetMs;
  if (second === 60 && wholeMs % DAY_MS !== 0) return NaN;
  return withinYears(wholeMs + fractionMsOf(time));
}

function withinYears(timeMs: number): number {
  return timeMs >= EARLIEST_MS && timeMs <= LATEST_MS ? timeMs : NaN;
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function offsetMsOf(time: string): number {
  const sign = time[time.length - 6];
  if (sign !== '+' && sign !== '-') return 0;
  const hours = twoDigits(time, time.length - 5);
  const minutes = twoDigits(time, time.length - 2);
  if (hours > 23 || minutes > 59) return NaN;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

function fractionMsOf(time: string): number {
  if (time[19] !== '.') return 0;
  let fractionMs = 0;
  let unitMs = SECOND_MS / 10;
  for (let at = 20; unitMs >= 1; at += 1, unitMs /= 10) {
    const digit = time.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    fractionMs += digit * unitMs;
  }
  return fractionMs;
}
