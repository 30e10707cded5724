import {
  packMeasures,
  readRow,
  ROW_FIELDS,
  SCOPES,
  unpackMeasures,
  writeRow,
  type Measures,
  type PackedMeasures,
  type ScopeIds,
} from '#libs/domain';
import { batchBuffers } from '../bytes/buffer-pool.js';
import { ByteReader } from '../bytes/byte-reader.js';
import { prepare, PREPARED_OVERSHOOT, putPrepared, viewOf, type PreparedBytes } from '../bytes/prepared-bytes.js';
import { MAX_VARINT_BYTES, putRange, putVarint } from '../bytes/put.js';
import { MAX_ROW_BYTES, putRow, readRowInto } from '../bytes/row-bytes.js';
import { hashOfWords } from '../bytes/scan-words.js';
import type { ChangelogEntry } from '../stage.js';
import { FactIndex } from './fact-index.js';

/** What is remembered of a contact: enough to tell copies apart, to take its cost back, and to place its feedback. */
export interface RememberedContact {
  readonly type: 'contact';
  /** Fingerprint of the content, characters up to U+00FF. */
  readonly hash: string;
  readonly atMs: number;
  readonly updatedAtMs?: number;
  readonly revision: number;
  /** It was too late for rolling windows, so its corrections are too. */
  readonly calendarOnly: boolean;
  readonly ids: ScopeIds;
  readonly measures: Measures;
}

/** What is remembered of feedback: only that it was there. */
export interface RememberedFact {
  readonly type: 'feedback';
  readonly hash: string;
  readonly atMs: number;
}

export type Remembered = RememberedContact | RememberedFact;

type RememberedAs<T extends Remembered['type']> = T extends 'contact' ? RememberedContact : RememberedFact;

/** Facts that one journal record holds: what one commit added. */
interface Segment {
  readonly sequence: number;
  bytes: Buffer;
  /** Latest time of its facts. */
  untilMs: number;
}

/** The segment that facts are added to. */
interface OpenSegment {
  readonly number: number;
  /** What no other segment has that was ever open in this process. */
  readonly stamp: number;
  readonly segment: Segment;
  /** Of its bytes. */
  view: DataView;
  at: number;
}

/** A journal record is closed when it has this many bytes: well under Kafka's 1 MiB. */
const FULL_BYTES = 600_000;
const INITIAL_BYTES = 4_096;
const JOURNAL_KEY = 'seen/';
const TYPES = { contact: 99, feedback: 102 } as const;
/** Bytes of a fact apart from id, hash, names and measures. */
const OVERHEAD_BYTES = 100 + PREPARED_OVERSHOOT;
const CALENDAR_ONLY = 1;
const UPDATED = 2;
/** Amounts beyond what a double holds: the measures stand as text. */
const WIDE = 4;
/**
 * Instead of a name, with the upper bits of the place where it stands before, in the same segment; two bytes with the others
 * follow. Names were half of what is remembered. Scopes are fewer than this.
 */
const NAME_BEFORE = 128;

let lastStamp = 0;

/** A name that comes again and again. */
export interface FactName {
  /** As {@link scopeNameBytes} gives it, prepared. */
  readonly scopeBytes: PreparedBytes;
  /** For the memory of facts alone: the last segment that it was written into, 0 for none, and where it stands there. */
  lastSegment: number;
  placeThere: number;
}

/** Contact as the quick path remembers it: names ready to be copied, measures as a row. */
export interface QuickContact {
  readonly id: Uint8Array;
  readonly idFrom: number;
  readonly idTo: number;
  /** {@link hashOfId} of the id. */
  readonly idHash: number;
  readonly atMs: number;
  readonly updatedAtMs: number | undefined;
  /** The first {@link scopeCount} count. */
  readonly scopeNames: readonly FactName[];
  readonly scopeCount: number;
  readonly row: Float64Array;
  putHash(bytes: Uint8Array, at: number): number;
}

