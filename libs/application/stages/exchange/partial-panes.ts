import { scopeKey } from '#libs/contract';
import { addInto, copyMeasures, isZero, type Measures, type ScopeRef } from '#libs/domain';
import type { LineDelta, PaneDelta, RevenueDelta } from './panes-message.js';

/** What has come together for one merge task. */
export interface OwnedContent {
  readonly panes: PaneDelta[];
  readonly lines: LineDelta[];
  readonly revenues: RevenueDelta[];
}

/** Adds up, between two commits, what records add to each pane of each scope, sorted by the merge task that owns it. */
export class PartialPanes {
  private readonly pending = new Map<string, PaneDelta>();
  private readonly lines: LineDelta[] = [];
  private readonly revenues: (ScopeRef & { readonly revenue: RevenueDelta })[] = [];

  constructor(private readonly paneMs: number) {}

  /** Adds a fact's measures to all its scopes. A calendar-only delta keeps its own time, its month is what matters. */
  add(refs: readonly ScopeRef[], tMs: number, measures: Measures, calendarOnly: boolean): void {
    const paneStartMs = Math.floor(tMs / this.paneMs) * this.paneMs;
    for (const { scope, id } of refs) {
      const key = `${calendarOnly ? 'c' : 'r'}${String(paneStartMs)}:${scope}:${id}`;
      const pane = this.pending.get(key);
      if (pane) addInto(pane.delta, measures);
      else this.pending.set(key, { scope, id, tMs: paneStartMs, calendarOnly, delta: copyMeasures(measures) });
    }
  }

  addLine(line: LineDelta): void {
    this.lines.push(line);
  }

  /** Revenue that the cost of a scope is compared with. */
  addRevenue({ scope, id }: ScopeRef, revenue: RevenueDelta): void {
    this.revenues.push({ scope, id, revenue });
  }

  /** What has come together since the last call, by owning partition. */
  drain(ownerOf: (scopeKey: string) => number): Map<number, OwnedContent> {
    const byOwner = new Map<number, OwnedContent>();
    const owned = (ref: ScopeRef) => {
      const owner = ownerOf(scopeKey(ref.scope, ref.id));
      let content = byOwner.get(owner);
      if (!content) byOwner.set(owner, (content = { panes: [], lines: [], revenues: [] }));
      return content;
    };
    for (const pane of this.pending.values()) if (!isZero(pane.delta)) owned(pane).panes.push(pane);
    for (const line of this.lines) owned(line).lines.push(line);
    for (const each of this.revenues) owned(each).revenues.push(each.revenue);
    this.pending.clear();
    this.lines.length = 0;
    this.revenues.length = 0;
    return byOwner;
  }
}
