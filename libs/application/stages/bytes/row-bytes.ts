import { ROW_FIELDS, SUM_FIELDS } from '#libs/domain';
import type { ByteReader } from './byte-reader.js';
import { MAX_VARINT_BYTES, putVarint } from './put.js';

/** Most bytes of a row, also of one of sums. */
export const MAX_ROW_BYTES = 3 + SUM_FIELDS * MAX_VARINT_BYTES;

/** Writes what is not zero of a row of measures, up to 24 fields: a mask of them, then each as a varint. */
export function putRow(
  bytes: Uint8Array,
  at: number,
  row: Float64Array,
  from: number,
  fields: number = ROW_FIELDS,
): number {
  let mask = 0;
  let end = at + 3;
  for (let field = 0; field < fields; field += 1) {
    const value = row[from + field] as number;
    if (value === 0) continue;
    mask |= 1 << field;
    end = putVarint(bytes, end, value);
  }
  bytes[at] = mask & 255;
  bytes[at + 1] = (mask >>> 8) & 255;
  bytes[at + 2] = mask >>> 16;
  return end;
}

/** Reads a row that {@link putRow} wrote. */
export function readRowInto(reader: ByteReader, row: Float64Array, to: number, fields: number = ROW_FIELDS): void {
  let mask = reader.byte();
  mask |= reader.byte() << 8;
  mask |= reader.byte() << 16;
  for (let field = 0; field < fields; field += 1) row[to + field] = mask & (1 << field) ? reader.varint() : 0;
}
