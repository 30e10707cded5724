import type { Severity } from '../reference/index.js';

/**
 * What a rule says of one scope and id at one moment. Plain data: it is kept in the episode's state as JSON.
 */
export interface Verdict {
  /** Whether the rule's condition is met. The episode decides when that becomes a signal. */
  readonly condition: boolean;
  /** The figure and the limit it is held against, both in `unit`; for people and charts, the comparison was exact. */
  readonly observed: number;
  readonly threshold: number;
  /** "ratio", or what the figure is an amount of, such as "CNY per interaction". */
  readonly unit: string;
  /** How bad it is if the condition is met. */
  readonly severity: Severity;
  /** One short sentence: scope, figure, limit. */
  readonly summary: string;
  /**
   * What has to differ from the last message for another one, where that is not the summary: figures of a month move
   * with every contact, and nobody wants to hear of each.
   */
  readonly headline?: string;
  /** The window or period judged: 1h, 24h, month. */
  readonly window: string;
  /**
   * How near the figure is to the limit: 1 at it, less below. While it is within the rule's hysteresis a firing signal
   * does not count as clear. Absent where nothing was judged.
   */
  readonly nearness?: number;
  /** Start of the budget period judged, so that the episode can tell that a new one began. */
  readonly periodStartMs?: number;
}

/** What moved a verdict (contract section 8). */
export type SignalCause = 'usage' | 'late' | 'correction' | 'plan-change' | 'expiry' | 'clock';

const RANKS: Readonly<Record<Severity, number>> = { info: 1, warning: 2, critical: 3 };

/** 0 for none, 1 to 3 for info to critical. */
export function severityRank(severity: Severity | undefined): number {
  return severity === undefined ? 0 : RANKS[severity];
}
