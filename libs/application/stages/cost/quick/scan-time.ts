const ZERO = 48;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** A time that was read; the day of the last one is remembered, for the next is nearly always of the same. */
export class TimeScan {
  tMs = 0;
  date = -1;
  dayMs = 0;
}

/**
 * Reads an RFC 3339 date-time of the years 1970 on at `from`, as `epochMs` reads it. Gives where it ends; -1 for anything
 * that is not the plain form (capital T and Z, no leap second), whether it is right or not.
 */
export function scanTime(bytes: Uint8Array, from: number, into: TimeScan): number {
  const two = (at: number): number => {
    const ten = (bytes[from + at] as number) - ZERO;
    const one = (bytes[from + at + 1] as number) - ZERO;
    return ten >= 0 && ten <= 9 && one >= 0 && one <= 9 ? 10 * ten + one : NaN;
  };
  const is = (at: number, character: number): boolean => bytes[from + at] === character;
  const date = two(0) * 1_000_000 + two(2) * 10_000 + two(5) * 100 + two(8);
  const seconds = two(11) * 3600 + two(14) * 60 + two(17);
  const isPlain =
    is(4, 45) && is(7, 45) && is(10, 84) && is(13, 58) && is(16, 58) && two(11) < 24 && two(14) < 60 && two(17) < 60;
  if (!isPlain || Number.isNaN(date)) return -1;
  if (date !== into.date) {
    const dayMs = dayOf(date);
    if (Number.isNaN(dayMs)) return -1;
    into.date = date;
    into.dayMs = dayMs;
  }
  let at = from + 19;
  let fractionMs = 0;
  if (bytes[at] === 46) {
    const first = ++at;
    for (let unitMs = 100; ; at += 1, unitMs /= 10) {
      const digit = (bytes[at] as number) - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      if (unitMs >= 1) fractionMs += digit * unitMs;
    }
    if (at === first) return -1;
  }
  const offsetMs = offsetAt(bytes, at);
  if (Number.isNaN(offsetMs)) return -1;
  into.tMs = into.dayMs + seconds * 1000 + fractionMs - offsetMs;
  return bytes[at] === 90 ? at + 1 : at + 6;
}

/** Start of a day given as the number yyyymmdd; NaN where no calendar has it, or it is before 1970. */
function dayOf(date: number): number {
  const year = Math.floor(date / 10_000);
  const month = Math.floor(date / 100) % 100;
  const day = date % 100;
  if (year < 1970) return NaN;
  const dayMs = Date.UTC(year, month - 1, day);
  const read = new Date(dayMs);
  return read.getUTCMonth() === month - 1 && read.getUTCDate() === day && dayMs % DAY_MS === 0 ? dayMs : NaN;
}

/** Offset from UTC of `Z`, `+hh:mm` or `-hh:mm`; NaN for anything else. */
function offsetAt(bytes: Uint8Array, at: number): number {
  const sign = bytes[at];
  if (sign === 90) return 0;
  if ((sign !== 43 && sign !== 45) || bytes[at + 3] !== 58) return NaN;
  const digit = (index: number): number => {
    const value = (bytes[at + index] as number) - ZERO;
    return value >= 0 && value <= 9 ? value : NaN;
  };
  const hours = 10 * digit(1) + digit(2);
  const minutes = 10 * digit(4) + digit(5);
  if (!(hours <= 23 && minutes <= 59)) return NaN;
  return (sign === 45 ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}
