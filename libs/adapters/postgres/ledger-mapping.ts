import type { CostEvent, CostWindow, Signal } from '#libs/contract';
import type { LedgerCostEvent, LedgerWrite } from '#libs/application';
import { DIMENSIONS, formatMicros, parseMicros } from '#libs/domain';

/** A row as JSON gives and takes it: columns by their names in the database. */
export type JsonRow = Record<string, unknown>;

/** Columns that a cost event has beside its amounts, by the event's field. */
const EVENT_COLUMNS = {
  costEventId: 'cost_event_id',
  source: 'source',
  sourceId: 'source_id',
  revision: 'revision',
  occurredAt: 'occurred_at',
  agentId: 'agent_id',
  vendorId: 'vendor_id',
  botId: 'bot_id',
  channel: 'channel',
  team: 'team',
  queue: 'queue',
  region: 'region',
  topic: 'topic',
  stage: 'stage',
  customerTier: 'customer_tier',
  complexity: 'complexity',
  outcome: 'outcome',
  handleSeconds: 'handle_seconds',
  amount: 'amount',
  currency: 'currency',
  lines: 'lines',
} as const satisfies Record<Exclude<keyof CostEvent, 'breakdown'>, string>;

const WINDOW_COLUMNS = {
  scope: 'scope',
  id: 'id',
  window: 'window_name',
  start: 'window_start',
  end: 'window_end',
  revision: 'revision',
  currency: 'currency',
  amount: 'amount',
  interactions: 'interactions',
  handledByAgents: 'handled_by_agents',
  automated: 'automated',
  resolved: 'resolved',
  handleSeconds: 'handle_seconds',
  complaints: 'complaints',
  csatSum: 'csat_sum',
  csatCount: 'csat_count',
  overtimeAmount: 'overtime_amount',
  repetitiveByAgents: 'repetitive_by_agents',
  errors: 'errors',
} as const satisfies Record<Exclude<keyof CostWindow, 'breakdown'>, string>;

/** Columns of the table `cost_event`. */
export const COST_EVENT_COLUMNS: readonly string[] = [...Object.values(EVENT_COLUMNS), ...DIMENSIONS, 'late'];

/** Columns of the table `cost_window`. */
export const COST_WINDOW_COLUMNS: readonly string[] = [...Object.values(WINDOW_COLUMNS), ...DIMENSIONS];

/** Columns of the table `signal_event`. */
export const SIGNAL_COLUMNS: readonly string[] = [
  ...['episode_id', 'sequence', 'signal_key', 'status', 'severity', 'rule_id', 'rule_kind', 'scope', 'id'],
  ...['started_at', 'observed_at', 'resolved_at', 'body'],
];

/** Row of a cost event. */
export function costEventToRow({ event, late }: LedgerCostEvent): JsonRow {
  return { ...renamed(event, EVENT_COLUMNS), ...event.breakdown, late };
}

/** Row of a window. */
export function costWindowToRow(window: CostWindow): JsonRow {
  return { ...renamed(window, WINDOW_COLUMNS), ...window.breakdown };
}

/** Row of a signal. */
export function signalToRow(signal: Signal): JsonRow {
  return {
    episode_id: signal.episodeId,
    sequence: signal.sequence,
    signal_key: signal.signalKey,
    status: signal.status,
    severity: signal.severity,
    rule_id: signal.rule.id,
    rule_kind: signal.rule.kind,
    scope: signal.scope,
    id: signal.id,
    started_at: signal.startedAt,
    observed_at: signal.observedAt,
    resolved_at: signal.resolvedAt,
    body: signal,
  };
}

/** Rows of the records that were put aside. */
export function rejectionRows({ clusterId, partition, facts }: LedgerWrite, topic: string): JsonRow[] {
  return facts.rejected.map(({ offset, reason, value }) => ({
    cluster_id: clusterId,
    topic,
    partition_id: partition,
    record_offset: offset,
    reason,
    // Text form of bytea.
    value: value && `\\x${value.toString('hex')}`,
  }));
}

/** The cost event of a row, as it was published. */
export function rowToCostEvent(row: JsonRow): CostEvent {
  return { ...restored(row, EVENT_COLUMNS), breakdown: breakdownOf(row) } as unknown as CostEvent;
}

/** The window of a row, as it was published. */
export function rowToCostWindow(row: JsonRow): CostWindow {
  return { ...restored(row, WINDOW_COLUMNS), breakdown: breakdownOf(row) } as unknown as CostWindow;
}

/** A contract decimal of what Postgres prints for a numeric (`12.500000` is `12.50`). */
export function rowToAmount(numeric: string): string {
  return formatMicros(parseMicros(numeric));
}

function breakdownOf(row: JsonRow): CostEvent['breakdown'] {
  const parts = DIMENSIONS.flatMap((name) => (typeof row[name] === 'string' ? [[name, rowToAmount(row[name])]] : []));
  return Object.fromEntries(parts) as CostEvent['breakdown'];
}

function renamed(value: object, columns: Readonly<Record<string, string>>): JsonRow {
  const fields = value as JsonRow;
  return Object.fromEntries(Object.entries(columns).map(([field, column]) => [column, fields[field]]));
}

const AMOUNT_FIELDS = new Set(['amount', 'overtimeAmount']);
/** bigint columns, which the driver gives as texts. */
const COUNT_FIELDS = new Set([
  ...['interactions', 'handledByAgents', 'automated', 'resolved'],
  ...['complaints', 'csatCount', 'repetitiveByAgents', 'errors'],
]);

function restored(row: JsonRow, columns: Readonly<Record<string, string>>): JsonRow {
  const fields: JsonRow = {};
  for (const [field, column] of Object.entries(columns)) {
    const value = row[column];
    if (value === null || value === undefined) continue;
    if (value instanceof Date) fields[field] = value.toISOString();
    else if (AMOUNT_FIELDS.has(field)) fields[field] = rowToAmount(value as string);
    else fields[field] = COUNT_FIELDS.has(field) ? Number(value) : value;
  }
  return fields;
}
