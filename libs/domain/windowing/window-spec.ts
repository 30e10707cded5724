import type { Scope } from '../reference/index.js';
import type { Measures } from '../facts/index.js';

/** A rolling window [end - sizeMs, end) whose ends are the multiples of stepMs since the epoch. */
export interface RollingSpec {
  readonly name: string;
  readonly sizeMs: number;
  readonly stepMs: number;
}

/** Which windows are kept. All durations in milliseconds of event time. */
export interface WindowingOptions {
  readonly rolling: readonly RollingSpec[];
  /** Step of the calendar window `month`. */
  readonly monthStepMs: number;
  /** How far behind the watermark an event may be and still enter rolling windows. */
  readonly graceMs: number;
  /** How far back a better copy may correct windows: the dedup horizon. */
  readonly correctionMs: number;
}

export const MONTH_WINDOW = 'month';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The contract's defaults (section 7). */
export const DEFAULT_WINDOWING: WindowingOptions = {
  rolling: [
    { name: '5m', sizeMs: 5 * MINUTE, stepMs: 10 * SECOND },
    { name: '1h', sizeMs: HOUR, stepMs: MINUTE },
    { name: '24h', sizeMs: 24 * HOUR, stepMs: 15 * MINUTE },
  ],
  monthStepMs: MINUTE,
  graceMs: 10 * MINUTE,
  correctionMs: HOUR,
};

/** A window as it is published. `revision` 0 when the watermark first passed its end. */
export interface WindowResult {
  readonly scope: Scope;
  readonly id: string;
  readonly window: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly revision: number;
  readonly measures: Measures;
}

/** Largest multiple of step that is not above t. */
export function floorTo(tMs: number, stepMs: number): number {
  return Math.floor(tMs / stepMs) * stepMs;
}

/** Smallest multiple of step that is not below t. */
export function ceilTo(tMs: number, stepMs: number): number {
  return Math.ceil(tMs / stepMs) * stepMs;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The two pane widths that every window is made of, and how long their panes are kept. */
export interface PaneLayout {
  /** Greatest common divisor of all steps and sizes: the pane that facts are added to. */
  readonly fineMs: number;
  /** The largest step: windows that move by it are rolled from panes of that width. */
  readonly coarseMs: number;
  readonly fineRetentionMs: number;
  readonly coarseRetentionMs: number;
  /** How far behind the lowest frontier a pane may change: every window that holds it is still kept whole. */
  readonly changeableMs: number;
}

/** Derives the pane layout; RangeError when a window's size is not a multiple of its step. */
export function paneLayout(options: WindowingOptions, minimumCoarseRetentionMs = 0): PaneLayout {
  for (const spec of options.rolling) {
    if (spec.stepMs <= 0 || spec.sizeMs % spec.stepMs !== 0) {
      throw new RangeError(`window ${spec.name}: its size must be a multiple of its step`);
    }
  }
  const steps = [...options.rolling.map((spec) => spec.stepMs), options.monthStepMs];
  const fineMs = steps.reduce(greatestCommonDivisor);
  const coarseMs = steps.reduce((a, b) => Math.max(a, b));
  const changeableMs = Math.max(options.graceMs, options.correctionMs) + coarseMs;
  const slackMs = changeableMs + coarseMs;
  const sizeOf = (specs: readonly RollingSpec[]) => specs.reduce((size, spec) => Math.max(size, spec.sizeMs), coarseMs);
  return {
    fineMs,
    coarseMs,
    fineRetentionMs: sizeOf(options.rolling.filter((spec) => spec.stepMs !== coarseMs)) + slackMs,
    coarseRetentionMs: Math.max(sizeOf(options.rolling), minimumCoarseRetentionMs) + slackMs,
    changeableMs,
  };
}
