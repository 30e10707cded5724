import type { Calendar } from '../time/index.js';
import { ceilTo, MONTH_WINDOW, type RollingSpec, type WindowingOptions } from './window-spec.js';

/** What rolling and calendar windows have in common: ends at multiples of a step, and a start for each end. */
export interface WindowKind {
  /** Among the kinds of a set, from 0 on. */
  readonly number: number;
  readonly name: string;
  readonly type: 'rolling' | 'calendar';
  readonly stepMs: number;
  /** Start of the window that ends at `endMs`. */
  startOf(endMs: number): number;
  /** First end whose window no longer holds a pane that entered at `enterEndMs`. */
  leaveEnd(enterEndMs: number): number;
}

/** An end at which windows are closed: what is the same for all scopes is found once. */
export interface ClosingEnd {
  readonly kind: WindowKind;
  readonly startMs: number;
  readonly endMs: number;
  /** The window a step before. */
  readonly beforeStartMs: number;
  readonly beforeEndMs: number;
}

export function closingEnd(kind: WindowKind, endMs: number): ClosingEnd {
  const beforeEndMs = endMs - kind.stepMs;
  return { kind, startMs: kind.startOf(endMs), endMs, beforeStartMs: kind.startOf(beforeEndMs), beforeEndMs };
}

function rollingKind(spec: RollingSpec, number: number): WindowKind {
  return {
    number,
    name: spec.name,
    type: 'rolling',
    stepMs: spec.stepMs,
    startOf: (endMs) => endMs - spec.sizeMs,
    leaveEnd: (enterEndMs) => enterEndMs + spec.sizeMs,
  };
}

/** Month to date in the organisation's zone; an end that falls on a month's boundary closes the month before it. */
function monthKind(number: number, stepMs: number, calendar: Calendar): WindowKind {
  return {
    number,
    name: MONTH_WINDOW,
    type: 'calendar',
    stepMs,
    startOf: (endMs) => calendar.monthOf(endMs - 1).startMs,
    leaveEnd: (enterEndMs) => ceilTo(calendar.monthOf(enterEndMs - 1).endMs, stepMs) + stepMs,
  };
}

/** The rolling windows and the month of these options. */
export function windowKinds(options: WindowingOptions, calendar: Calendar): WindowKind[] {
  return [...options.rolling.map(rollingKind), monthKind(options.rolling.length, options.monthStepMs, calendar)];
}
