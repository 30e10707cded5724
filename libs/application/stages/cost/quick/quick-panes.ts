import { MAX_ROW_ADDITIONS, ROW_FIELDS, SCOPES } from '#libs/domain';
import type { PaneRowsWriter } from '../../exchange/panes-message.js';
import type { Name } from './names.js';

const INITIAL_ROWS = 256;

/** Rows of one name: what it gained in each pane since the last commit. */
export class NamedRows {
  /** The pane of the last addition, and its row: the next is nearly always of the same. */
  pane = -1;
  row = -1;
  readonly panes: number[] = [];
  readonly rows: number[] = [];

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
    let index = named.panes.length - 1;
    while (index >= 0 && named.panes[index] !== pane) index -= 1;
    if (index < 0) {
      if (named.panes.length === 0) this.touched.push(named);
      index = named.panes.length;
      named.panes.push(pane);
      named.rows.push(this.newRow());
    }
    named.pane = pane;
    named.row = named.rows[index] as number;
    return named.row;
  }

  private isZero(row: number): boolean {
    for (let at = row * ROW_FIELDS; at < (row + 1) * ROW_FIELDS; at += 1) if (this.values[at] !== 0) return false;
    return true;
  }

  private newRow(): number {
    const row = this.rows;
    this.rows += 1;
    if (this.rows * ROW_FIELDS > this.values.length) {
      const larger = new Float64Array(2 * this.values.length);
      larger.set(this.values);
      this.values = larger;
    } else this.values.fill(0, row * ROW_FIELDS, (row + 1) * ROW_FIELDS);
    return row;
  }

  /** Writes everything since the last call, each name to its owner. */
  drain(writerFor: (named: NamedRows) => PaneRowsWriter): void {
    for (const named of this.touched) {
      const { name, vendor, panes, rows } = named;
      let count = 0;
      // What cancelled itself out is not said: a pane in which nothing was must not come into being.
      for (const row of rows) if (!this.isZero(row)) count += 1;
      if (count > 0) {
        const writer = writerFor(named);
        if (vendor) writer.beginCell(vendor, name.bytes, count);
        else writer.beginScope(SCOPES.indexOf(name.table.scope ?? 'all'), name.bytes, count);
        for (let index = 0; index < rows.length; index += 1) {
          const row = rows[index] as number;
          if (!this.isZero(row)) writer.row(panes[index] as number, this.values, row * ROW_FIELDS);
        }
      }
      panes.length = 0;
      rows.length = 0;
      named.pane = -1;
    }
    this.touched = [];
    this.rows = 0;
    this.additions = 0;
  }
}
