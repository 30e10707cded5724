const DAY_MS = 86_400_000;
const YEAR_0_MS = -62_167_219_200_000;
const YEAR_10000_MS = 253_402_300_800_000;

const TWO_DIGITS = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

// A pure function that remembers: outputs of one run lie within a few days, and formatting the date is the dear part.
let cachedDay = Number.NaN;
let cachedDate = '';

/**
 * Epoch milliseconds as RFC 3339 in UTC with milliseconds, the one form of the contract's outputs
 * ("2026-03-01T08:15:00.000Z"). Throws RangeError when `tMs` is not a whole number within the years 0 to 9999.
 */
export function rfc3339(tMs: number): string {
  if (!Number.isInteger(tMs) || tMs < YEAR_0_MS || tMs >= YEAR_10000_MS) {
    throw new RangeError(`not epoch milliseconds within the years 0 to 9999: ${String(tMs)}`);
  }
  const day = Math.floor(tMs / DAY_MS);
  if (day !== cachedDay) {
    cachedDate = new Date(day * DAY_MS).toISOString().slice(0, 11);
    cachedDay = day;
  }
  const inDayMs = tMs - day * DAY_MS;
  const hours = Math.floor(inDayMs / 3_600_000);
  const minutes = Math.floor(inDayMs / 60_000) % 60;
  const seconds = Math.floor(inDayMs / 1000) % 60;
  const millis = String(inDayMs % 1000).padStart(3, '0');
  return `${cachedDate}${twoDigits(hours)}:${twoDigits(minutes)}:${twoDigits(seconds)}.${millis}Z`;
}

function twoDigits(value: number): string {
  return TWO_DIGITS[value] ?? String(value);
}
