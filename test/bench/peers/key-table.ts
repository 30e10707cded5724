import type { ChangelogEntry } from '#libs/application';
import { bytesOf } from '../../../libs/application/stages/bytes/put.js';
import { viewOf } from '../../../libs/application/stages/bytes/prepared-bytes.js';
import { hashOfWords, keyWords, startsWith, type KeyWords } from '../../../libs/application/stages/bytes/scan-words.js';

/** An agent or a channel. */
export interface Key {
  /** From 0 up, in the order in which they were met. */
  readonly number: number;
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly words: KeyWords;
  readonly hash: number;
}

const INITIAL_SLOTS = 1_024;

/** Agents, or channels, by the bytes of their names. Their numbers are state: they go to the changelog. */
export class KeyTable {
  private readonly keys: Key[] = [];
  private slots = new Int32Array(INITIAL_SLOTS);
  private logged = 0;

  /** `name`: what their changelog keys begin with. */
  constructor(private readonly name: string) {}

  at(number: number): Key {
    const key = this.keys[number];
    if (!key) throw new RangeError(`no ${this.name} of number ${String(number)}`);
    return key;
  }

  /** The key in [from, to), whose hash is `hash`, see {@link hashOfWords}. */
  of(view: DataView, from: number, to: number, hash: number): Key {
    const { slots, keys } = this;
    const mask = slots.length - 1;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot] as number;
      if (number === 0) return this.add(Buffer.from(view.buffer, view.byteOffset + from, to - from).toString('utf8'));
      const key = keys[number - 1] as Key;
      if (key.hash === hash && key.words.length === to - from && startsWith(view, from, to, key.words)) return key;
    }
  }

  ofText(text: string): Key {
    const bytes = bytesOf(text);
    const view = viewOf(bytes);
    return this.of(view, 0, bytes.length, hashOfWords(view, 0, bytes.length));
  }

  private add(text: string): Key {
    const bytes = bytesOf(text);
    const hash = hashOfWords(viewOf(bytes), 0, bytes.length);
    const key = { number: this.keys.length, text, bytes, words: keyWords(bytes), hash };
    this.keys.push(key);
    if (2 * this.keys.length <= this.slots.length) this.place(key);
    else {
      this.slots = new Int32Array(4 * this.slots.length);
      for (const each of this.keys) this.place(each);
    }
    return key;
  }

  private place({ hash, number }: Key): void {
    const mask = this.slots.length - 1;
    let slot = spread(hash) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = number + 1;
  }

  /** Entries for those that are new since the last call. */
  changes(): ChangelogEntry[] {
    const entries = this.keys
      .slice(this.logged)
      .map(({ number, text }) => ({ key: `${this.name}/${String(number)}`, value: text }));
    this.logged = this.keys.length;
    return entries;
  }

  /** Takes an entry back; they come in the order in which they were written. False: it is not of this table. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(`${this.name}/`)) return false;
    if (this.ofText(value?.toString('utf8') ?? '').number !== Number(key.slice(this.name.length + 1)))
      throw new RangeError(`the changelog's ${key} is not in its place`);
    this.logged = this.keys.length;
    return true;
  }
}

function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}
