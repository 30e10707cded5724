import { SCOPES, type Scope } from '#libs/domain';
import { prepare, PreparedStore, viewOf, type PreparedBytes } from '../../bytes/prepared-bytes.js';
import { bytesOf } from '../../bytes/put.js';
import { hashOfWords, keyWords, startsWith, type KeyWords } from '../../bytes/scan-words.js';
import { scopeNameBytes } from '../fact-memory.js';
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
export class Name {
  readonly text: string;
  /** Whether the contract takes it in this field. */
  readonly isValid: boolean;
  /** `,"field":"name"` */
  readonly fieldBytes: PreparedBytes;
  /** As facts remember it; empty where the field is no scope. */
  readonly scopeBytes: PreparedBytes;
  /** Two hashes, for the fingerprint of a content. */
  readonly firstHash: number;
  readonly secondHash: number;
  /** The bytes, to be compared with. */
  readonly words: KeyWords;

  constructor(
    readonly table: NameTable,
    readonly bytes: Uint8Array,
    /** As the table finds it: {@link hashOfWords}. */
    readonly hash: number,
    /** Among the names that the table remembers. */
    readonly number: number,
    store: PreparedStore,
  ) {
    this.text = Buffer.from(bytes).toString('utf8');
    this.isValid = isWholeUtf8(this.text, bytes) && fits(this.text, table.form);
    this.firstHash = bytes.reduce(mixA, BASIS_A);
    this.secondHash = bytes.reduce(mixB, BASIS_B);
    this.words = keyWords(bytes);
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

/** The names of one field, found by their bytes: no text is made of a name that is known. */
export class NameTable {
  private slots = new Int32Array(INITIAL_SLOTS);
  private names: Name[] = [];
  private store = new PreparedStore();

  constructor(
    readonly field: string,
    readonly form: NameForm,
    readonly scope?: Scope,
  ) {}

  /** The name in [from, to), whose hash is `hash`, see {@link hashOfWords}. */
  of(view: DataView, from: number, to: number, hash: number): Name {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot] as number;
      if (number === 0) return this.add(view, from, to, hash);
      const name = this.names[number - 1] as Name;
      if (name.hash === hash && name.words.length === to - from && startsWith(view, from, name.words)) return name;
    }
  }

  ofText(text: string): Name {
    const bytes = bytesOf(text);
    const view = viewOf(bytes);
    return this.of(view, 0, bytes.length, hashOfWords(view, 0, bytes.length));
  }

  private add(view: DataView, from: number, to: number, hash: number): Name {
    if (this.names.length >= MAX_NAMES) {
      this.names = [];
      this.store = new PreparedStore();
      this.slots = new Int32Array(INITIAL_SLOTS);
    }
    const name = new Name(
      this,
      new Uint8Array(view.buffer, view.byteOffset + from, to - from).slice(),
      hash,
      this.names.length,
      this.store,
    );
    this.names.push(name);
    if (2 * this.names.length > this.slots.length) this.slots = new Int32Array(4 * this.slots.length);
    else {
      this.place(this.names.length, hash);
      return name;
    }
    for (const [index, each] of this.names.entries()) this.place(index + 1, each.hash);
    return name;
  }

  private place(number: number, hash: number): void {
    const mask = this.slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = number;
  }
}
