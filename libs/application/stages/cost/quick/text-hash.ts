/** Two hashes of a text, byte by byte; together 64 bits. The first is FNV-1a. */
export const PRIME_A = 0x01000193;
export const PRIME_B = 0x5bd1e995;
export const BASIS_A = 0x811c9dc5 | 0;
export const BASIS_B = 0x9747b28c | 0;

/** One byte more of the first hash of a text. */
export function mixA(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, PRIME_A);
}

/** One byte more of the second. */
export function mixB(hash: number, byte: number): number {
  const mixed = Math.imul(hash ^ byte, PRIME_B);
  return mixed ^ (mixed >>> 15);
}
