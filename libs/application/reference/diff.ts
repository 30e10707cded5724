import { referenceKey, type ReferenceEntry } from './entry.js';
import { referenceValueToWire } from './convert-wire.js';

/** One field that differs, in the wire's texts; absent where the entry does not have it. */
export interface FieldChange {
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
}

/** An entry that is there with other content. */
export interface ChangedEntry {
  readonly before: ReferenceEntry;
  readonly after: ReferenceEntry;
  readonly fields: readonly FieldChange[];
}

/** What separates the current entries from the desired ones. Versions do not count as a difference. */
export interface ReferenceDiff {
  readonly added: readonly ReferenceEntry[];
  readonly changed: readonly ChangedEntry[];
  /** In the current entries and not in the desired ones. */
  readonly removed: readonly ReferenceEntry[];
  readonly unchanged: readonly ReferenceEntry[];
}

/** Compares by {@link referenceKey}; a new start of an effective-dated entry is therefore an addition. */
export function diffReference(current: readonly ReferenceEntry[], desired: readonly ReferenceEntry[]): ReferenceDiff {
  const before = new Map(current.map((entry) => [referenceKey(entry), entry]));
  const wanted = new Set(desired.map(referenceKey));
  const diff = {
    added: [] as ReferenceEntry[],
    changed: [] as ChangedEntry[],
    removed: current.filter((entry) => !wanted.has(referenceKey(entry))),
    unchanged: [] as ReferenceEntry[],
  };
  for (const after of desired) {
    const old = before.get(referenceKey(after));
    const fields = old ? fieldChanges(old, after) : [];
    if (!old) diff.added.push(after);
    else if (fields.length > 0) diff.changed.push({ before: old, after, fields });
    else diff.unchanged.push(old);
  }
  return diff;
}

function fieldChanges(before: ReferenceEntry, after: ReferenceEntry): FieldChange[] {
  const [old, now] = [referenceValueToWire(before), referenceValueToWire(after)];
  const fields = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return fields.flatMap((field) => {
    const [a, b] = [old[field], now[field]].map((value) => (value === undefined ? undefined : valueText(value)));
    return a === b ? [] : [{ field, ...(a !== undefined && { before: a }), ...(b !== undefined && { after: b }) }];
  });
}

/** JSON with sorted fields, so that their order is no difference; a plain text stays without quotes. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value, (_, part: unknown) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/**
 * The difference for people: a line for each entry (`+` added, `~` changed with its fields, `-` removed), then a summary.
 * Without `prune` what is not in the file stays, which the summary says.
 */
export function printDiff(diff: ReferenceDiff, options: { readonly prune: boolean }): string {
  const lines = diff.added.map((entry) => `+ ${referenceKey(entry)}`);
  for (const { after, fields } of diff.changed) {
    lines.push(`~ ${referenceKey(after)}`);
    for (const { field, before, after: now } of fields)
      lines.push(`    ${field}: ${before ?? '(none)'} -> ${now ?? '(none)'}`);
  }
  if (options.prune) lines.push(...diff.removed.map((entry) => `- ${referenceKey(entry)}`));
  const rest = options.prune ? `${diff.removed.length} removed` : `${diff.removed.length} not in the file left alone`;
  lines.push(`${diff.added.length} added, ${diff.changed.length} changed, ${diff.unchanged.length} unchanged, ${rest}`);
  return lines.join('\n');
}
