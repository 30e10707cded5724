/** What an expression gives; undefined: absent, and the field is left out. Times are epoch milliseconds. */
export type Value = string | number | boolean | undefined | readonly Value[] | { readonly [name: string]: Value };

/** A row of the file: text cells of a CSV by column, or an object of a JSONL file. */
export type Row = Readonly<Record<string, unknown>>;

/** What an expression is evaluated in. */
export interface Scope {
  readonly row: Row;
  /** Named values of the mapping that were computed so far. */
  readonly values: Readonly<Record<string, Value>>;
}

/** A compiled expression. Throws a {@link RowFault} when the row does not give what it asks for. */
export type Evaluate = (scope: Scope) => Value;

/** A compiled condition. */
export type Decide = (scope: Scope) => boolean;

/** Slugs of what can be wrong with a row before it is a payload; the contract's reasons come after. */
export type RowFaultReason = 'unreadable-number' | 'unreadable-duration' | 'unreadable-time' | 'unknown-code';

/** A row that cannot be mapped: expected, counted and shown, never a crash. */
export class RowFault extends Error {
  constructor(
    readonly reason: RowFaultReason,
    message: string,
  ) {
    super(message);
    this.name = 'RowFault';
  }
}

/** As text; undefined stays undefined. */
export function textOf(value: Value): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
