/**
 * One thing looked at: `ok`; `missing`, without which nothing starts; or `absent`, which would be nice to have.
 * The text says what was found, or what to do.
 */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'missing' | 'absent';
  readonly text: string;
}

/** A check may look at several things at once. */
export type Check = () => Promise<readonly Finding[]>;

/** A single thing that is as it should be. */
export function ok(name: string, text: string): Finding[] {
  return [{ name, state: 'ok', text }];
}

/** A single thing that must be mended. */
export function missing(name: string, text: string): Finding[] {
  return [{ name, state: 'missing', text }];
}

/** A single thing that would be nice to have. */
export function absent(name: string, text: string): Finding[] {
  return [{ name, state: 'absent', text }];
}
