import { SCOPES, type Scope } from '#libs/domain';
import { prepare, PreparedStore, viewOf, type PreparedBytes } from '../../bytes/prepared-bytes.js';
import { bytesOf } from '../../bytes/put.js';
import { copyWords, hashOfWords, holdsText } from '../../bytes/scan-words.js';
import { scopeNameBytes, type FactName } from '../fact-memory.js';
import { BASIS_A, BASIS_B, mixA, mixB } from './text-hash.js';

/** What the names of a field must be like. */
export type NameForm = 'id' | 'slug' | ReadonlySet<string>;

/** Names that are remembered in one table; a source that makes up names without end must not fill the memory. */
const MAX_NAMES = 200_000;
const INITIAL_SLOTS = 1_024;
const NO_SCOPE = prepare('');
const SLUG = /^[a-z0-9][a-z0-9-]{0,47}$/;
const MAX_ID_POINTS = 128;

/** A name that comes again and again: everything that is made of it is made once. */
export class Name implements FactName {
  readonly text: string;
  /** Whether the contract takes it in this field. */
  readonly isValid: boolean;
  /** `,"field":"name"` */
  readonly fieldBytes: PreparedBytes;
  /** As facts remember it; empty where the field is no scope. */
  readonly scopeBytes: PreparedBytes;
  /** See {@link FactName}. */
  lastSegment = 0;
  placeThere = 0;
  /** Two hashes, for the fingerprint of a content. */
  readonly firstHash: number;
  readonly secondHash: number;

  constructor(
    readonly table: NameTable,
    readonly bytes: Uint8Array,
    /** Among the names that the table remembers. */
    readonly number: number,
    store: PreparedStore,
  ) {
    this.text = Buffer.from(bytes).toString('utf8');
    this.isValid = isWholeUtf8(this.text, bytes) && fits(this.text, table.form);
    this.firstHash = bytes.reduce(mixA, BASIS_A);
    this.secondHash = bytes.reduce(mixB, BASIS_B);
    this.fieldBytes = store.prepare(`,"${table.field}":${JSON.stringify(this.text)}`);
    this.scopeBytes = table.scope ? store.prepare(scopeNameBytes(SCOPES.indexOf(table.scope), bytes)) : NO_SCOPE;
  }
}

/** Bytes that are no UTF-8 become U+FFFD, and then differ. */
function isWholeUtf8(text: string, bytes: Uint8Array): boolean {
  return !text.includes('\uFFFD') || Buffer.from(text).equals(bytes);
}

function fits(text: string, form: NameForm): boolean {
  if (form === 'slug') return SLUG.test(text);
  if (form === 'id') return text.length > 0 && Array.from(text).length <= MAX_ID_POINTS;
  return form.has(text);
}

/** Of a slot: number of the name + 1 (0: free), its hash, its length, where its words begin. */
const SLOT = 4;
const INITIAL_WORDS = 1_024;

/**
 * The names of one field, found by their bytes: no text is made of a name that is known. What is compared lies in two arrays,
 * as with many names each step from one object to the next is a wait for the memory.
 */
export class NameTable {
  private slots = new Int32Array(SLOT * INITIAL_SLOTS);
  private names: Name[] = [];
  /** The bytes of all names, four in a word. */
  private words = new Int32Array(INITIAL_WORDS);
  private usedWords = 0;
  private store = new PreparedStore();

  constructor(
    readonly field: string,
    readonly form: NameForm,
    readonly scope?: Scope,
  ) {}

  /** The name in [from, to), whose hash is `hash`, see {@link hashOfWords}; the view has bytes up to `limit` or more. */
  of(view: DataView, from: number, to: number, hash: number, limit: number): Name {
    const { slots, words } = this;
    const length = to - from;
    const mask = slots.length / SLOT - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const at = SLOT * slot;
      const number = slots[at] as number;
      if (number === 0) return this.add(view, from, to, hash);
      const isAlike = slots[at + 1] === hash && slots[at + 2] === length;
      if (isAlike && holdsText(view, from, limit, words, slots[at + 3] as number, length))
        return this.names[number - 1] as Name;
    }
  }

  ofText(text: string): Name {
    const bytes = bytesOf(text);
    const view = viewOf(bytes);
    return this.of(view, 0, bytes.length, hashOfWords(view, 0, bytes.length), bytes.length);
  }

  private add(view: DataView, from: number, to: number, hash: number): Name {
    if (this.names.length >= MAX_NAMES) this.forgetAll();
    const bytes = new Uint8Array(view.buffer, view.byteOffset + from, to - from).slice();
    const name = new Name(this, bytes, this.names.length, this.store);
    this.names.push(name);
    if (SLOT * 2 * this.names.length > this.slots.length) this.grow();
    const words = (to - from + 3) >> 2;
    if (this.usedWords + words > this.words.length) {
      const larger = new Int32Array(2 * this.words.length + words);
      larger.set(this.words);
      this.words = larger;
    }
    copyWords(view, from, to, this.words, this.usedWords);
    this.place(this.names.length, hash, to - from, this.usedWords);
    this.usedWords += words;
    return name;
  }

  private forgetAll(): void {
    this.names = [];
    this.store = new PreparedStore();
    this.slots = new Int32Array(SLOT * INITIAL_SLOTS);
    this.usedWords = 0;
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Int32Array(4 * before.length);
    for (let at = 0; at < before.length; at += SLOT) {
      const number = before[at] as number;
      if (number > 0) this.place(number, before[at + 1] as number, before[at + 2] as number, before[at + 3] as number);
    }
  }

  private place(number: number, hash: number, length: number, wordsFrom: number): void {
    const { slots } = this;
    const mask = slots.length / SLOT - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (slots[SLOT * slot] !== 0) slot = (slot + 1) & mask;
    slots.set([number, hash, length, wordsFrom], SLOT * slot);
  }
}
