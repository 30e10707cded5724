import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Far longer than anything takes that a test waits for, also on a slow machine that has other work to do. */
const PATIENCE_MS = 180_000;
const LOOK_AGAIN_MS = 50;
const MOST_SHOWN = 3_000;

/**
 * Looks until there is something to see, or until `isEnough` finds that what is seen is what was waited for, and gives
 * that: who goes on to check it checks the very thing that was waited for. Throws with what was waited for and what was
 * seen last when that takes too long, or when looking fails.
 */
export function eventually<T>(what: string, look: () => Awaitable<T | undefined | false>): Promise<T>;
export function eventually<T>(
  what: string,
  look: () => Awaitable<T>,
  isEnough: (seen: T) => boolean,
  withinMs?: number,
): Promise<T>;
export async function eventually<T>(
  what: string,
  look: () => Awaitable<T>,
  isEnough: (seen: T) => boolean = (seen) => seen !== undefined && seen !== false,
  withinMs = PATIENCE_MS,
): Promise<T> {
  const startMs = performance.now();
  for (let looks = 1; ; looks += 1) {
    const seen = await attempt(what, look);
    if (isEnough(seen)) return seen;
    const waitedMs = performance.now() - startMs;
    if (waitedMs > withinMs) {
      const times = `${(waitedMs / 1000).toFixed(1)} s, looked ${looks} times`;
      throw new Error(`Waited in vain for ${what} (${times}). Seen last: ${shown(seen)}`);
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

type Awaitable<T> = T | Promise<T>;

async function attempt<T>(what: string, look: () => Awaitable<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    throw new Error(`Looking failed while waiting for ${what}: ${says}`, { cause: error });
  }
}

function shown(seen: unknown): string {
  const text = inspect(seen, { depth: 5, breakLength: 120, maxArrayLength: 40, maxStringLength: 1_000 });
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)} ...` : text;
}
