import { diffReference, type ReferenceDiff } from './diff.js';
import { readReferenceFile } from './read-file.js';
import { referenceKey, withVersion, type ReferenceEntry } from './entry.js';
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
  | {
      readonly ok: true;
      readonly diff: ReferenceDiff;
      readonly written: number;
      /** Budgets and initiatives of the file that do not count yet: drafts, submitted, proposed. */
      readonly waiting: readonly string[];
    }
  | { readonly ok: false; readonly reason: 'invalid-file'; readonly faults: readonly FileFault[] }
  | { readonly ok: false; readonly reason: 'changed-meanwhile' | 'refused'; readonly detail: string };

/**
 * Makes the store hold what a YAML reference file says: reads it, compares, writes the difference in one transaction.
 * Applying the same file twice writes nothing the second time. Budgets become drafts, whatever their status in the file:
 * nobody approves his own by writing it down; initiatives are proposed. `prune` leaves both alone: they are closed, not deleted.
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
  const known = withWaiting(current, await store.waiting());
  const diff = keepingDecisions(diffReference(known, file.entries.map(asWish)), prune);
  const moved = movedHome(diff);
  if (moved.length > 0) return { ok: false, reason: 'invalid-file', faults: moved };
  const changes = changesOf(diff, prune);
  const waiting = waitingOf(diff, current);
  if (dryRun || changes.length === 0) return { ok: true, diff, written: 0, waiting };
  const result = await store.write(changes, actor, nowMs);
  return result.ok ? { ok: true, diff, written: result.written, waiting } : result;
}

/** What a file says of a budget is what its author wishes to be approved; of an initiative, to be accepted. */
function asWish(entry: ReferenceEntry): ReferenceEntry {
  if (entry.kind === 'budget') return { ...entry, value: { ...entry.value, status: 'approved' } };
  return entry.kind === 'initiative' ? { ...entry, value: { ...entry.value, status: 'accepted' } } : entry;
}

/** What holds, and in place of budgets and initiatives what is written of their next version. */
function withWaiting(current: readonly ReferenceEntry[], waiting: readonly ReferenceEntry[]): ReferenceEntry[] {
  const byKey = new Map(current.map((entry) => [referenceKey(entry), entry]));
  for (const entry of waiting) {
    const version = byKey.get(referenceKey(entry))?.version ?? 0;
    byKey.set(referenceKey(entry), withVersion(asWish(entry), version));
  }
  return [...byKey.values()];
}

function keepingDecisions(diff: ReferenceDiff, prune: boolean): ReferenceDiff {
  return prune
    ? { ...diff, removed: diff.removed.filter(({ kind }) => kind !== 'budget' && kind !== 'initiative') }
    : diff;
}

/** Ids of the file's budgets and initiatives that are not in force as they stand there. */
function waitingOf({ added, changed, unchanged }: ReferenceDiff, current: readonly ReferenceEntry[]): string[] {
  const holds = new Map(current.map((entry) => [referenceKey(entry), entry]));
  const ofFile = [...added, ...changed.map(({ after }) => after), ...unchanged];
  return ofFile.flatMap((entry) => {
    if (entry.kind !== 'budget' && entry.kind !== 'initiative') return [];
    const held = holds.get(referenceKey(entry));
    const isHeld = held !== undefined && diffReference([held], [entry]).unchanged.length === 1;
    if (isHeld) return [];
    return [entry.kind === 'budget' ? entry.value.budgetId : entry.value.initiativeId];
  });
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
