import { viewOf } from '#libs/application';
import { CrcLanes, LANES_BYTES } from './crc32c-lanes.js';

/** Bytes that are taken at a time, as four words. */
const STRIDE = 16;
/** [256 * k + byte]: what a byte adds to the checksum when k more bytes follow it. */
const TABLES = tables();

function tables(): Int32Array {
  const table = new Int32Array(STRIDE * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    table[byte] = crc;
  }
  for (let at = 256; at < table.length; at += 1) {
    const before = table[at - 256] ?? 0;
    table[at] = (before >>> 8) ^ (table[before & 255] ?? 0);
  }
  return table;
}

/** What a word adds whose last byte is followed by `behind` / 256 more. */
function ofWord(table: Int32Array, word: number, behind: number): number {
  /* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is in range, and a check per byte would cost
     as much as the checksum */
  return (
    table[behind + 768 + (word & 255)]! ^
    table[behind + 512 + ((word >>> 8) & 255)]! ^
    table[behind + 256 + ((word >>> 16) & 255)]! ^
    table[behind + (word >>> 24)]!
  );
  /* eslint-enable @typescript-eslint/no-non-null-assertion */
}

/** Made when there is first as much as it takes; null: there are no such vectors here. */
let lanes: CrcLanes | null | undefined;

/** CRC-32C (Castagnoli) of `bytes` in [from, to), unsigned: the checksum of Kafka's record batches. */
export function crc32c(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < LANES_BYTES) return ~byTables(-1, bytes, from, to) >>> 0;
  if (lanes === undefined) lanes = CrcLanes.of(TABLES) ?? null;
  let crc = -1;
  let at = from;
  if (lanes) for (; at + LANES_BYTES <= to; at += LANES_BYTES) crc = lanes.take(crc, bytes, at);
  return ~byTables(crc, bytes, at, to) >>> 0;
}

/** The checksum before its last inversion; `before`: the one of what comes before. */
function byTables(before: number, bytes: Uint8Array, from: number, to: number): number {
  const table = TABLES;
  const view = viewOf(bytes);
  let crc = before;
  let at = from;
  for (; at + STRIDE <= to; at += STRIDE) {
    crc =
      ofWord(table, crc ^ view.getInt32(at, true), 3072) ^
      ofWord(table, view.getInt32(at + 4, true), 2048) ^
      ofWord(table, view.getInt32(at + 8, true), 1024) ^
      ofWord(table, view.getInt32(at + 12, true), 0);
  }
  for (; at < to; at += 1) crc = (crc >>> 8) ^ (table[(crc ^ view.getUint8(at)) & 255] as number);
  return crc;
}