/**
 * Facts of the dedup horizon by id. They are kept as the bytes of their changelog, which is a journal: one record for what
 * a commit added, deleted once all of it is older than the horizon. So remembering is writing once, and nothing of it is an
 * object; a fact is read only when a copy of it comes.
 */
export class FactMemory {
  private readonly index = new FactIndex();
  /** By the number that the index knows them under; numbers of segments that are gone are used again. */
  private readonly segments: (Segment | undefined)[] = [];
  private readonly freeNumbers: number[] = [];
  /** Sequence in the journal to number of the segment, oldest first. */
  private readonly journal = new Map<number, number>();
  private open: OpenSegment | undefined;
  private closed: number[] = [];
  /** As large as the last one became, so that the next need not grow. */
  private expectedBytes = INITIAL_BYTES;
  private nextSequence = 0;
  private readonly row = new Float64Array(ROW_FIELDS);

  constructor(private readonly horizonMs: number) {}

  get size(): number {
    return this.index.size;
  }

  find<T extends Remembered['type']>(
    type: T,
    id: string,
    watermarkMs: number | undefined,
  ): RememberedAs<T> | undefined {
    const bytes = Buffer.from(id);
    const position = this.positionOf(TYPES[type], bytes, 0, bytes.length, hashOfId(bytes));
    if (position < 0) return undefined;
    const { segment, offset } = this.index.placeAt(position);
    const fact = readFact(this.bytesOf(segment), offset);
    if (watermarkMs !== undefined && fact.atMs < watermarkMs - this.horizonMs) return undefined;
    return fact as RememberedAs<T>;
  }

  /** Whether anything is kept of a contact of this id, be it older than the horizon. */
  hasContact(id: Uint8Array, from: number, to: number, idHash: number): boolean {
    return this.positionOf(TYPES.contact, id, from, to, idHash) >= 0;
  }

  /** Every contact that is remembered; parses each, so it is for rare occasions. */
  *contacts(watermarkMs: number | undefined): Generator<RememberedContact> {
    const sinceMs = watermarkMs === undefined ? -Infinity : watermarkMs - this.horizonMs;
    for (const { segment, offset } of this.index.places()) {
      const fact = readFact(this.bytesOf(segment), offset);
      if (fact.type === 'contact' && fact.atMs >= sinceMs) yield fact;
    }
  }

  remember(id: string, fact: Remembered): void {
    const bytes = Buffer.from(id);
    const idHash = hashOfId(bytes);
    const type = TYPES[fact.type];
    const wide = fact.type === 'contact' && !writeRow(fact.measures, this.row, 0);
    const wideText = Buffer.from(wide ? JSON.stringify(packMeasures(fact.measures)) : '');
    const names = fact.type === 'contact' ? namesOf(fact.ids) : [];
    const room = bytes.length + fact.hash.length + wideText.length + names.reduce((sum, { length }) => sum + length, 0);
    const { segment, view, at: from } = this.roomFor(room);
    const target = segment.bytes;
    let at = putId(target, from + 2, type, bytes, 0, bytes.length);
    at = putVarint(target, at, fact.hash.length);
    at += target.write(fact.hash, at, 'latin1');
    at = putVarint(target, at, fact.atMs);
    if (fact.type === 'contact') {
      const flags = (fact.calendarOnly ? CALENDAR_ONLY : 0) | (wide ? WIDE : 0);
      at = putContact(target, at, flags, fact.updatedAtMs, fact.revision, names.length);
      for (const name of names) at = putPrepared(view, at, name);
      if (wide) {
        at = putVarint(target, at, wideText.length);
        at += wideText.copy(target, at);
      } else at = putRow(target, at, this.row, 0);
    }
    this.written(this.positionOf(type, bytes, 0, bytes.length, idHash), idHash ^ type, fact.atMs, at);
  }

