/** Waits; ends early, without an error, when `signal` aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}

const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/**
 * Milliseconds to wait after the nth failure in a row (1 the first): doubling up to `longestMs`, with jitter so that tasks
 * do not march in step. The longest wait is what a server that is back may have to wait for us.
 */
export function backoffMs(failures: number, longestMs = LONGEST_MS): number {
  const full = Math.min(longestMs, FIRST_MS * 2 ** Math.min(failures - 1, 16));
  return full / 2 + (full / 2) * Math.random();
}
