const SEED = 0x9747b28c | 0;
const M = 0x5bd1e995;

/**
 * Partition of a record key among `count` partitions, as Kafka's Java clients compute it (murmur2), so that records of
 * one key meet in one partition whoever wrote them. A string is hashed as its UTF-8 bytes.
 */
export function partitionOf(key: Buffer | string, count: number): number {
  return (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % count;
}

/** Kafka's murmur2, as a signed 32-bit integer. */
export function murmur2(bytes: Buffer): number {
  const length = bytes.length;
  const tail = length & ~3;
  let h = SEED ^ length;
  for (let i = 0; i < tail; i += 4) {
    let k = Math.imul(bytes.readInt32LE(i), M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const rest = length - tail;
  if (rest > 0) {
    for (let i = rest - 1; i >= 0; i--) h ^= bytes.readUInt8(tail + i) << (8 * i);
    h = Math.imul(h, M);
  }
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}
