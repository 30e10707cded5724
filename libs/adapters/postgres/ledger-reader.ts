import type { CostWindow, Signal } from '#libs/contract';
import type {
  ActivityList,
  ActivityQuery,
  AgentTotal,
  CostTotal,
  LedgerReader,
  MonthSum,
  MonthSumQuery,
  MonthToDateQuery,
  ReadSpan,
  RecordedCostEvent,
  SignalQuery,
  TotalGroup,
  TotalQuery,
  WindowQuery,
} from '#libs/application';
import { DIMENSIONS } from '#libs/domain';
import { readActivities, readMonthSums, readMonthToDate } from './analysis-sql.js';
import type { Database } from './database.js';
import { rowToAmount, rowToCostEvent, rowToCostWindow, type JsonRow } from './ledger-mapping.js';

/** SQL of each group; `$3` is the zone. */
const GROUP_SQL: Readonly<Record<TotalGroup, string>> = {
  day: `to_char(occurred_at AT TIME ZONE $3, 'YYYY-MM-DD')`,
  channel: 'channel',
  dimension: 'part.dimension',
  team: 'team',
  agent: 'agent_id',
  vendor: 'vendor_id',
  source: 'source',
};

const PARTS = `CROSS JOIN LATERAL (VALUES ${DIMENSIONS.map((name) => `('${name}', ${name})`).join(', ')}) AS part (dimension, amount)`;

interface TotalRow extends Readonly<Record<string, string | null>> {
  readonly currency: string;
  readonly total: string;
  readonly events: string;
}

interface AgentRow {
  readonly agent_id: string;
  readonly team: string | null;
  readonly currency: string;
  readonly total: string;
  readonly interactions: string;
  readonly handle_seconds: number;
}

/** Reads the ledger out of Postgres. */
export class PostgresLedgerReader implements LedgerReader {
  constructor(private readonly database: Database) {}

  async windows({ scope, id, window, fromMs, toMs, limit }: WindowQuery): Promise<readonly CostWindow[]> {
    const rows = await this.database.query<JsonRow>(
      `(SELECT * FROM cost_window
        WHERE scope = $1 AND id = $2 AND window_name = $3 AND window_end >= $4 AND window_end < $5
        ORDER BY window_end DESC LIMIT $6)
       UNION ALL
       (SELECT * FROM cost_window
        WHERE scope = $1 AND id = $2 AND window_name = $3 AND window_end < $4
        ORDER BY window_end DESC LIMIT 1)
       ORDER BY window_end DESC LIMIT $6`,
      [scope, id, window, new Date(fromMs), new Date(toMs), limit],
    );
    return rows.map(rowToCostWindow).reverse();
  }

  async totals({ by, zone, fromMs, toMs }: TotalQuery): Promise<readonly CostTotal[]> {
    const byDimension = by.includes('dimension');
    const amount = byDimension ? 'part.amount' : 'event.amount';
    const groups = by.map((name) => `${GROUP_SQL[name]} AS "group_${name}"`);
    const places = [...groups, 'currency'].map((_, index) => String(index + 1)).join(', ');
    const rows = await this.database.query<TotalRow>(
      `SELECT ${[...groups, 'currency'].join(', ')}, sum(${amount})::text AS total, count(*)::text AS events
       FROM cost_event_current AS event ${byDimension ? PARTS : ''}
       WHERE occurred_at >= $1 AND occurred_at < $2 AND $3::text IS NOT NULL ${byDimension ? 'AND part.amount <> 0' : ''}
       GROUP BY ${places} ORDER BY ${places}`,
      [new Date(fromMs), new Date(toMs), zone],
    );
    return rows.map((row) => ({
      group: Object.fromEntries(by.map((name) => [name, row[`group_${name}`] ?? null])),
      currency: row.currency,
      amount: rowToAmount(row.total),
      events: Number(row.events),
    }));
  }

  async topAgents({ fromMs, toMs }: ReadSpan, limit: number): Promise<readonly AgentTotal[]> {
    const rows = await this.database.query<AgentRow>(
      `SELECT agent_id, max(team) AS team, currency, sum(amount)::text AS total,
              count(*) FILTER (WHERE source = 'interaction')::text AS interactions,
              coalesce(sum(handle_seconds) FILTER (WHERE source = 'interaction'), 0) AS handle_seconds
       FROM cost_event_current
       WHERE occurred_at >= $1 AND occurred_at < $2 AND agent_id IS NOT NULL
       GROUP BY agent_id, currency ORDER BY sum(amount) DESC, agent_id LIMIT $3`,
      [new Date(fromMs), new Date(toMs), limit],
    );
    return rows.map((row) => ({
      agentId: row.agent_id,
      team: row.team,
      currency: row.currency,
      amount: rowToAmount(row.total),
      interactions: Number(row.interactions),
      handleSeconds: row.handle_seconds,
    }));
  }

  activities(query: ActivityQuery): Promise<ActivityList> {
    return readActivities(this.database, query);
  }

  monthSums(query: MonthSumQuery): Promise<readonly MonthSum[]> {
    return readMonthSums(this.database, query);
  }

  monthToDate(query: MonthToDateQuery): Promise<readonly (string | null)[]> {
    return readMonthToDate(this.database, query);
  }

  async costEvents(sourceId: string): Promise<readonly RecordedCostEvent[]> {
    const rows = await this.database.query<JsonRow>(
      `SELECT * FROM cost_event WHERE source_id = $1 ORDER BY source, revision, cost_event_id`,
      [sourceId],
    );
    return rows.map((row) => ({ event: rowToCostEvent(row), late: row['late'] === true }));
  }

  async signalHistory(signalKey: string, limit: number): Promise<readonly Signal[]> {
    const rows = await this.database.query<{ body: Signal }>(
      `SELECT body FROM signal_event WHERE signal_key = $1 ORDER BY started_at DESC, sequence DESC LIMIT $2`,
      [signalKey, limit],
    );
    return rows.map(({ body }) => body);
  }

  async signals({ status, fromMs, toMs, limit }: SignalQuery): Promise<readonly Signal[]> {
    const rows = await this.database.query<{ body: Signal }>(
      `SELECT body FROM signal_event AS event
       WHERE observed_at >= $1 AND observed_at < $2 AND ($3::text IS NULL OR status = $3)
         AND NOT EXISTS (
           SELECT FROM signal_event AS later
           WHERE later.episode_id = event.episode_id AND later.sequence > event.sequence
         )
       ORDER BY observed_at DESC, episode_id LIMIT $4`,
      [new Date(fromMs), new Date(toMs), status ?? null, limit],
    );
    return rows.map(({ body }) => body);
  }
}
