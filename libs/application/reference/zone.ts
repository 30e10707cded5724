const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY_MS = 86_400_000;

/** Whether the platform knows an IANA zone of this name. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * Epoch milliseconds of the first moment of a local date (`2026-11-01`) in an IANA zone: midnight, or the end of the
 * gap where a clock change skips midnight. Undefined when the text is no date of the calendar.
 */
export function startOfDate(date: string, zone: string): number | undefined {
  const match = DATE.exec(date);
  const utcMs = match ? Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) : Number.NaN;
  if (Number.isNaN(utcMs) || new Date(utcMs).toISOString().slice(0, 10) !== date) return undefined;
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
  });
  // Every zone lies within 24 h of UTC; on the minutes in between, "is it that date yet" changes from no to yes once.
  let beforeMs = utcMs - DAY_MS;
  let insideMs = utcMs + DAY_MS - 1;
  while (insideMs - beforeMs > 1) {
    const middleMs = Math.floor((beforeMs + insideMs) / 2);
    if (localDate(format, middleMs) < date) beforeMs = middleMs;
    else insideMs = middleMs;
  }
  return insideMs;
}

function localDate(format: Intl.DateTimeFormat, atMs: number): string {
  return format.format(atMs).slice(0, 10);
}
