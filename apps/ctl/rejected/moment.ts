import { epochMs } from '#libs/contract';
import { parseDuration } from '#libs/domain';

/** Epoch milliseconds of an RFC 3339 time, or of so long before `nowMs` (`2h`); undefined where it is neither. */
export function parseMoment(text: string, nowMs: number): number | undefined {
  const timeMs = epochMs(text);
  if (!Number.isNaN(timeMs)) return timeMs;
  try {
    return nowMs - parseDuration(text);
  } catch {
    return undefined;
  }
}
