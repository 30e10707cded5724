import type { ReferenceEntry, ReferenceKind } from './entry.js';

/** One write; `expectedVersion` is the version that the decision was made on, 0 where there was no entry. */
export type ReferenceChange =
  | { readonly action: 'put'; readonly entry: ReferenceEntry; readonly expectedVersion: number }
  | { readonly action: 'delete'; readonly kind: ReferenceKind; readonly id: string; readonly expectedVersion: number };

/**
 * Nothing was written. `changed-meanwhile`: somebody else wrote one of the entries first; read again and decide again.
 * `refused`: one of the budgets cannot become a draft, such as one that waits for approval.
 */
export type WriteResult =
  | { readonly ok: true; readonly written: number }
  | { readonly ok: false; readonly reason: 'changed-meanwhile' | 'refused'; readonly detail: string };

/** Where reference data is kept. Rejects when the database cannot be reached. */
export interface ReferenceStore {
  /** All entries, in the order of kinds and ids. */
  list(): Promise<readonly ReferenceEntry[]>;
  /** Budgets and initiatives that wait for a decision: they do not hold, and a file that says the same changes nothing. */
  waiting(): Promise<readonly ReferenceEntry[]>;
  /**
   * Writes all changes or none: entries with their versions counted on, a line of audit and a message to the stages
   * for each. A budget only becomes a draft, an initiative a proposal: they hold once people have decided so (`decisions`). `actor` is who decided, `atMs` when (epoch milliseconds).
   */
  write(changes: readonly ReferenceChange[], actor: string, atMs: number): Promise<WriteResult>;
}
