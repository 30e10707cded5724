import {
  amountOf,
  copyMeasures,
  packMeasures,
  scopeKeyOf,
  subtractInto,
  unpackMeasures,
  type Measures,
  type PackedMeasures,
  type ScopeRef,
  type SignalCause,
} from '#libs/domain';

/** A change behind the last evaluation: late data, or a correction. */
export interface LateChange {
  readonly tMs: number;
  /** Too late for rolling windows. */
  readonly calendarOnly: boolean;
  readonly delta: Measures;
  /** Of a bill that corrects another. */
  readonly corrects?: boolean;
}

/** Late changes as they are kept with a task's state. */
export type LateChangesState = readonly (readonly [
  scopeKey: string,
  tMs: number,
  calendarOnly: boolean,
  packed: PackedMeasures,
  corrects?: true,
])[];

/** What came behind the last evaluation of the rules, by scope, until the next one: it may be what moves a signal. */
export class LateChanges {
  private readonly byScope = new Map<string, LateChange[]>();

  add(ref: ScopeRef, change: LateChange): void {
    this.push(scopeKeyOf(ref), change);
  }

  private push(key: string, change: LateChange): void {
    const changes = this.byScope.get(key);
    if (changes) changes.push(change);
    else this.byScope.set(key, [change]);
  }

  of(ref: ScopeRef): readonly LateChange[] {
    return this.byScope.get(scopeKeyOf(ref)) ?? [];
  }

  clear(): void {
    this.byScope.clear();
  }

  toJSON(): LateChangesState {
    return [...this.byScope].flatMap(([key, changes]) =>
      changes.map(({ tMs, calendarOnly, delta, corrects }) => {
        const entry = [key, tMs, calendarOnly, packMeasures(delta)] as const;
        return corrects ? ([...entry, true] as const) : entry;
      }),
    );
  }

  restore(state: LateChangesState): void {
    for (const [key, tMs, calendarOnly, packed, corrects] of state)
      this.push(key, { tMs, calendarOnly, delta: unpackMeasures(packed), ...(corrects && { corrects }) });
  }
}

/** Content of [fromMs, toMs) as it would be without the changes; `withCalendar`: it holds what is for the calendar only. */
export function contentWithout(
  changes: readonly LateChange[],
  content: Measures,
  fromMs: number,
  toMs: number,
  withCalendar: boolean,
): Measures {
  if (changes.length === 0) return content;
  const rest = copyMeasures(content);
  for (const { tMs, calendarOnly, delta } of changes)
    if (tMs >= fromMs && tMs < toMs && (withCalendar || !calendarOnly)) subtractInto(rest, delta);
  return rest;
}

/** What to call changes that moved a signal: something taken back, or put in its place, is a correction. */
export function causeOfChanges(changes: readonly LateChange[]): SignalCause {
  const isCorrection = changes.some(
    ({ delta, corrects }) => corrects === true || amountOf(delta) < 0n || delta.interactions < 0,
  );
  return isCorrection ? 'correction' : 'late';
}
