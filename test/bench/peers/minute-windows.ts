import type { ChangelogEntry } from '#libs/application';
import { ByteReader } from '../../../libs/application/stages/bytes/byte-reader.js';
import { ByteWriter } from '../../../libs/application/stages/bytes/byte-writer.js';

const INITIAL_KEYS = 128;
/** What the varints of the changelog hold exactly. */
const LARGEST_SUM = 2 ** 52 - 1;
const PANE = '/pane/';
const NEXT = '/next';

/** Takes a window that is complete; `lastMinute` is its last. */
export type WindowSink = (lastMinute: number, key: number, count: number, sum: number) => void;

/**
 * Windows of some minutes that advance by one, for keys that are known by numbers: counts and sums of whole amounts, exact.
 * What comes is booked in panes of a minute, numbered from the epoch on; a window's content is kept up by adding the pane that
 * enters and subtracting the one that leaves.
 *
 * Panes are state: each that was added to goes to the changelog with the commit, and is deleted when no window needs it.
 */
export class MinuteWindows {
  /** Count and sum of each key, by the minute. */
  private readonly panes = new Map<number, Float64Array>();
  /** What of the window that closes next is closed already. */
  private readonly totals: Sums = { values: new Float64Array(2 * INITIAL_KEYS) };
  /** The minute that closes next; undefined before the first does. */
  private next: number | undefined;
  private readonly touched = new Set<number>();
  private readonly gone: number[] = [];
  private loggedNext: number | undefined;
  /** The pane that was added to last, as the next event is most likely of the same minute. */
  private pane: Float64Array = new Float64Array(0);
  private paneMinute = -1;

  /** `name`: what their changelog keys begin with; `minutes`: length of a window. */
  constructor(
    private readonly name: string,
    private readonly minutes: number,
  ) {}

  /** Books something; false: its minute is closed. */
  add(key: number, minute: number, count: number, sum: number): boolean {
    if (minute !== this.paneMinute && !this.turnTo(minute)) return false;
    const at = 2 * key;
    if (at >= this.pane.length) this.widen(minute, at);
    const { pane } = this;
    pane[at] = (pane[at] as number) + count;
    pane[at + 1] = (pane[at + 1] as number) + sum;
    return true;
  }

  private turnTo(minute: number): boolean {
    if (this.next !== undefined && minute < this.next) return false;
    let pane = this.panes.get(minute);
    if (!pane) this.panes.set(minute, (pane = new Float64Array(2 * INITIAL_KEYS)));
    this.touched.add(minute);
    this.pane = pane;
    this.paneMinute = minute;
    return true;
  }

  private widen(minute: number, at: number): void {
    const wider = new Float64Array(Math.max(2 * this.pane.length, at + 2));
    wider.set(this.pane);
    this.panes.set(minute, wider);
    this.pane = wider;
  }

  /** Closes every minute before this one. Windows with nothing in them are left out. */
  closeBefore(minute: number, sink: WindowSink): void {
    this.paneMinute = -1;
    for (let next = this.nextMinute(minute); next < minute; next = this.nextMinute(minute)) {
      addTo(this.totals, this.panes.get(next), 1);
      const { values } = this.totals;
      for (let at = 0; at < values.length; at += 2) {
        const count = values[at] as number;
        if (count > 0) sink(next, at / 2, count, checked(values[at + 1] as number));
      }
      this.forget(next + 1 - this.minutes);
      this.next = next + 1;
    }
  }

  /** Goes past minutes whose windows are empty. */
  private nextMinute(before: number): number {
    const { next, panes } = this;
    if (next !== undefined && (panes.has(next) || panes.has(next - 1))) return next;
    const first = Math.min(before, ...panes.keys());
    return (this.next = Math.max(next ?? first, first));
  }

  private forget(minute: number): void {
    const pane = this.panes.get(minute);
    if (!pane) return;
    addTo(this.totals, pane, -1);
    this.panes.delete(minute);
    // One that was never written needs no deletion, but that is not known.
    this.touched.delete(minute);
    this.gone.push(minute);
  }

  /** The minute that closes next: everything before it is done. Undefined before the first. */
  get nextToClose(): number | undefined {
    return this.next;
  }

  /** Entries for everything that changed since the last call. */
  changes(): ChangelogEntry[] {
    this.paneMinute = -1;
    const entries: ChangelogEntry[] = [];
    for (const minute of this.touched) {
      const pane = this.panes.get(minute);
      if (pane) entries.push({ key: this.paneKey(minute), value: bytesOfPane(pane) });
    }
    for (const minute of this.gone) entries.push({ key: this.paneKey(minute), value: null });
    if (this.next !== this.loggedNext) entries.push({ key: this.name + NEXT, value: String(this.next) });
    this.touched.clear();
    this.gone.length = 0;
    this.loggedNext = this.next;
    return entries;
  }

  private paneKey(minute: number): string {
    return this.name + PANE + String(minute);
  }

  /** Takes an entry back; false when it is not of these windows. */
  restore(key: string, value: Buffer | null): boolean {
    if (key === this.name + NEXT) {
      this.next = this.loggedNext = Number(value);
      return true;
    }
    if (!key.startsWith(this.name + PANE)) return false;
    if (value) this.panes.set(Number(key.slice(this.name.length + PANE.length)), paneOf(value));
    return true;
  }

  /** All entries were taken back. */
  restored(): void {
    const { next } = this;
    if (next === undefined) return;
    for (const [minute, pane] of this.panes) if (minute < next) addTo(this.totals, pane, 1);
  }
}

interface Sums {
  values: Float64Array;
}

function addTo(totals: Sums, pane: Float64Array | undefined, sign: 1 | -1): void {
  if (!pane) return;
  if (pane.length > totals.values.length) {
    const wider = new Float64Array(pane.length);
    wider.set(totals.values);
    totals.values = wider;
  }
  const { values } = totals;
  for (let at = 0; at < pane.length; at += 1) values[at] = (values[at] as number) + sign * (pane[at] as number);
}

function checked(sum: number): number {
  if (sum > LARGEST_SUM) throw new RangeError(`a sum of ${String(sum)} is not exact`);
  return sum;
}

function bytesOfPane(pane: Float64Array): Buffer {
  const writer = new ByteWriter();
  for (let at = 0; at < pane.length; at += 2) {
    if (pane[at] === 0) continue;
    writer.varint(at / 2);
    writer.varint(pane[at] as number);
    writer.varint(checked(pane[at + 1] as number));
  }
  return writer.written;
}

function paneOf(value: Buffer): Float64Array {
  const reader = new ByteReader(value);
  let pane = new Float64Array(2 * INITIAL_KEYS);
  while (!reader.isAtEnd) {
    const at = 2 * reader.varint();
    if (at >= pane.length) {
      const wider = new Float64Array(2 * at);
      wider.set(pane);
      pane = wider;
    }
    pane[at] = reader.varint();
    pane[at + 1] = reader.varint();
  }
  return pane;
}
