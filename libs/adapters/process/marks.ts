import { readlinkSync } from 'node:fs';
import { processIdentity } from './identity.js';

/** Tells the processes of one machine apart, also those that have ended. */
export interface ProcessMarks {
  /** The mark of this process; no other ever has it. */
  readonly own: string;
  /** Whether the process with this mark is known to have ended. False for one that runs and for those of other machines. */
  readonly isGone: (mark: string) => boolean;
}

/**
 * Marks by boot, namespace of process ids, process id and start. Undefined where the system does not tell all of them
 * (Linux does): a process id says nothing without the machine, or the container, that it belongs to.
 */
export function processMarks(): ProcessMarks | undefined {
  const place = placeOfPids();
  const identity = processIdentity(process.pid);
  if (place === undefined || identity === undefined) return undefined;
  const boot = bootOf(identity);
  return {
    own: `${process.pid} ${place} ${identity}`,
    isGone: (mark) => {
      const [, pid = '', where, its = ''] = /^(\d+) (\S+) (.+)$/.exec(mark) ?? [];
      return where === place && bootOf(its) === boot && hasEnded(Number(pid), its);
    },
  };
}

/** Processes of another container have the same numbers and are others. */
function placeOfPids(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

function bootOf(identity: string): string | undefined {
  return identity.split(' ', 1)[0];
}

function hasEnded(pid: number, identity: string): boolean {
  let isOurs = true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
    // Another account's, which /proc may not show us.
    isOurs = false;
  }
  const now = processIdentity(pid);
  return now === undefined ? isOurs : now !== identity;
}
