import { scopeKeyOf, type AccrualLine, type ScopeRef } from '#libs/domain';

/** What corrections did to the bills of one scope. */
export interface BillChanges {
  /** Ids of lines that took the place of earlier ones. */
  readonly added: Set<string>;
  /** Lines that were taken back, by id. */
  readonly taken: Map<string, AccrualLine>;
}

type LineWire = Omit<AccrualLine, 'amountMicros'> & { readonly amountMicros: string };

/** Corrected bills as they are kept with a task's state. */
export type CorrectedBillsState = readonly (readonly [
  scopeKey: string,
  added: readonly string[],
  taken: readonly LineWire[],
])[];

/**
 * Bills that a correction changed since the rules were judged last, by scope: it may be what moves a signal. Panes do not
 * show it, for bills are never cut into them.
 */
export class CorrectedBills {
  private readonly byScope = new Map<string, BillChanges>();

  /** A line came that corrects an earlier one. */
  added(ref: ScopeRef, lineId: string): void {
    this.changesOf(scopeKeyOf(ref)).added.add(lineId);
  }

  /** A line was taken back whole. */
  taken(ref: ScopeRef, line: AccrualLine): void {
    const changes = this.changesOf(scopeKeyOf(ref));
    if (!changes.added.delete(line.lineId)) changes.taken.set(line.lineId, line);
  }

  private changesOf(key: string): BillChanges {
    let changes = this.byScope.get(key);
    if (!changes) this.byScope.set(key, (changes = { added: new Set(), taken: new Map() }));
    return changes;
  }

  of(ref: ScopeRef): BillChanges | undefined {
    return this.byScope.get(scopeKeyOf(ref));
  }

  clear(): void {
    this.byScope.clear();
  }

  toJSON(): CorrectedBillsState {
    return [...this.byScope].map(([key, { added, taken }]) => {
      const lines = [...taken.values()].map((line) => ({ ...line, amountMicros: String(line.amountMicros) }));
      return [key, [...added], lines] as const;
    });
  }

  restore(state: CorrectedBillsState): void {
    for (const [key, added, taken] of state) {
      const changes = this.changesOf(key);
      for (const lineId of added) changes.added.add(lineId);
      for (const line of taken) changes.taken.set(line.lineId, { ...line, amountMicros: BigInt(line.amountMicros) });
    }
  }
}

/** The lines as they would be without the changes. */
export function linesWithout(changes: BillChanges | undefined, lines: Iterable<AccrualLine>): Iterable<AccrualLine> {
  if (!changes) return lines;
  return [...[...lines].filter(({ lineId }) => !changes.added.has(lineId)), ...changes.taken.values()];
}
