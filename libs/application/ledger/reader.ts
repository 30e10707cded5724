import type { CostEvent, CostWindow, Signal } from '#libs/contract';
import type { Scope } from '#libs/domain';

import type { ActivityList, ActivityQuery, MonthSum, MonthSumQuery, MonthToDateQuery } from './analysis-queries.js';
import type { ReadSpan } from './read-span.js';

/** Windows of one scope. */
export interface WindowQuery extends ReadSpan {
  readonly scope: Scope;
  readonly id: string;
  /** `5m`, `1h`, `24h`, `month`, ... */
  readonly window: string;
  /** At most so many, the newest. */
  readonly limit: number;
}

/** What totals can be told apart by. */
export const TOTAL_GROUPS = ['day', 'channel', 'dimension', 'team', 'agent', 'vendor', 'source'] as const;
export type TotalGroup = (typeof TOTAL_GROUPS)[number];

/** Cost in a span. */
export interface TotalQuery extends ReadSpan {
  readonly by: readonly TotalGroup[];
  /** IANA zone that days are cut in. */
  readonly zone: string;
}

/** One total. `group` has the value of each group asked for; null where the cost event names none. */
export interface CostTotal {
  readonly group: Readonly<Partial<Record<TotalGroup, string | null>>>;
  readonly currency: string;
  /** Decimal string. */
  readonly amount: string;
  /** Cost events in it; with `dimension`, those that have a share in the dimension. */
  readonly events: number;
}

/** An agent's contacts and what they cost. */
export interface AgentTotal {
  readonly agentId: string;
  readonly team: string | null;
  readonly currency: string;
  /** Decimal string. */
  readonly amount: string;
  /** Contacts, without paid time between them. */
  readonly interactions: number;
  readonly handleSeconds: number;
}

/** A revision of a cost event, as published. */
export interface RecordedCostEvent {
  readonly event: CostEvent;
  readonly late: boolean;
}

/** Signals: the latest message of each episode that was observed in the span. */
export interface SignalQuery extends ReadSpan {
  readonly status?: Signal['status'];
  readonly limit: number;
}

/** Reads the ledger for reports and the API. Amounts count the latest revision of each source. */
export interface LedgerReader {
  /**
   * Windows that end in the span, oldest first, and before them the one that holds at its beginning: windows are only
   * published when they change, so a value lasts until the next one.
   */
  windows(query: WindowQuery): Promise<readonly CostWindow[]>;
  /** Totals, ordered by their groups. */
  totals(query: TotalQuery): Promise<readonly CostTotal[]>;
  /** Agents by cost, dearest first. */
  topAgents(span: ReadSpan, limit: number): Promise<readonly AgentTotal[]>;
  /** What contacts and paid time cost by activity; bills, which accrue over their period, are not in it. */
  activities(query: ActivityQuery): Promise<ActivityList>;
  /** What each id of a scope has between moments, out of the month to date; ids without any window are left out. */
  monthSums(query: MonthSumQuery): Promise<readonly MonthSum[]>;
  /**
   * Month to date of one scope at each moment, in the order given; null before its month has any window. `dimension`: of
   * that dimension alone.
   */
  monthToDate(query: MonthToDateQuery): Promise<readonly (string | null)[]>;
  /** All revisions of what was costed, oldest first: interactionId, lineId, ... */
  costEvents(sourceId: string): Promise<readonly RecordedCostEvent[]>;
  /** Every message of a signal, newest first, at most `limit`. */
  signalHistory(signalKey: string, limit: number): Promise<readonly Signal[]>;
  /** Latest message of each episode, newest first. */
  signals(query: SignalQuery): Promise<readonly Signal[]>;
}
