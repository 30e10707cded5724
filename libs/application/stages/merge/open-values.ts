import { scopeKey } from '#libs/contract';
import {
  isPublishedScope,
  SUM_FIELDS,
  type PublishedScope,
  type ScopeWindows,
  type WindowKind,
  type WindowSet,
} from '#libs/domain';
import type { LiveRecord } from '../../live/index.js';
import { bytesOf, putBytes, putVarint, varintSize } from '../bytes/put.js';
import { BlockWriter, type TopicBlock } from '../bytes/record-block.js';
import { costWindowOf } from './convert-window.js';
import { unlessOverflow } from './unless-overflow.js';
import { MOST_TEXT_BYTES, quickTotal, WindowText, type NameTexts, type WindowHeads } from './window-text.js';

/** How often open values are sent, wall clock: they are for eyes. */
interface Pace {
  /** A scope above agents at most so often. */
  readonly scopesMs: number;
  /** Agents are many and change slowly. */
  readonly agentsMs: number;
  /** So many agents at a time, the rest with the next transactions: all of 50,000 at once would be 100 MB. */
  readonly agentsAtOnce: number;
}

const LIVE: Pace = { scopesMs: 500, agentsMs: 1_000, agentsAtOnce: 2_000 };
/** While history is caught up with (event time this far behind the wall clock) nobody watches single figures. */
export const CATCH_UP_MS = 60_000;
const CATCHING_UP: Pace = { scopesMs: 5_000, agentsMs: 5_000, agentsAtOnce: 500 };
const TAIL = bytesOf('}}');

/** The event time that open windows are told of, epoch ms, with the watermark then, and the currency of their amounts. */
export interface OpenAt {
  readonly asOfMs: number;
  readonly watermarkMs: number | undefined;
  readonly currency: string;
}

/** What {@link OpenValues} writes one kind of windows with; the content is that of one scope, gone through at once. */
interface Slot {
  readonly kind: WindowKind;
  /** Its name, as the record has it in front of the window. */
  readonly field: Uint8Array;
  readonly texts: NameTexts;
  /** One for each kind, as it keeps the last times: all scopes have the same. */
  readonly text: WindowText;
  readonly content: Float64Array;
}

/**
 * The open value of every window, for metrics, the API and the console: between two emissions of a window this is how
 * its content stands. Records are written from sums straight into blocks, the bytes that `JSON.stringify` makes of
 * {@link records}, which a test holds them against.
 */
export class OpenValues {
  private readonly agents = new Due();
  private readonly others = new Due();
  private readonly writer: BlockWriter;
  /** By the number of the kind. */
  private readonly slots: readonly Slot[];

  constructor(
    private readonly set: WindowSet,
    private readonly heads: WindowHeads,
    partition: number,
  ) {
    this.writer = new BlockWriter('live', partition);
    this.slots = set.kinds.map(({ kind }, number) => ({
      kind,
      field: bytesOf(`${number > 0 ? ',' : ''}"${kind.name}":`),
      texts: heads.ofName(kind.name),
      text: new WindowText(),
      content: new Float64Array(SUM_FIELDS),
    }));
  }

  changed(windows: ScopeWindows): void {
    (windows.ref.scope === 'agent' ? this.agents : this.others).scopes.add(windows);
  }

  /** Writes records for the scopes that changed, if it is time; `at` undefined: nothing was heard yet. */
  send(at: OpenAt | undefined, nowMs: number): readonly TopicBlock[] {
    if (!at) return [];
    const { scopesMs, agentsMs, agentsAtOnce } = nowMs - at.asOfMs > CATCH_UP_MS ? CATCHING_UP : LIVE;
    for (const windows of this.others.take(nowMs, scopesMs, Infinity)) this.write(windows, at);
    for (const windows of this.agents.take(nowMs, agentsMs, agentsAtOnce)) this.write(windows, at);
    return this.writer.drain();
  }

  /** How the windows of every scope stand. Those with an amount that the contract has no room for are left out. */
  *records(at: OpenAt | undefined): Generator<LiveRecord> {
    if (!at) return;
    for (const windows of this.set.scopes.values()) {
      const record = unlessOverflow(() => this.recordOf(windows, at));
      if (record) yield record;
    }
  }

