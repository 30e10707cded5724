import { isPlainJson, MAX_INPUT_BYTES } from '#libs/contract';
import {
  MAX_ROW_MICROS,
  paneLayout,
  ROW_FIELDS,
  writeRow,
  type Measures,
  type Scope,
  type ScopeRef,
} from '#libs/domain';
import { ValuePlace } from '../../bytes/value-place.js';
import type { OwnedContent } from '../../exchange/partial-panes.js';
import { CELL_MS, type PaneRowsWriter } from '../../exchange/panes-message.js';
import type { InputRecord } from '../../stage.js';
import type { CostTaskParts } from '../cost-task-parts.js';
import type { QuickContact } from '../fact-memory.js';
import { ByName } from './by-name.js';
import { ContentHash } from './content-hash.js';
import { FIELD, INTERACTION_FIELDS } from './interaction-fields.js';
import { InteractionScan } from './interaction-scan.js';
import { NameTable, type Name } from './names.js';
import { MAX_PLAIN_ID, QuickEvent } from './quick-event.js';
import { NamedRows, QuickPanes } from './quick-panes.js';
import { QuickRating } from './quick-rating.js';
import { QuickTally } from './quick-tally.js';

const OWN_PEOPLE = new Uint8Array(0);
/** A scope that windows are kept for, and the field that names it. */
interface KeptScope {
  readonly scope: Scope;
  readonly field: number;
  readonly rows: ByName<NamedRows>;
}

/** Cells of one channel. */
interface ChannelCells {
  readonly ownPeople: NamedRows;
  readonly vendors: ByName<NamedRows>;
}

/**
 * The quick way for what nearly every record is: the first copy of a contact, in plain form, in time, priced in the
 * organisation's currency. From the bytes of the record straight to the bytes of its cost event, its place in the memory and
 * the sums of its panes, without an object or a text in between. For everything else {@link take} says false and has
 * changed nothing: then the record is decoded, validated and costed the long way. Both ways give the same; property tests
 * and the checksum of the benchmark hold them against each other.
 */
export class QuickContacts {
  private readonly place = new ValuePlace();
  private readonly scan = new InteractionScan();
  private readonly hash = new ContentHash();
  private readonly rating = new QuickRating(this.scan);
  private readonly event = new QuickEvent(this.scan, this.rating);
  private readonly panes = new QuickPanes();
  private readonly tally = new QuickTally();
  private readonly whole = new NamedRows(new NameTable('all', 'id', 'all').ofText('all'));
  private readonly groups = new ByName<NamedRows>();
  private readonly cells = new ByName<ChannelCells>();
  private readonly kept: readonly KeptScope[];
  private readonly keepsWhole: boolean;
  private readonly keepsGroups: boolean;
  private readonly paneMs: number;
  private readonly remembered: { -readonly [F in keyof QuickContact]: QuickContact[F] };
  /** Never shorter than it ever was: an array that is emptied for each contact is made anew for each. */
  private readonly scopeNames: Name[] = [];

  constructor(private readonly parts: CostTaskParts) {
    const { scopes, windowing } = parts.options;
    const { fineMs } = paneLayout(windowing);
    this.paneMs = fineMs;
    this.keepsWhole = scopes.includes('all');
    this.keepsGroups = scopes.includes('group');
    this.kept = scopes.flatMap((scope) => {
      const field = INTERACTION_FIELDS.findIndex((each) => each.scope === scope);
      return field < 0 ? [] : [{ scope, field, rows: new ByName<NamedRows>() }];
    });
    this.remembered = {
      id: new Uint8Array(0),
      idFrom: 0,
      idTo: 0,
      idHash: 0,
      atMs: 0,
      updatedAtMs: undefined,
      scopeNames: this.scopeNames,
      scopeCount: 0,
      row: this.rating.row,
      putHash: (bytes, at) => this.hash.put(bytes, at),
    };
  }

  /** Takes an interaction; false: it is for the long way, and nothing has changed. */
  take(record: InputRecord, nowMs: number): boolean {
    const { scan, parts, rating, place } = this;
    if (this.panes.isFull || !place.goTo(record) || place.to - place.from > MAX_INPUT_BYTES) return false;
    if (place.keyFrom < 0 || (place.hasHeaders && !isPlainJson(record.headers)) || !scan.scan(place)) return false;
    const endedAtMs = scan.values[FIELD.endedAt] as number;
    if (!this.isInTime(endedAtMs, nowMs) || parts.news.drivers.wants(endedAtMs)) return false;
    const idFrom = scan.from[FIELD.interactionId] as number;
    const idTo = scan.to[FIELD.interactionId] as number;
    const { idHash } = scan;
    const { memory, dependencies, journal, clock } = parts;
    if (idTo - idFrom > MAX_PLAIN_ID || memory.hasContact(place.bytes, idFrom, idTo, idHash)) return false;
    if (parts.waiting.mayWaitFor(idHash)) return false;
    const { rateBook, reference } = dependencies.reference.current();
    if (!rating.rate(rateBook, endedAtMs)) return false;
    if (!this.event.write(journal.costEvents.next(), place, endedAtMs, reference.organisation.currency)) return false;
    scan.hashContent(this.hash);
    this.remember(idHash, endedAtMs);
    this.book(endedAtMs);
    journal.fate('counted');
    clock.observe('interactions', endedAtMs);
    return true;
  }

  private isInTime(endedAtMs: number, nowMs: number): boolean {
    const { options, clock } = this.parts;
    if (options.clock === 'live' && endedAtMs > nowMs + options.maxFutureMs) return false;
    const { watermarkMs } = clock;
    return watermarkMs === undefined || endedAtMs >= watermarkMs - options.windowing.graceMs;
  }

