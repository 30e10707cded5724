import { scopeKey } from '#libs/contract';
import {
  amountOf,
  floorTo,
  packMeasures,
  PaneTier,
  unpackMeasures,
  type ContributorCandidate,
  type Measures,
  type Micros,
  type PackedMeasures,
} from '#libs/domain';
import type { CellDelta } from '../exchange/panes-message.js';
import type { ChangelogEntry } from '../stage.js';

const CELLS_KEY = 'cells/';

/** How far back rules look at cells, with a pane of slack. */
const RETENTION_MS = 25 * 3_600_000 + 60_000;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type PackedCell = [vendorId: string | null, channel: string, packed: PackedMeasures];

/**
 * What the own people and each vendor did in each channel, in panes of the last day; kept by the task that owns
 * the whole's scope, so that a vendor can be compared with the own people on the same mix of channels. Its changelog has
 * one record for each pane of time.
 */
export class CellBook {
  /** By vendor, '' being the own people, then by channel. */
  private readonly handlers = new Map<string, Map<string, PaneTier>>();
  private readonly kept = new Set<number>();
  private readonly dirty = new Set<number>();

  constructor(private readonly widthMs: number) {}

  get vendorIds(): string[] {
    return [...this.handlers.keys()].filter((vendorId) => vendorId !== '').sort();
  }

  add({ vendorId = '', channel, tMs, delta }: CellDelta): void {
    const index = Math.floor(tMs / this.widthMs);
    this.tier(vendorId, channel).add(index, delta);
    this.kept.add(index);
    this.dirty.add(index);
  }

  /** By channel, of the panes from `fromMs` (taken down to a pane's start) to `toMs`; undefined: the own people. */
  between(vendorId: string | undefined, fromMs: number, toMs: number): Map<string, Measures> {
    const channels = this.handlers.get(vendorId ?? '') ?? new Map<string, PaneTier>();
    const startMs = floorTo(fromMs, this.widthMs);
    return new Map([...channels].map(([channel, tier]) => [channel, tier.sum(startMs, tierEnd(toMs, this.widthMs))]));
  }

  /** What contacts of people and vendors cost in the hour up to `asOfMs`, by channel and by vendor, against the same a day before. */
  lastHourByPart(asOfMs: number): ContributorCandidate[] {
    const parts = new Map<string, { scope: string; id: string; amountMicros: Micros; expectedMicros: Micros }>();
    for (const [vendorId, channels] of this.handlers) {
      for (const [channel, tier] of channels) {
        const amountMicros = amountOf(tier.sum(asOfMs - HOUR_MS, asOfMs));
        const expectedMicros = amountOf(tier.sum(asOfMs - DAY_MS - HOUR_MS, asOfMs - DAY_MS));
        for (const [scope, id] of [['channel', channel], ...(vendorId === '' ? [] : [['vendor', vendorId]])] as const) {
          const key = scopeKey(scope, id);
          const part = parts.get(key) ?? { scope, id, amountMicros: 0n, expectedMicros: 0n };
          part.amountMicros += amountMicros;
          part.expectedMicros += expectedMicros;
          parts.set(key, part);
        }
      }
    }
    return [...parts.values()];
  }

  private tier(vendorId: string, channel: string): PaneTier {
    let channels = this.handlers.get(vendorId);
    if (!channels) this.handlers.set(vendorId, (channels = new Map<string, PaneTier>()));
    let tier = channels.get(channel);
    if (!tier) channels.set(channel, (tier = new PaneTier(this.widthMs)));
    return tier;
  }

  /** Forgets what no rule looks back to from `asOfMs`. */
  prune(asOfMs: number): void {
    const first = Math.floor((asOfMs - RETENTION_MS) / this.widthMs);
    for (const index of this.kept) {
      if (index >= first) continue;
      this.kept.delete(index);
      this.dirty.add(index);
    }
    for (const [vendorId, channels] of this.handlers) {
      for (const [channel, tier] of channels) {
        tier.pruneBefore(first * this.widthMs);
        if (tier.panes.size === 0) channels.delete(channel);
      }
      if (channels.size === 0) this.handlers.delete(vendorId);
    }
  }

  changes(): ChangelogEntry[] {
    const entries = [...this.dirty].map((index) => {
      const value = this.kept.has(index) ? JSON.stringify(this.paneAt(index)) : null;
      return { key: CELLS_KEY + String(index), value };
    });
    this.dirty.clear();
    return entries;
  }

  private paneAt(index: number): PackedCell[] {
    return [...this.handlers].flatMap(([vendorId, channels]) =>
      [...channels].flatMap(([channel, { panes }]): PackedCell[] => {
        const pane = panes.get(index);
        return pane ? [[vendorId === '' ? null : vendorId, channel, packMeasures(pane)]] : [];
      }),
    );
  }

  /** Takes a changelog entry back, each key once and the newest; false when it is none of cells. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(CELLS_KEY)) return false;
    const index = Number(key.slice(CELLS_KEY.length));
    for (const channels of this.handlers.values()) for (const tier of channels.values()) tier.panes.delete(index);
    this.kept.delete(index);
    if (!value) return true;
    this.kept.add(index);
    for (const [vendorId, channel, packed] of JSON.parse(value.toString('utf8')) as PackedCell[])
      this.tier(vendorId ?? '', channel).add(index, unpackMeasures(packed));
    return true;
  }
}

function tierEnd(toMs: number, widthMs: number): number {
  return floorTo(toMs - 1, widthMs) + widthMs;
}
