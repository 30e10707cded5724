import { matchesSchema, type CostWindow } from '#libs/contract';

import { LIVE_WINDOWS, type LiveWindow } from './wire/index.js';

/**
 * Value of a `spendline.live` record: the open windows of one scope. Key `scope:id`, encoded as in the window keys.
 * `asOf` and `watermark` are event time in epoch milliseconds; a window ends at `asOf` rounded up to its step, and its
 * revision means nothing.
 */
export interface LiveRecord {
  readonly scope: CostWindow['scope'];
  readonly id: string;
  readonly asOf: number;
  readonly watermark: number | null;
  readonly currency: string;
  readonly windows: Readonly<Partial<Record<LiveWindow, CostWindow>>>;
}

/**
 * Whether parsed JSON is a {@link LiveRecord}. Its windows are checked against their schema, since one wrong amount
 * would take the whole view down.
 */
export function isLiveRecord(value: unknown): value is LiveRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { scope, id, asOf, watermark, windows } = value as Record<string, unknown>;
  return (
    typeof scope === 'string' &&
    typeof id === 'string' &&
    isTime(asOf) &&
    (watermark === null || isTime(watermark)) &&
    typeof windows === 'object' &&
    windows !== null &&
    LIVE_WINDOWS.every((name) => isWindowOrAbsent((windows as Record<string, unknown>)[name]))
  );
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function isWindowOrAbsent(value: unknown): boolean {
  return value === undefined || matchesSchema('cost-window.v1', value);
}