  /**
   * Remembers a contact, in time and for the first time; the same as {@link remember} without objects. `isNew`: as
   * {@link hasContact} just said, nothing is kept of its id.
   */
  rememberQuick(contact: QuickContact, isNew: boolean): void {
    const { id, idFrom, idTo, idHash, atMs, scopeNames, scopeCount } = contact;
    let room = idTo - idFrom;
    for (let index = 0; index < scopeCount; index += 1) room += (scopeNames[index] as FactName).scopeBytes.length;
    const { segment, view, stamp, at: from } = this.roomFor(room);
    const target = segment.bytes;
    let at = putId(target, from + 2, TYPES.contact, id, idFrom, idTo);
    at = contact.putHash(target, at);
    at = putVarint(target, at, atMs);
    at = putContact(target, at, 0, contact.updatedAtMs, 0, scopeCount);
    for (let index = 0; index < scopeCount; index += 1)
      at = putNameOnce(target, view, at, scopeNames[index] as FactName, stamp);
    at = putRow(target, at, contact.row, 0);
    const position = isNew ? -1 : this.positionOf(TYPES.contact, id, idFrom, idTo, idHash);
    this.written(position, idHash ^ TYPES.contact, atMs, at);
  }

  /** Journal records for what was remembered since the last call, and deletions of those that are over. */
  changes(watermarkMs: number | undefined): ChangelogEntry[] {
    this.close();
    const entries = this.closed.map((number): ChangelogEntry => {
      const { sequence, bytes } = this.segmentOf(number);
      return { key: `${JOURNAL_KEY}${String(sequence)}`, value: bytes };
    });
    this.closed = [];
    if (watermarkMs !== undefined) this.forget(watermarkMs - this.horizonMs, entries);
    return entries;
  }

  private forget(beforeMs: number, entries: ChangelogEntry[]): void {
    for (const [sequence, number] of this.journal) {
      // Journals are in order of arrival, near enough of time: the first that is still needed ends the search.
      if (this.segmentOf(number).untilMs >= beforeMs) return;
      this.drop(sequence, number);
      entries.push({ key: `${JOURNAL_KEY}${String(sequence)}`, value: null });
    }
  }

  private drop(sequence: number, number: number): void {
    this.journal.delete(sequence);
    forEachFact(this.bytesOf(number), (hash, offset) => this.index.remove(hash, number, offset));
    this.segments[number] = undefined;
    this.freeNumbers.push(number);
  }

  /** Takes a changelog entry back; false when the entry is not this memory's. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(JOURNAL_KEY)) return false;
    const sequence = Number(key.slice(JOURNAL_KEY.length));
    this.nextSequence = Math.max(this.nextSequence, sequence + 1);
    const before = this.journal.get(sequence);
    if (before !== undefined) this.drop(sequence, before);
    if (value === null) return true;
    // A copy, for the value is a small part of what was fetched, and stays.
    const segment = { sequence, bytes: Buffer.from(value), untilMs: -Infinity };
    const number = this.numberFor(segment);
    forEachFact(segment.bytes, (hash, offset, type, idFrom, idTo) => {
      const position = this.positionOf(type, segment.bytes, idFrom, idTo, hash ^ type);
      if (position < 0) this.index.add(hash, number, offset);
      else this.index.move(position, number, offset);
      segment.untilMs = Math.max(segment.untilMs, timeOf(segment.bytes, offset));
    });
    return true;
  }

  private positionOf(type: number, id: Uint8Array, from: number, to: number, idHash: number): number {
    return this.index.find(idHash ^ type, (number, offset) => isId(this.bytesOf(number), offset, type, id, from, to));
  }

  /** The open segment, with room for a fact of so many bytes. */
  private roomFor(room: number): Readonly<OpenSegment> {
    if (this.open && this.open.at > FULL_BYTES) this.close();
    if (!this.open) {
      const segment = { sequence: this.nextSequence, bytes: batchBuffers.take(this.expectedBytes), untilMs: -Infinity };
      this.nextSequence += 1;
      lastStamp += 1;
      this.open = { number: this.numberFor(segment), stamp: lastStamp, segment, view: viewOf(segment.bytes), at: 0 };
    }
    const { segment, at } = this.open;
    const needed = at + room + OVERHEAD_BYTES + MAX_ROW_BYTES;
    if (needed > segment.bytes.length) {
      const larger = batchBuffers.take(Math.max(4 * segment.bytes.length, needed));
      segment.bytes.copy(larger, 0, 0, at);
      batchBuffers.give(segment.bytes);
      segment.bytes = larger;
      this.open.view = viewOf(larger);
    }
    return this.open;
  }

