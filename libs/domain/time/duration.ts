const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type DurationUnit = keyof typeof UNIT_MS;

const DURATION = /^(\d{1,16})(ms|s|m|h|d)$/;

/**
 * Milliseconds of a duration such as "10s", "5m", "24h" or "7d": one whole number and one unit (ms, s, m, h, d), as in
 * the names of windows. Throws RangeError when it is not one.
 */
export function parseDuration(text: string): number {
  const match = DURATION.exec(text);
  if (!match)
    throw new RangeError(`not a duration: "${text}". Write a whole number and one of ms, s, m, h, d, e.g. 5m`);
  const durationMs = Number(match[1]) * UNIT_MS[match[2] as DurationUnit];
  if (!Number.isSafeInteger(durationMs)) throw new RangeError(`too long a duration: "${text}"`);
  return durationMs;
}

/**
 * The shortest text that {@link parseDuration} reads back, in hours at most: windows are called 24h and 72h, never 1d.
 * Throws RangeError when `durationMs` is negative or not whole.
 */
export function formatDuration(durationMs: number): string {
  if (!Number.isSafeInteger(durationMs) || durationMs < 0) {
    throw new RangeError(`not a duration in whole milliseconds: ${String(durationMs)}`);
  }
  if (durationMs === 0) return '0s';
  const unit = (['h', 'm', 's'] as const).find((candidate) => durationMs % UNIT_MS[candidate] === 0) ?? 'ms';
  return `${String(durationMs / UNIT_MS[unit])}${unit}`;
}
