import type { CostWindow } from '#libs/contract';

import type { LiveRecord } from './live-record.js';
import { StepHistory } from './step-history.js';
import type { Series, SeriesPoint } from './wire/index.js';

const STEP_MS = 60_000;
const KEEP_MS = 6 * 60 * STEP_MS;

/** The open window ends the chart only where the closed ones come near it: while the past is read there is a gap. */
const HEAD_WITHIN_MS = 15 * 60_000;

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
    const closedMs = this.#closedMs(all);
    const head = headOf(channelIds, all, channels);
    return {
      stepMs: STEP_MS,
      ids: ['all', ...channelIds],
      points: closedMs === null ? [] : this.#points(channelIds, closedMs),
      head: head && closedMs !== null && head.at - closedMs > HEAD_WITHIN_MS ? null : head,
    };
  }

  /** Up to where windows are closed: behind the newest one they have held their content up to the watermark. */
  #closedMs(all: LiveRecord | undefined): number | null {
    const newestMs = this.#all.newestEndMs;
    return newestMs === null ? null : Math.max(newestMs, all?.watermark ?? newestMs);
  }

  #points(channelIds: readonly string[], closedMs: number): SeriesPoint[] {
    const toMs = Math.floor(closedMs / STEP_MS) * STEP_MS;
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
