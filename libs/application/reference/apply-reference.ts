import { diffReference, type ReferenceDiff } from './diff.js';
import { readReferenceFile } from './read-file.js';
import type { ReferenceChange, ReferenceStore } from './store.js';
import type { FileFault } from './yaml-document.js';

/** How to apply a file. */
export interface ApplyOptions {
  /** Who does it, for the audit. */
  readonly actor: string;
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: number;
  /** Only tell what would change. */
  readonly dryRun: boolean;
  /** Delete what the file does not have. */
  readonly prune: boolean;
}

/** What came of it: the difference (written unless a dry run), the file's faults, or a write that came in between. */
export type ApplyResult =
  | { readonly ok: true; readonly diff: ReferenceDiff; readonly written: number }
  | { readonly ok: false; readonly reason: 'invalid-file'; readonly faults: readonly FileFault[] }
  | { readonly ok: false; readonly reason: 'changed-meanwhile'; readonly detail: string };

/**
 * Makes the store hold what a YAML reference file says: reads it, compares, writes the difference in one transaction.
 * Applying the same file twice writes nothing the second time.
 */
export async function applyReferenceFile(
  store: ReferenceStore,
  yaml: string,
  { actor, nowMs, dryRun, prune }: ApplyOptions,
): Promise<ApplyResult> {
  const current = await store.list();
  // A pruned entry does not hold any more, so the file cannot rest on it or collide with it.
  const file = readReferenceFile(yaml, prune ? [] : current);
  if (!file.ok) return { ok: false, reason: 'invalid-file', faults: file.faults };
  const diff = diffReference(current, file.entries);
  const moved = movedHome(diff);
  if (moved.length > 0) return { ok: false, reason: 'invalid-file', faults: moved };
  const changes = changesOf(diff, prune);
  if (dryRun || changes.length === 0) return { ok: true, diff, written: 0 };
  const result = await store.write(changes, actor, nowMs);
  return result.ok ? { ok: true, diff, written: result.written } : result;
}

/** Months are cut in the organisation's zone and added up in its currency, so both stay what they were. */
function movedHome({ changed }: ReferenceDiff): FileFault[] {
  return changed.flatMap(({ before, after }) => {
    if (before.kind !== 'organisation' || after.kind !== 'organisation') return [];
    const [was, now] = [before.value, after.value];
    return (['zone', 'currency'] as const)
      .filter((field) => was[field] !== now[field])
      .map((field) => ({
        path: `organisation.${field}`,
        message: `cannot become ${now[field]}: cost was booked with ${was[field]}. Begin anew for it: topics, group and database of their own (SPENDLINE_TOPIC_PREFIX, SPENDLINE_GROUP, DATABASE_URL), or with everything embedded: npm start -- --fresh --no-simulator, then apply`,
      }));
  });
}

function changesOf(diff: ReferenceDiff, prune: boolean): ReferenceChange[] {
  return [
    ...diff.added.map((entry): ReferenceChange => ({ action: 'put', entry, expectedVersion: 0 })),
    ...diff.changed.map(({ before, after }): ReferenceChange => {
      return { action: 'put', entry: after, expectedVersion: before.version };
    }),
    ...(prune ? diff.removed : []).map(({ kind, id, version }): ReferenceChange => {
      return { action: 'delete', kind, id, expectedVersion: version };
    }),
  ];
}
