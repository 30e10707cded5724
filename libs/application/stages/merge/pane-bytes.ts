import { SCOPES, SUM_FIELDS, type Scope, type ScopeRef } from '#libs/domain';
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { MAX_VARINT_BYTES, putVarint } from '../bytes/put.js';
import { MAX_ROW_BYTES, putRow, readRowInto } from '../bytes/row-bytes.js';

/** Before a row; before a scope stands its number in SCOPES plus one. */
const PANE = 0;

/**
 * Fine panes as bytes: the index of the first, then each scope followed by its panes, which are an index (counted from the
 * first one's) and a row of sums. What stands in them, a whole pane or what was added to it, is the writer's affair.
 */
export class PaneBytes {
  private readonly writer = new ByteWriter();
  private first = 0;
  private ref: ScopeRef | undefined;

  /** Bytes since the last {@link take}. */
  get size(): number {
    return this.writer.at;
  }

  /**
   * `ref`: always the same object for a scope. `sums`: SUM_FIELDS doubles, amounts in their one form; a row of a cost task
   * that is a sum as it stands ({@link isSum}) may be written as one.
   */
  add(ref: ScopeRef, index: number, sums: Float64Array): void {
    const { writer } = this;
    if (writer.at === 0) writer.varint((this.first = index));
    if (ref !== this.ref) {
      writer.byte(SCOPES.indexOf(ref.scope) + 1);
      writer.text(ref.id);
      this.ref = ref;
    }
    writer.reserve(1 + MAX_VARINT_BYTES + MAX_ROW_BYTES);
    writer.bytes[writer.at] = PANE;
    writer.at = putVarint(writer.bytes, writer.at + 1, index - this.first);
    writer.at = putRow(writer.bytes, writer.at, sums, 0, sums.length);
  }

  /** A copy of what was written, and a new beginning. */
  take(): Buffer {
    const taken = Buffer.from(this.writer.written);
    this.clear();
    return taken;
  }

  /** Forgets what was written. */
  clear(): void {
    this.writer.at = 0;
    this.ref = undefined;
  }
}

/** Takes panes as they are read: each scope, then its panes, whose sums are of use only until `pane` returns. */
export interface PaneSink {
  scope(ref: ScopeRef): void;
  pane(index: number, sums: Float64Array): void;
}

/** Reads what {@link PaneBytes} wrote. Throws for anything else. */
export function readPaneBytes(value: Buffer, into: PaneSink): void {
  const reader = new ByteReader(value);
  const sums = new Float64Array(SUM_FIELDS);
  const first = reader.varint();
  while (!reader.isAtEnd) {
    const kind = reader.byte();
    if (kind === PANE) {
      const index = first + reader.varint();
      readRowInto(reader, sums, 0, SUM_FIELDS);
      into.pane(index, sums);
    } else into.scope({ scope: scopeAt(kind - 1), id: reader.text() });
  }
}

function scopeAt(number: number): Scope {
  const scope = SCOPES[number];
  if (scope === undefined) throw new RangeError(`no scope has the number ${String(number)}`);
  return scope;
}
