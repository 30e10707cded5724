import type { Scope } from '#libs/domain';
import type { InputRecord, OutputRecord } from '../stage.js';

/**
 * What one cost task tells all of them of a bill, in `spendline.control`: a line lies in one partition, but what it asks
 * for, and what corrects it, concern others.
 */
export type BillNotice =
  /** The line was corrected by another one, which begins at `startMs`. */
  | { readonly kind: 'corrected'; readonly lineId: string; readonly by: string; readonly startMs: number }
  /** A bill is shared out among the ids of this scope until then: tell what they do. */
  | { readonly kind: 'drivers'; readonly scope: Scope; readonly untilMs: number };

/** One record for each cost task. */
export function noticeRecords(notice: BillNotice, tasks: number): OutputRecord[] {
  const value = JSON.stringify(notice);
  return Array.from({ length: tasks }, (_, partition) => ({ topic: 'control', partition, key: notice.kind, value }));
}

/** The notice in a record of the control topic; undefined where it is something else. */
export function noticeOf({ value }: InputRecord): BillNotice | undefined {
  try {
    const parsed = JSON.parse(value?.toString('utf8') ?? '') as BillNotice | { kind: unknown } | null;
    return parsed?.kind === 'corrected' || parsed?.kind === 'drivers' ? (parsed as BillNotice) : undefined;
  } catch {
    return undefined;
  }
}
