import { IANAZone } from 'luxon';

const DAY_MS = 86_400_000;

/** Twenty years of days; more are forgotten at once. */
const REMEMBERED_DAYS = 7300;

/**
 * A zone's offset from UTC in milliseconds at an epoch time; RangeError when the zone is unknown. luxon asks Intl,
 * which takes some ten microseconds, so the offsets at the starts of UTC days are remembered and hold for the day where
 * both ends agree: since 1970 no zone has changed its clocks twice within a week.
 */
export function zoneOffset(zone: string): (tMs: number) => number {
  const ianaZone = IANAZone.create(zone);
  if (!ianaZone.isValid) {
    throw new RangeError(`unknown time zone: "${zone}". Use an IANA name such as Asia/Shanghai or Europe/Berlin`);
  }
  const ask = (tMs: number): number => Math.round(ianaZone.offset(tMs) * 60_000);
  const byDay = new Map<number, number>();
  const atStartOf = (day: number): number => {
    const known = byDay.get(day);
    if (known !== undefined) return known;
    if (byDay.size >= REMEMBERED_DAYS) byDay.clear();
    const offsetMs = ask(day * DAY_MS);
    byDay.set(day, offsetMs);
    return offsetMs;
  };
  return (tMs) => {
    const day = Math.floor(tMs / DAY_MS);
    const offsetMs = atStartOf(day);
    return offsetMs === atStartOf(day + 1) ? offsetMs : ask(tMs);
  };
}
