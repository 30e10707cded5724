import { floorTo, packMeasures, PaneTier, unpackMeasures, type Measures, type PackedMeasures } from '#libs/domain';
import type { CellDelta } from '../exchange/panes-message.js';
import type { ChangelogEntry } from '../stage.js';

const CELLS_KEY = 'cells/';

/** How far back rules look at cells, with a pane of slack. */
const RETENTION_MS = 25 * 3_600_000;

type PackedCell = [vendorId: string | null, channel: string, packed: PackedMeasures];

/**
 * What the own people and each vendor did in each channel, in coarse panes of the last day; kept by the task that owns
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
