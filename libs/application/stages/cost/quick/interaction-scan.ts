import { viewOf } from '../../bytes/prepared-bytes.js';
import { asciiTextEnd, digitsEnd, HashedText, TextRows, WholeNumber } from '../../bytes/scan-words.js';
import type { ValuePlace } from '../../bytes/value-place.js';
import type { ContentHash } from './content-hash.js';
import { FIELD, INTERACTION_FIELDS, keyRows, KEYS, nameTables, type FieldKind } from './interaction-fields.js';
import type { Name, NameTable } from './names.js';
import { scanTime, TimeScan } from './scan-time.js';
import { BASIS_A, BASIS_B, mixA, mixB } from './text-hash.js';

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN = 123;
const CLOSE = 125;
const ZERO = 48;
const MAX_ID_BYTES = 128;
const MAX_DIGITS = 15;
/** A week, as the schema has it. */
const MAX_SECONDS = 604_800;
/** Start of the year 9999, UTC: the windows around it can be written in any zone. */
const LATEST_MS = 253_370_764_800_000;
const FIELDS = INTERACTION_FIELDS.length;
const UNKNOWN = FIELDS;
/** Kinds of fields by number, as {@link KINDS} has them. */
const [NAME, TEXT, TIME, SECONDS, FLAG, NESTED] = [0, 1, 2, 3, 4, 5] as const;
const NUMBERS: Readonly<Record<FieldKind, number>> = {
  name: NAME,
  text: TEXT,
  time: TIME,
  seconds: SECONDS,
  flag: FLAG,
  nested: NESTED,
};
const KINDS = Uint8Array.from(INTERACTION_FIELDS, ({ kind }) => NUMBERS[kind]);
const bit = (field: number): number => 1 << field;
const REQUIRED =
  bit(FIELD.interactionId) |
  bit(FIELD.channel) |
  bit(FIELD.handledBy) |
  bit(FIELD.startedAt) |
  bit(FIELD.endedAt) |
  bit(FIELD.outcome);

/** The fields that make the content: the id and the last update only tell copies apart. */
const CONTENT = bit(FIELD.updatedAt) - 1 - bit(FIELD.interactionId);

/** Number of the field for the characters that tell fields apart: length, first, last. */
const BY_SHAPE = new Map(INTERACTION_FIELDS.map(({ name }, field) => [shapeOf(name), field]));
if (BY_SHAPE.size !== FIELDS) throw new Error('two fields of an interaction look alike to the scan');

function shapeOf(name: string): number {
  return shape(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1));
}

function shape(length: number, first: number, last: number): number {
  return (length << 16) | (first << 8) | last;
}

/**
 * The fields of an interaction, read in one walk over the bytes of its JSON. It reads what nearly every record is: one flat
 * object, each field at most once, texts without escapes, whole numbers. Of anything else, be it unusual or wrong,
 * {@link scan} says false, and the record is parsed and validated whole. What it does read is exactly what that would give;
 * a property test holds the two against each other.
 */
export class InteractionScan {
  /** Where a text stands, and its two hashes. */
  readonly from = new Int32Array(FIELDS);
  readonly to = new Int32Array(FIELDS);
  private readonly firstHash = new Int32Array(FIELDS);
  private readonly secondHash = new Int32Array(FIELDS);
  /** Times in epoch milliseconds, seconds, flags as 0 and 1. */
  readonly values = new Float64Array(FIELDS);
  readonly names: (Name | undefined)[] = new Array<Name | undefined>(FIELDS).fill(undefined);
  readonly tables: readonly (NameTable | undefined)[] = nameTables();
  bytes: Uint8Array = new Uint8Array(0);
  private view = viewOf(this.bytes);
  private present = 0;
  private at = 0;
  private end = 0;
  /** The fields of the record before, in their order: those of the next are most likely the same. */
  private readonly order = new Uint8Array(64);
  private readonly keys = keyRows();
  /** Of each field the name of the record before, and its closing quote: many fields have few values. */
  private readonly before = new TextRows(FIELDS);
  private readonly time = new TimeScan();
  private readonly text = new HashedText();
  private readonly whole = new WholeNumber();
  /** Of the id, as facts are found by it: {@link hashOfId}. */
  idHash = 0;

