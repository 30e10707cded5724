import { matchesSchema, parseScopeKey, type CostWindow, type Signal, type TopicKey } from '#libs/contract';

import { isLiveBudget, LIVE_BUDGET_KEY } from './live-budget.js';
import { isLiveRecord } from './live-record.js';
import type { LiveView } from './live-view.js';

/** Topics that a {@link LiveView} is fed from. */
export const LIVE_TOPICS = ['live', 'costWindows', 'signals'] as const satisfies readonly TopicKey[];
export type LiveTopic = (typeof LIVE_TOPICS)[number];

/** A record as it was read: key and value in bytes. */
export interface RawRecord {
  /** When it was written, epoch milliseconds, in digits. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** What became of a record: `ignored` is meant for others, `malformed` is not what its topic should hold. */
export type Fed = 'taken' | 'ignored' | 'malformed';

/** Feeds one record to the view. Never throws for what the record holds. */
export function feedRecord(view: LiveView, topic: LiveTopic, record: RawRecord): Fed {
  const key = record.key?.toString('utf8') ?? '';
  switch (topic) {
    case 'live':
      return feedLive(view, key, record);
    case 'costWindows':
      return feedWindow(view, key, record.value);
    case 'signals':
      return feedSignal(view, key, record.value);
  }
}

function feedLive(view: LiveView, key: string, { value, timestamp }: RawRecord): Fed {
  if (value === null) {
    if (key.startsWith(LIVE_BUDGET_KEY)) return 'ignored';
    const removed = parseScopeKey(key);
    if (!removed) return 'malformed';
    view.removeLive(removed.scope, removed.id);
    return 'taken';
  }
  const record = parse(value);
  if (key.startsWith(LIVE_BUDGET_KEY)) {
    if (!isLiveBudget(record)) return 'malformed';
    view.acceptBudget(record);
    return 'taken';
  }
  if (!isLiveRecord(record)) return 'malformed';
  view.acceptLive(record, Number(timestamp));
  return 'taken';
}

/** The topic holds every window of every agent: what the view does not keep is passed over by its key, unparsed. */
const KEPT_WINDOW = /^(all:all:(5m|month)|channel:[^:]+:5m)$/;

function feedWindow(view: LiveView, key: string, value: Buffer | null): Fed {
  // A tombstone only frees the broker's disk; what the window said stays true.
  if (value === null || !KEPT_WINDOW.test(key)) return 'ignored';
  const window = parse(value);
  if (!matchesSchema('cost-window.v1', window)) return 'malformed';
  view.acceptWindow(window as CostWindow);
  return 'taken';
}

function feedSignal(view: LiveView, key: string, value: Buffer | null): Fed {
  if (value === null) {
    view.removeSignal(key);
    return 'taken';
  }
  const signal = parse(value);
  if (!matchesSchema('signal.v1', signal)) return 'malformed';
  view.acceptSignal(signal as Signal);
  return 'taken';
}

function parse(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
