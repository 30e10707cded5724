import type { CostWindow } from '#libs/contract';

import type { LiveRecord } from './live-record.js';
import { StepHistory } from './step-history.js';
import type { Series, SeriesPoint } from './wire/index.js';

const STEP_MS = 60_000;
const KEEP_MS = 6 * 60 * STEP_MS;

/** Channels are few; more than this is bad input, and the chart could not show them. */
const MAX_CHANNELS = 64;

/**
 * History of the chart: the rolling 5 minute cost of everything and of each channel, one value a minute over the last
 * six hours before the newest window of scope all. Bounded, however long the topic is.
 */
export class SeriesHistory {
  readonly #all = new StepHistory(STEP_MS, KEEP_MS);
  readonly #channels = new Map<string, StepHistory>();

  /** Takes a closed window; any but the 5 minute ones of scope all and channel is ignored. */
  accept(window: CostWindow): void {
    if (window.window !== '5m') return;
    this.#historyOf(window)?.accept(Date.parse(window.end), window.revision, window.amount);
  }

  /** The chart as it is now; `all` and `channels` are the open windows, for its head. */
  view(all: LiveRecord | undefined, channels: ReadonlyMap<string, LiveRecord>): Series {
    const channelIds = [...new Set([...this.#channels.keys(), ...channels.keys()])].slice(0, MAX_CHANNELS).sort();
    const ids = ['all', ...channelIds];
    return { stepMs: STEP_MS, ids, points: this.#points(channelIds), head: headOf(channelIds, all, channels) };
  }

  #points(channelIds: readonly string[]): SeriesPoint[] {
    const newestMs = this.#all.newestEndMs;
    if (newestMs === null) return [];
    const toMs = Math.floor(newestMs / STEP_MS) * STEP_MS;
    const fromMs = toMs - KEEP_MS;
    const columns = [this.#all, ...channelIds.map((id) => this.#channels.get(id))].map((history) =>
      history?.amounts(fromMs, toMs),
    );
    const points: SeriesPoint[] = [];
    for (let index = 0; index <= KEEP_MS / STEP_MS; index += 1) {
      const amounts = columns.map((column) => column?.[index] ?? null);
      // Before the first window of scope all there is nothing to show.
      if (amounts[0] !== null) points.push({ at: fromMs + index * STEP_MS, amounts });
    }
    return points;
  }

  #historyOf({ scope, id }: CostWindow): StepHistory | undefined {
    if (scope === 'all') return this.#all;
    if (scope !== 'channel') return undefined;
    const known = this.#channels.get(id);
    if (known || this.#channels.size >= MAX_CHANNELS) return known;
    const history = new StepHistory(STEP_MS, KEEP_MS);
    this.#channels.set(id, history);
    return history;
  }
}

function headOf(
  channelIds: readonly string[],
  all: LiveRecord | undefined,
  channels: ReadonlyMap<string, LiveRecord>,
): SeriesPoint | null {
  const open = all?.windows['5m'];
  if (!open) return null;
  const inChannels = channelIds.map((id) => channels.get(id)?.windows['5m']?.amount ?? null);
  return { at: Date.parse(open.end), amounts: [open.amount, ...inChannels] };
}