  has(field: number): boolean {
    return (this.present & bit(field)) !== 0;
  }

  name(field: number): Name | undefined {
    return this.has(field) ? this.names[field] : undefined;
  }

  /** A value where the field is there, else `absent`. */
  value(field: number, absent: number): number {
    return this.has(field) ? (this.values[field] as number) : absent;
  }

  /** Reads an interaction; false: it takes the whole parser to read it, or to say what is wrong with it. */
  scan(place: ValuePlace): boolean {
    const { bytes, from, to } = place;
    this.bytes = bytes;
    this.view = place.view;
    this.end = to;
    this.present = 0;
    if (from === to || bytes[from] !== OPEN) return false;
    this.at = from + 1;
    for (let position = 0; ; position += 1) {
      const field = this.key(position);
      if (field < 0 || !this.readValue(field)) return false;
      this.skipSpace();
      const next = bytes[this.at++];
      if (next === CLOSE) break;
      if (next !== COMMA) return false;
    }
    this.skipSpace();
    return this.at === to && this.isValid();
  }

  private skipSpace(): void {
    const { bytes } = this;
    let next = bytes[this.at] as number;
    while (next <= 32 && (next === 32 || next === 10 || next === 13 || next === 9)) next = bytes[++this.at] as number;
  }

  /** Goes past a name and its colon; gives the field, UNKNOWN for one that the schema does not know, -1 for no. */
  private key(position: number): number {
    this.skipSpace();
    const expected = this.order[position & 63] as number;
    const length = expected < UNKNOWN ? this.keys.lengthAt(expected, this.view, this.at, this.end) : 0;
    let field = expected;
    if (length > 0) this.at += length;
    else {
      field = this.keyByShape();
      if (field < 0) return -1;
      this.order[position & 63] = field;
    }
    if (field < UNKNOWN) {
      if (this.present & bit(field)) return -1;
      this.present |= bit(field);
    }
    this.skipSpace();
    return field;
  }

  private keyByShape(): number {
    const { bytes } = this;
    const from = this.at + 1;
    const to = bytes[this.at] === QUOTE ? asciiTextEnd(this.view, from, this.end) : -1;
    if (to < 0) return -1;
    this.at = to + 1;
    this.skipSpace();
    if (bytes[this.at] !== COLON) return -1;
    this.at += 1;
    const field = BY_SHAPE.get(shape(to - from, bytes[from] as number, bytes[to - 1] as number));
    if (field === undefined) return UNKNOWN;
    const key = KEYS[field] as Uint8Array;
    for (let index = from - 1; index <= to; index += 1) if (bytes[index] !== key[index - from + 1]) return UNKNOWN;
    return field;
  }

  private readValue(field: number): boolean {
    const first = this.bytes[this.at];
    // null counts as absent.
    if (first === 110) {
      if (field < UNKNOWN) this.present &= ~bit(field);
      return field !== FIELD.interactionId && this.word('null');
    }
    switch (KINDS[field]) {
      case NAME:
        return first === QUOTE && this.readName(field);
      case TEXT:
        return first === QUOTE && this.readText(field);
      case TIME:
        return this.readTime(field);
      case SECONDS:
        return this.readWhole(field) && (this.values[field] as number) <= MAX_SECONDS;
      case FLAG:
        return this.readFlag(field);
      case NESTED:
        return false;
      default:
        return this.skipUnknown(first);
    }
  }

  private word(word: string): boolean {
    for (let index = 0; index < word.length; index += 1)
      if (this.bytes[this.at + index] !== word.charCodeAt(index)) return false;
    this.at += word.length;
    return true;
  }

  /** A name may hold any UTF-8; whether it does is looked at once, when it is first met. */
  private readName(field: number): boolean {
    const { view, text, end } = this;
    const from = this.at + 1;
    const again = this.before.lengthAt(field, view, from, end);
    if (again > 0) {
      this.at = from + again;
      return true;
    }
    if (!text.findPlain(view, from, end)) return false;
    this.at = text.end + 1;
    const name = this.tables[field]?.of(view, from, text.end, text.hash, end);
    this.names[field] = name;
    if (!name?.isValid) {
      this.before.forget(field);
      return false;
    }
    this.before.keep(field, view, from, this.at);
    return true;
  }