  /** Ends a fact that was written from where {@link roomFor} said up to `end`. `position`, `hash`: of the index, -1 for none. */
  private written(position: number, hash: number, atMs: number, end: number): void {
    const { open } = this;
    if (!open) throw new Error('nothing was begun');
    const { number, segment, at: offset } = open;
    const length = end - offset;
    if (length > 0xffff) throw new RangeError('a fact of more than 65,535 bytes');
    segment.bytes[offset] = length & 255;
    segment.bytes[offset + 1] = length >>> 8;
    if (atMs > segment.untilMs) segment.untilMs = atMs;
    if (position < 0) this.index.add(hash, number, offset);
    else this.index.move(position, number, offset);
    open.at = end;
  }

  private close(): void {
    if (!this.open) return;
    const { number, segment, at } = this.open;
    this.expectedBytes = at;
    // As large as it is: it stays for the horizon.
    const { bytes } = segment;
    segment.bytes = Buffer.from(bytes.subarray(0, at));
    batchBuffers.give(bytes);
    this.closed.push(number);
    this.open = undefined;
  }

  private numberFor(segment: Segment): number {
    const number = this.freeNumbers.pop() ?? this.segments.length;
    this.segments[number] = segment;
    this.journal.set(segment.sequence, number);
    return number;
  }

  private segmentOf(number: number): Segment {
    const segment = this.segments[number];
    if (!segment) throw new Error('a segment of the memory is gone while facts point at it');
    return segment;
  }

  private bytesOf(number: number): Buffer {
    return this.segmentOf(number).bytes;
  }
}

/** Hash of an id, for {@link FactIndex}; {@link hashOfWords} of where it stands among others. */
export function hashOfId(id: Uint8Array): number {
  return hashOfWords(viewOf(id), 0, id.length);
}

/** A name in one scope as facts hold it: number of the scope, length, bytes. */
export function scopeNameBytes(scope: number, name: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(1 + MAX_VARINT_BYTES + name.length);
  bytes[0] = scope;
  const at = putVarint(bytes, 1, name.length);
  bytes.set(name, at);
  return bytes.subarray(0, at + name.length);
}

function namesOf(ids: ScopeIds): PreparedBytes[] {
  const nameOf = (scope: number, id: string): PreparedBytes => prepare(scopeNameBytes(scope, Buffer.from(id)));
  return SCOPES.flatMap((scope, number) => {
    if (scope === 'group') return (ids.groups ?? []).map((id) => nameOf(number, id));
    const id = scope === 'all' ? undefined : ids[scope];
    return id === undefined ? [] : [nameOf(number, id)];
  });
}

function putId(bytes: Uint8Array, at: number, type: number, id: Uint8Array, from: number, to: number): number {
  bytes[at] = type;
  return putRange(bytes, putVarint(bytes, at + 1, to - from), id, from, to);
}

function putContact(
  bytes: Uint8Array,
  at: number,
  flags: number,
  updatedAtMs: number | undefined,
  revision: number,
  nameCount: number,
): number {
  let end = at + 1;
  bytes[at] = flags;
  if (updatedAtMs !== undefined) {
    bytes[at] = flags | UPDATED;
    end = putVarint(bytes, end, updatedAtMs);
  }
  end = putVarint(bytes, end, revision);
  bytes[end] = nameCount;
  return end + 1;
}