  private remember(idHash: number, endedAtMs: number): void {
    const { scan, rating, remembered } = this;
    remembered.scopeCount = 0;
    const byBot = scan.names[FIELD.handledBy]?.text === 'bot';
    this.pushScope(scan.name(FIELD.channel));
    if (!byBot) {
      this.pushScope(scan.name(FIELD.agentId));
      this.pushScope(rating.team);
      this.pushScope(scan.name(FIELD.vendorId));
    }
    this.pushScope(scan.name(FIELD.queue));
    this.pushScope(rating.region);
    this.pushScope(scan.name(FIELD.topic));
    this.pushScope(scan.name(FIELD.stage));
    this.pushScope(scan.name(FIELD.customerTier));
    if (!byBot) for (const group of rating.groups) this.pushScope(group);
    remembered.id = scan.bytes;
    remembered.idFrom = scan.from[FIELD.interactionId] as number;
    remembered.idTo = scan.to[FIELD.interactionId] as number;
    remembered.idHash = idHash;
    remembered.atMs = endedAtMs;
    remembered.updatedAtMs = scan.has(FIELD.updatedAt) ? scan.values[FIELD.updatedAt] : undefined;
    this.parts.memory.rememberQuick(remembered, true);
  }

  private pushScope(name: Name | undefined): void {
    if (name) this.scopeNames[this.remembered.scopeCount++] = name;
  }

  private book(endedAtMs: number): void {
    const { scan, rating, panes } = this;
    const { row } = rating;
    const channel = scan.names[FIELD.channel] as Name;
    const handledBy = scan.names[FIELD.handledBy] as Name;
    const byBot = handledBy.text === 'bot';
    const pane = 2 * Math.floor(endedAtMs / this.paneMs);
    panes.begin(row);
    if (this.keepsWhole) panes.add(this.whole, pane);
    for (const { field, rows } of this.kept) {
      if (byBot && (field === FIELD.agentId || field === FIELD.vendorId || field === FIELD.team)) continue;
      const name = field === FIELD.team ? rating.team : field === FIELD.region ? rating.region : scan.name(field);
      if (name) panes.add(rowsOf(rows, name), pane);
    }
    if (!byBot && this.keepsGroups) for (const group of rating.groups) panes.add(rowsOf(this.groups, group), pane);
    const vendor = byBot ? undefined : scan.name(FIELD.vendorId);
    if (!byBot && (vendor || scan.has(FIELD.agentId)))
      panes.add(this.cellOf(channel, vendor), Math.floor(endedAtMs / CELL_MS));
    this.tally.add(channel, handledBy, scan.names[FIELD.outcome] as Name, row);
  }

  private cellOf(channel: Name, vendor: Name | undefined): NamedRows {
    let cells = this.cells.get(channel);
    if (!cells) {
      const ownPeople = new NamedRows(channel, OWN_PEOPLE);
      cells = this.cells.set(channel, { ownPeople, vendors: new ByName<NamedRows>() });
    }
    if (!vendor) return cells.ownPeople;
    return cells.vendors.get(vendor) ?? cells.vendors.set(vendor, new NamedRows(channel, vendor.bytes));
  }

  /**
   * Adds what came the long way to the rows of the same commit, so that a copy that takes its first one back leaves nothing;
   * gives what does not fit.
   */
  absorb({ panes, cells, ...rest }: OwnedContent): OwnedContent {
    if (this.panes.isEmpty) return { panes, cells, ...rest };
    const row = new Float64Array(ROW_FIELDS);
    const fits = (delta: Measures): boolean => !this.panes.isFull && writeRow(delta, row, 0, MAX_ROW_MICROS);
    const panesLeft = panes.filter((pane) => {
      const rows = this.rowsOfScope(pane);
      if (!rows || !fits(pane.delta)) return true;
      this.panes.begin(row);
      this.panes.add(rows, 2 * Math.floor(pane.tMs / this.paneMs) + (pane.calendarOnly ? 1 : 0));
      return false;
    });
    const cellsLeft = cells.filter(({ vendorId, channel, tMs, delta }) => {
      if (!fits(delta)) return true;
      const vendor = vendorId === undefined ? undefined : this.scan.tables[FIELD.vendorId]?.ofText(vendorId);
      const name = this.scan.tables[FIELD.channel]?.ofText(channel);
      if (!name) return true;
      this.panes.begin(row);
      this.panes.add(this.cellOf(name, vendor), Math.floor(tMs / CELL_MS));
      return false;
    });
    return { panes: panesLeft, cells: cellsLeft, ...rest };
  }

  private rowsOfScope({ scope, id }: ScopeRef): NamedRows | undefined {
    if (scope === 'all') return this.whole;
    if (scope === 'group') return rowsOf(this.groups, this.rating.groupNames.ofText(id));
    const kept = this.kept.find((each) => each.scope === scope);
    const name = kept && this.scan.tables[kept.field]?.ofText(id);
    return name && rowsOf(kept.rows, name);
  }

  /** Writes what panes gained since the last call; `writerFor` gives the writer of a scope's owner, '' being the whole's. */
  drain(writerFor: (scope: Scope, id: string) => PaneRowsWriter): void {
    if (this.panes.isEmpty) return;
    const { currency } = this.parts.dependencies.reference.current().reference.organisation;
    this.tally.drainInto(this.parts.tally, currency);
    this.panes.drain(({ name, vendor }) =>
      vendor ? writerFor('all', 'all') : writerFor(name.table.scope ?? 'all', name.text),
    );
  }
}

function rowsOf(rows: ByName<NamedRows>, name: Name): NamedRows {
  return rows.get(name) ?? rows.set(name, new NamedRows(name));
}
