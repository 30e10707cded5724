import { MAX_ROW_ADDITIONS, ROW_FIELDS, SCOPES } from '#libs/domain';
import type { PaneRowsWriter } from '../../exchange/panes-message.js';
import type { Name } from './names.js';

const INITIAL_ROWS = 256;

/** Rows of one name: what it gained in each pane since the last commit. */
export class NamedRows {
  /** The pane of the last addition, and its row: the next is nearly always of the same. */
  pane = -1;
  row = -1;
  /** The row that came last, of which {@link QuickPanes} knows the one before; -1: there is none. */
  newest = -1;

  constructor(
    readonly name: Name,
    /** Absent: rows of a scope. Else of a cell of this vendor (no bytes: the own people) and the channel `name`. */
    readonly vendor?: Uint8Array,
  ) {}
}

/**
 * Adds up, between two commits, what contacts add to the panes of their scopes, in one typed array. Amounts are whole
 * micros below {@link MAX_ROW_MICROS}, and after {@link MAX_ROW_ADDITIONS} contacts {@link isFull} asks for a commit's worth
 * to be written out, so that every sum is exact.
 */
export class QuickPanes {
  private values = new Float64Array(INITIAL_ROWS * ROW_FIELDS);
  /** Of each row its pane, and the row of the same name that came before it. Lists of each name would be moved by the collector. */
  private paneOf = new Float64Array(INITIAL_ROWS);
  private before = new Int32Array(INITIAL_ROWS);
  private rows = 0;
  private touched: NamedRows[] = [];
  private additions = 0;
  /** The row at hand, and its fields that are not zero: a third of them, each added to five panes or more. */
  private contact: Float64Array = new Float64Array(ROW_FIELDS);
  private readonly fields = new Uint8Array(ROW_FIELDS);
  private fieldCount = 0;

  get isFull(): boolean {
    return this.additions >= MAX_ROW_ADDITIONS;
  }

  get isEmpty(): boolean {
    return this.rows === 0;
  }

  /** A contact is about to be added, with this row. */
  begin(contact: Float64Array): void {
    this.additions += 1;
    this.contact = contact;
    let count = 0;
    for (let field = 0; field < ROW_FIELDS; field += 1) if (contact[field] !== 0) this.fields[count++] = field;
    this.fieldCount = count;
  }

  /** Adds the contact to a pane, by its number as the message has it. */
  add(named: NamedRows, pane: number): void {
    const from = (named.pane === pane ? named.row : this.rowOf(named, pane)) * ROW_FIELDS;
    const { values, contact, fields, fieldCount } = this;
    for (let index = 0; index < fieldCount; index += 1) {
      const field = fields[index] as number;
      values[from + field] = (values[from + field] as number) + (contact[field] as number);
    }
  }

  private rowOf(named: NamedRows, pane: number): number {
    let row = named.newest;
    while (row >= 0 && this.paneOf[row] !== pane) row = this.before[row] as number;
    if (row < 0) {
      if (named.newest < 0) this.touched.push(named);
      row = this.newRow();
      this.paneOf[row] = pane;
      this.before[row] = named.newest;
      named.newest = row;
    }
    named.pane = pane;
    named.row = row;
    return row;
  }

  private isZero(row: number): boolean {
    for (let at = row * ROW_FIELDS; at < (row + 1) * ROW_FIELDS; at += 1) if (this.values[at] !== 0) return false;
    return true;
  }

  private newRow(): number {
    const row = this.rows;
    this.rows += 1;
    if (row === this.before.length) this.grow();
    else this.values.fill(0, row * ROW_FIELDS, (row + 1) * ROW_FIELDS);
    return row;
  }

  private grow(): void {
    const { values, paneOf, before } = this;
    this.values = new Float64Array(2 * values.length);
    this.values.set(values);
    this.paneOf = new Float64Array(2 * paneOf.length);
    this.paneOf.set(paneOf);
    this.before = new Int32Array(2 * before.length);
    this.before.set(before);
  }

  /** The rows of a name as they came. What cancelled itself out is not said: a pane in which nothing was must not come into being. */
  private rowsOf({ newest }: NamedRows): number[] {
    const rows: number[] = [];
    for (let row = newest; row >= 0; row = this.before[row] as number) if (!this.isZero(row)) rows.push(row);
    return rows.reverse();
  }

  /** Writes everything since the last call, each name to its owner. */
  drain(writerFor: (named: NamedRows) => PaneRowsWriter): void {
    for (const named of this.touched) {
      const { name, vendor } = named;
      const rows = this.rowsOf(named);
      if (rows.length > 0) {
        const writer = writerFor(named);
        if (vendor) writer.beginCell(vendor, name.bytes, rows.length);
        else writer.beginScope(SCOPES.indexOf(name.table.scope ?? 'all'), name.bytes, rows.length);
        for (const row of rows) writer.row(this.paneOf[row] as number, this.values, row * ROW_FIELDS);
      }
      named.newest = -1;
      named.pane = -1;
    }
    this.touched = [];
    this.rows = 0;
    this.additions = 0;
  }
}