/** Writes a name, or where it stands in the segment already. */
function putNameOnce(bytes: Uint8Array, view: DataView, at: number, name: FactName, stamp: number): number {
  const { lastSegment, placeThere } = name;
  if (lastSegment !== stamp) {
    name.lastSegment = stamp;
    name.placeThere = at;
    return putPrepared(view, at, name.scopeBytes);
  }
  bytes[at] = NAME_BEFORE | (placeThere >>> 16);
  bytes[at + 1] = placeThere & 255;
  bytes[at + 2] = (placeThere >>> 8) & 255;
  return at + 3;
}

/** Whether the fact at `offset` has this type and id. */
function isId(bytes: Buffer, offset: number, type: number, id: Uint8Array, from: number, to: number): boolean {
  if (bytes[offset + 2] !== type) return false;
  let at = offset + 3;
  // A zigzag varint of a length: its lowest bit is 0.
  let length = bytes[at] as number;
  if (length > 127) length = (length & 127) + (bytes[++at] as number) * 128;
  if (length !== 2 * (to - from)) return false;
  at += 1;
  for (let index = from; index < to; index += 1, at += 1) if (bytes[at] !== id[index]) return false;
  return true;
}

/** Calls `visit` with each fact's hash in the index, its place, its type, and where its id stands. */
function forEachFact(
  bytes: Buffer,
  visit: (hash: number, offset: number, type: number, idFrom: number, idTo: number) => void,
): void {
  const view = viewOf(bytes);
  const reader = new ByteReader(bytes);
  for (
    let offset = 0;
    offset < bytes.length;
    offset += (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8)
  ) {
    reader.at = offset + 2;
    const type = reader.byte();
    const length = reader.varint();
    const idFrom = reader.at;
    visit(hashOfWords(view, idFrom, idFrom + length) ^ type, offset, type, idFrom, idFrom + length);
  }
}

/** When a fact was; what {@link readFact} says of it. */
function timeOf(bytes: Buffer, offset: number): number {
  const reader = new ByteReader(bytes, offset + 3);
  // Its id and its hash.
  reader.skipText();
  reader.skipText();
  return reader.varint();
}

function readFact(bytes: Buffer, offset: number): Remembered {
  const reader = new ByteReader(bytes, offset + 2);
  const type = reader.byte();
  reader.skipText();
  const hash = reader.text('latin1');
  const atMs = reader.varint();
  if (type !== TYPES.contact) return { type: 'feedback', hash, atMs };
  const flags = reader.byte();
  const updatedAtMs = (flags & UPDATED) > 0 ? reader.varint() : undefined;
  const revision = reader.varint();
  const ids: Record<string, string> = {};
  const groups: string[] = [];
  for (let left = reader.byte(); left > 0; left -= 1) {
    const { scope, id } = readName(reader);
    if (scope === 'group') groups.push(id);
    else ids[scope] = id;
  }
  return {
    type: 'contact',
    hash,
    atMs,
    ...(updatedAtMs !== undefined && { updatedAtMs }),
    revision,
    calendarOnly: (flags & CALENDAR_ONLY) > 0,
    ids: groups.length > 0 ? { ...ids, groups } : ids,
    measures: measuresOf(reader, (flags & WIDE) > 0),
  };
}

function readName(reader: ByteReader): { readonly scope: string; readonly id: string } {
  const first = reader.byte();
  if (first < NAME_BEFORE) return { scope: SCOPES[first] ?? '', id: reader.text() };
  const place = ((first - NAME_BEFORE) << 16) | reader.byte() | (reader.byte() << 8);
  return readName(new ByteReader(reader.bytes, place));
}

function measuresOf(reader: ByteReader, wide: boolean): Measures {
  if (wide) return unpackMeasures(JSON.parse(reader.text()) as PackedMeasures);
  const row = new Float64Array(ROW_FIELDS);
  readRowInto(reader, row, 0);
  return readRow(row, 0);
}
