import { scopeKey } from '#libs/contract';
import { addInto, copyMeasures, isZero, type Measures, type Scope, type ScopeIds, type ScopeRef } from '#libs/domain';
import type { CellDelta, LineDelta, PaneDelta, RevenueDelta } from './panes-message.js';

const WHOLE: ScopeRef = { scope: 'all', id: 'all' };

/** Stands for a vendor where there is none; no vendor's id is empty. */
const OWN_PEOPLE = '';

/** What has come together for one merge task. */
export interface OwnedContent {
  readonly panes: PaneDelta[];
  readonly lines: LineDelta[];
  readonly revenues: RevenueDelta[];
  readonly cells: CellDelta[];
}

/** Adds up, between two commits, what records add to each pane of each scope, sorted by the merge task that owns it. */
export class PartialPanes {
  /** By pane, see {@link paneKey}, then scope, then id: no text is put together to find one. */
  private readonly pending = new Map<number, Map<Scope, Map<string, PaneDelta>>>();
  private readonly lines: LineDelta[] = [];
  private readonly revenues: RevenueDelta[] = [];
  private readonly owners = new Map<Scope, Map<string, number>>();

  /** By coarse pane, then vendor, then channel. */
  private readonly cells = new Map<number, Map<string, Map<string, CellDelta>>>();

  constructor(
    private readonly paneMs: number,
    private readonly cellMs: number,
  ) {}

  /** Adds a fact's measures to all its scopes. A calendar-only delta keeps its own time, its month is what matters. */
  add(refs: readonly ScopeRef[], tMs: number, measures: Measures, calendarOnly: boolean): void {
    const pane = Math.floor(tMs / this.paneMs);
    const tPaneMs = pane * this.paneMs;
    const scopes = child(this.pending, paneKey(pane, calendarOnly));
    for (const { scope, id } of refs) {
      const deltas = child(scopes, scope);
      const delta = deltas.get(id);
      if (delta) addInto(delta.delta, measures);
      else deltas.set(id, { scope, id, tMs: tPaneMs, calendarOnly, delta: copyMeasures(measures) });
    }
  }

  /** A scope's owner stays the same, and takes a hash of its key to find. */
  ownerOf({ scope, id }: ScopeRef, ownerOf: (scopeKey: string) => number): number {
    const owners = child(this.owners, scope);
    let owner = owners.get(id);
    if (owner === undefined) owners.set(id, (owner = ownerOf(scopeKey(scope, id))));
    return owner;
  }

  /** Adds what a person or a vendor did to the cell of handler and channel, which the whole's owner keeps. */
  addCell({ vendor, agent, channel }: ScopeIds, tMs: number, measures: Measures): void {
    if (channel === undefined || (vendor ?? agent) === undefined) return;
    const index = Math.floor(tMs / this.cellMs);
    const channels = child(child(this.cells, index), vendor ?? OWN_PEOPLE);
    const cell = channels.get(channel);
    if (cell) addInto(cell.delta, measures);
    else
      channels.set(channel, {
        ...(vendor !== undefined && { vendorId: vendor }),
        channel,
        tMs: index * this.cellMs,
        delta: copyMeasures(measures),
      });
  }

  addLine(line: LineDelta): void {
    this.lines.push(line);
  }

  /** Revenue that the whole's cost is compared with. */
  addRevenue(revenue: RevenueDelta): void {
    this.revenues.push(revenue);
  }

  /** What has come together since the last call, by owning partition. */
  drain(ownerOf: (scopeKey: string) => number): Map<number, OwnedContent> {
    const byOwner = new Map<number, OwnedContent>();
    const owned = (ref: ScopeRef) => {
      const owner = this.ownerOf(ref, ownerOf);
      let content = byOwner.get(owner);
      if (!content) byOwner.set(owner, (content = { panes: [], lines: [], revenues: [], cells: [] }));
      return content;
    };
    for (const scopes of this.pending.values())
      for (const deltas of scopes.values())
        for (const pane of deltas.values()) if (!isZero(pane.delta)) owned(pane).panes.push(pane);
    for (const line of this.lines) owned(line).lines.push(line);
    for (const vendors of this.cells.values())
      for (const channels of vendors.values())
        for (const cell of channels.values()) if (!isZero(cell.delta)) owned(WHOLE).cells.push(cell);
    for (const revenue of this.revenues) owned(WHOLE).revenues.push(revenue);
    this.pending.clear();
    this.lines.length = 0;
    this.revenues.length = 0;
    this.cells.clear();
    return byOwner;
  }
}

/** One number for both: an even one for panes of rolling windows, an odd one for the calendar. */
function paneKey(pane: number, calendarOnly: boolean): number {
  return 2 * pane + (calendarOnly ? 1 : 0);
}

function child<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let map = maps.get(key);
  if (!map) maps.set(key, (map = new Map<L, V>()));
  return map;
}
