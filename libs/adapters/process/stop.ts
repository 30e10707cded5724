import { onOrphaned, onParentGone } from './parent.js';

/** Why a process is asked to stop. */
export type StopReason = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'parent gone';

/** How a process stops. */
export interface StopOptions {
  /** Closes everything, in order; called once. When it resolves the process ends with exit code 0. */
  readonly stop: (reason: StopReason) => Promise<void>;
  /** Called with what went wrong when `stop` rejects or takes too long; the process then ends with exit code 1. */
  readonly onFailure: (problem: unknown) => void;
  /** Stop too when whatever started this process ends, IPC or not: for what runs under npm. */
  readonly endsWithParent?: boolean;
  /** Called when a second signal ends the process at once. */
  readonly onForced?: () => void;
  /** How long `stop` may take, wall clock. */
  readonly graceMs?: number;
}

/**
 * Stops the process in good order on SIGINT, SIGTERM, SIGHUP, or when the supervisor that started it has died.
 * A second signal ends it at once: whoever presses Ctrl-C twice means it.
 */
export function stopGracefully({
  stop,
  onFailure,
  onForced,
  endsWithParent = false,
  graceMs = 10_000,
}: StopOptions): void {
  let stopping = false;
  const begin = (reason: StopReason): void => {
    if (stopping) {
      onForced?.();
      process.exit(130);
    }
    stopping = true;
    void endAfter(() => stop(reason), onFailure, graceMs);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => begin(signal));
  const parentGone = (): void => {
    if (!stopping) begin('parent gone');
  };
  onParentGone(parentGone);
  if (endsWithParent) onOrphaned(parentGone);
}

async function endAfter(
  stop: () => Promise<void>,
  onFailure: StopOptions['onFailure'],
  graceMs: number,
): Promise<void> {
  const tooLong = setTimeout(() => {
    onFailure(new Error(`Stopping took longer than ${graceMs} ms; ending without waiting for the rest.`));
    process.exit(1);
  }, graceMs);
  try {
    await stop();
    clearTimeout(tooLong);
    process.exit(0);
  } catch (problem) {
    onFailure(problem);
    process.exit(1);
  }
}