  private write(windows: ScopeWindows, at: OpenAt): void {
    const { ref } = windows;
    const { scope, id } = ref;
    // A group is told of by the figures of its budgets.
    if (!isPublishedScope(scope)) return;
    const { slots, set } = this;
    const ends = slots.map(({ kind, content }, number) => ({
      window: kind.name,
      revision: 0,
      ...windows.openSums(kind, at.asOfMs, set.kinds[number]?.frontierMs, content),
    }));
    const totals = slots.map(({ content }) => quickTotal(content));
    const key = bytesOf(scopeKey(scope, id));
    const block = this.writer.next();
    if (totals.some(Number.isNaN)) {
      const record = unlessOverflow(() => this.recordOf(windows, at));
      if (record) block.add({ key: Buffer.from(key), value: JSON.stringify(record) });
      return;
    }
    const head = bytesOf(headOf(scope, id, at));
    const texts = this.heads.of(ref, scope);
    const room = slots.reduce(
      (sum, { field, texts: name }) => sum + field.length + texts.head.length + name.head.length + MOST_TEXT_BYTES,
      key.length + head.length,
    );
    block.begin(room);
    const { bytes, view } = block;
    const lengthAt = putBytes(bytes, putVarint(bytes, block.at, key.length), key);
    const valueAt = lengthAt + varintSize(room);
    let end = putBytes(bytes, valueAt, head);
    for (const [number, { field, texts: name, text, content }] of slots.entries()) {
      const [window, totalMicros] = [ends[number], totals[number]];
      if (!window || totalMicros === undefined) throw new Error('a window has no content');
      end = putBytes(bytes, end, field);
      end = text.put(bytes, view, end, texts, name, window, content, totalMicros, at.currency);
    }
    block.at = putBytes(bytes, end, TAIL);
    block.writeLengthBefore(lengthAt, valueAt);
    block.reserve(1);
    // No headers.
    block.bytes[block.at++] = 0;
    block.end();
  }

  private recordOf(windows: ScopeWindows, { asOfMs, watermarkMs, currency }: OpenAt): LiveRecord | undefined {
    const { scope, id } = windows.ref;
    if (!isPublishedScope(scope)) return undefined;
    const open = this.set.kinds.map(({ kind, frontierMs }) => {
      const { startMs, endMs, measures } = windows.openContent(kind, asOfMs, frontierMs);
      return [
        kind.name,
        costWindowOf({ scope, id, window: kind.name, startMs, endMs, revision: 0, measures }, currency),
      ] as const;
    });
    return {
      scope,
      id,
      asOf: asOfMs,
      watermark: watermarkMs ?? null,
      currency,
      windows: Object.fromEntries(open),
    };
  }
}

/** The beginning of a record's text, up to its windows. */
function headOf(scope: PublishedScope, id: string, { asOfMs, watermarkMs, currency }: OpenAt): string {
  const record = {
    scope,
    id,
    asOf: asOfMs,
    watermark: watermarkMs ?? null,
    currency,
    windows: {},
  } satisfies LiveRecord;
  return JSON.stringify(record).slice(0, -TAIL.length);
}

/** Scopes that changed since they were last sent. They are sent in rounds: all that changed up to the beginning of one. */
class Due {
  readonly scopes = new Set<ScopeWindows>();
  private beganAtMs = -Infinity;
  /** What is left of the round, those that come first at the end. */
  private left: ScopeWindows[] = [];

  /** Up to `most` scopes of the round, or of a new one where `intervalMs` are over since the last began. */
  take(nowMs: number, intervalMs: number, most: number): ScopeWindows[] {
    if (this.left.length === 0 && this.scopes.size > 0 && nowMs - this.beganAtMs >= intervalMs) {
      this.beganAtMs = nowMs;
      this.left = [...this.scopes].reverse();
      this.scopes.clear();
    }
    return this.left.splice(Math.max(0, this.left.length - most)).reverse();
  }
}