  private readText(field: number): boolean {
    const { text } = this;
    const from = this.at + 1;
    if (!text.findAscii(this.view, from, this.end)) return false;
    const to = text.end;
    this.at = to + 1;
    this.from[field] = from;
    this.to[field] = to;
    // The id is no part of the content.
    if (field === FIELD.interactionId) this.idHash = text.hash;
    else this.hashText(field, from, to);
    return to > from && to - from <= MAX_ID_BYTES;
  }

  private hashText(field: number, from: number, to: number): void {
    const { bytes } = this;
    let a = BASIS_A;
    let b = BASIS_B;
    for (let at = from; at < to; at += 1) {
      const byte = bytes[at] as number;
      a = mixA(a, byte);
      b = mixB(b, byte);
    }
    this.firstHash[field] = a;
    this.secondHash[field] = b;
  }

  /** A whole number from 0 up, as JSON writes it. */
  private readWhole(field: number): boolean {
    const { bytes, whole, at: from } = this;
    whole.read(this.view, from, this.end);
    const at = whole.end;
    this.at = at;
    if (at === from || at - from > MAX_DIGITS || (bytes[from] === ZERO && at > from + 1)) return false;
    this.values[field] = whole.value;
    return !goesOn(bytes[at]);
  }

  private readTime(field: number): boolean {
    if (this.bytes[this.at] !== QUOTE) return this.readWhole(field) && (this.values[field] as number) < LATEST_MS;
    const end = scanTime(this.bytes, this.at + 1, this.time);
    if (end < 0 || this.bytes[end] !== QUOTE) return false;
    this.values[field] = this.time.tMs;
    this.at = end + 1;
    return this.time.tMs >= 0 && this.time.tMs < LATEST_MS;
  }

  private readFlag(field: number): boolean {
    const isTrue = this.bytes[this.at] === 116;
    this.values[field] = isTrue ? 1 : 0;
    return this.word(isTrue ? 'true' : 'false');
  }

  /** A text, a whole number, yes or no of a field that nobody asks for. */
  private skipUnknown(first: number | undefined): boolean {
    const { bytes, at: from } = this;
    if (first === QUOTE) {
      const to = asciiTextEnd(this.view, from + 1, this.end);
      this.at = to + 1;
      return to >= 0;
    }
    if (first === 116 || first === 102) return this.word(first === 116 ? 'true' : 'false');
    this.at = digitsEnd(this.view, from, this.end);
    return this.at > from && !goesOn(bytes[this.at]) && (first !== ZERO || this.at === from + 1);
  }

  /** What the schema and the checks across fields ask for, beyond each field's own form. */
  private isValid(): boolean {
    if ((this.present & REQUIRED) !== REQUIRED) return false;
    const by = this.names[FIELD.handledBy]?.text;
    const handler = by === 'agent' ? FIELD.agentId : by === 'vendor' ? FIELD.vendorId : FIELD.botId;
    const endedAt = this.values[FIELD.endedAt] as number;
    return (
      this.has(handler) &&
      endedAt >= (this.values[FIELD.startedAt] as number) &&
      endedAt >= this.value(FIELD.answeredAt, 0)
    );
  }

  /** The fingerprint of the content, as `contentHashOf` gives it for the parsed interaction. */
  hashContent(hash: ContentHash): void {
    hash.start();
    // Field by field, from the lowest bit on.
    for (let left = this.present & CONTENT; left !== 0; left &= left - 1) {
      const field = 31 - Math.clz32(left & -left);
      const kind = KINDS[field];
      if (kind === NAME) {
        const name = this.names[field] as Name;
        hash.take(field, name.firstHash, name.secondHash);
      } else if (kind === TEXT) hash.take(field, this.firstHash[field] as number, this.secondHash[field] as number);
      else hash.takeWhole(field, this.values[field] as number);
    }
  }
}

/** A fraction or an exponent follows. */
function goesOn(byte: number | undefined): boolean {
  return byte === 46 || byte === 101 || byte === 69;
}
