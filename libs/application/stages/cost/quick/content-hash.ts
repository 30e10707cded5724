import { epochMs, type Interaction } from '#libs/contract';
import { INTERACTION_FIELDS } from './interaction-fields.js';
import { BASIS_A, BASIS_B, mixA, mixB, PRIME_A, PRIME_B } from './text-hash.js';

/**
 * Fingerprint of an interaction's content in 64 bits: equal for copies that say the same, whatever the order of their
 * fields, the form of their times and the spaces between. It only ever decides between copies of one id, so it need not
 * withstand anybody who looks for collisions. `updatedAt` is left out, for it only tells copies apart.
 *
 * It is made of two 32-bit hashes over each field in turn; this file is what both ways of reading an interaction share.
 */
export class ContentHash {
  a = BASIS_A;
  b = BASIS_B;

  start(): void {
    this.a = BASIS_A;
    this.b = BASIS_B;
  }

  /** Takes in the hashes of a field's value. */
  take(field: number, a: number, b: number): void {
    let mixed = Math.imul(this.a ^ a, PRIME_B) + field;
    mixed ^= mixed >>> 13;
    this.a = Math.imul(mixed, PRIME_A);
    mixed = Math.imul(this.b ^ b ^ (field << 16), PRIME_A);
    mixed ^= mixed >>> 15;
    this.b = Math.imul(mixed, PRIME_B) ^ this.a;
  }

  /** Takes in a whole number. */
  takeWhole(field: number, value: number): void {
    this.take(field, value | 0, (value / 0x1_0000_0000) | 0);
  }

  takeBytes(field: number, bytes: Uint8Array): void {
    let a = BASIS_A;
    let b = BASIS_B;
    for (const byte of bytes) {
      a = mixA(a, byte);
      b = mixB(b, byte);
    }
    this.take(field, a, b);
  }

  /** Writes the fingerprint: its length and eight bytes. */
  put(bytes: Uint8Array, at: number): number {
    bytes[at] = 16;
    for (let index = 0; index < 4; index += 1) {
      bytes[at + 1 + index] = (this.a >>> (8 * index)) & 255;
      bytes[at + 5 + index] = (this.b >>> (8 * index)) & 255;
    }
    return at + 9;
  }

  get text(): string {
    const bytes = new Uint8Array(9);
    this.put(bytes, 0);
    return String.fromCharCode(...bytes.subarray(1));
  }
}

const hashed = INTERACTION_FIELDS.map(({ name, kind }, number) => ({ name, kind, number })).filter(
  ({ name }) => name !== 'updatedAt' && name !== 'interactionId',
);

/** The fingerprint of a decoded interaction. */
export function contentHashOf(interaction: Interaction): string {
  const hash = new ContentHash();
  const fields = interaction as unknown as Readonly<Record<string, unknown>>;
  for (const { name, kind, number } of hashed) {
    const value = fields[name];
    if (value === undefined) continue;
    if (kind === 'time') hash.takeWhole(number, epochMs(value as string | number));
    else if (typeof value === 'boolean') hash.takeWhole(number, value ? 1 : 0);
    else if (typeof value === 'number' && Number.isSafeInteger(value)) hash.takeWhole(number, value);
    else hash.takeBytes(number, Buffer.from(typeof value === 'string' ? value : JSON.stringify(canonical(value))));
  }
  return hash.text;
}

/** The same value for the same content, whatever the order of the fields. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => [name, canonical(field)]);
}
