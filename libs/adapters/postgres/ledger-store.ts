import { QueryFailedError, type EntityManager } from 'typeorm';
import { topicName } from '#libs/contract';
import {
  LEDGER_TOPICS,
  LedgerDataError,
  LedgerUnavailableError,
  type LedgerOffset,
  type LedgerStore,
  type LedgerWrite,
} from '#libs/application';
import type { Database } from './database.js';
import {
  COST_EVENT_COLUMNS,
  COST_WINDOW_COLUMNS,
  SIGNAL_COLUMNS,
  costEventToRow,
  costWindowToRow,
  rejectionRows,
  signalToRow,
  type JsonRow,
} from './ledger-mapping.js';

/** A statement of ten thousand rows is a few megabytes of JSON, and as fast as a larger one. */
const ROWS_A_STATEMENT = 10_000;

interface OffsetRow {
  readonly topic: string;
  readonly partition_id: number;
  readonly next_offset: string;
}

/** The ledger in Postgres: rows and the offset that they were read up to are stored in one transaction. */
export class PostgresLedgerStore implements LedgerStore {
  /** Offsets are those of the topics with this prefix: another prefix on the same database begins at its own. */
  constructor(
    private readonly database: Database,
    private readonly topicPrefix = '',
  ) {}

  /** Takes over what was stored before offsets had a cluster. */
  async offsets(clusterId: string): Promise<readonly LedgerOffset[]> {
    const rows = await asLedgerErrors(() =>
      this.database.transaction(async (manager) => {
        await manager.query(
          `UPDATE ledger_offset AS old SET cluster_id = $1
           WHERE cluster_id = '' AND NOT EXISTS (SELECT FROM ledger_offset AS own WHERE own.cluster_id = $1)`,
          [clusterId],
        );
        return manager.query<OffsetRow[]>(`SELECT * FROM ledger_offset WHERE cluster_id = $1`, [clusterId]);
      }),
    );
    return rows.flatMap(({ topic: name, partition_id: partition, next_offset: offset }) => {
      const topic = LEDGER_TOPICS.find((key) => topicName(key, this.topicPrefix) === name);
      return topic ? [{ topic, partition, offset: BigInt(offset) }] : [];
    });
  }

  async write(write: LedgerWrite): Promise<void> {
    const topic = topicName(write.topic, this.topicPrefix);
    const { costEvents, windows, signals } = write.facts;
    const events = costEvents.map(costEventToRow);
    const windowRows = latestRevisions(windows.map(costWindowToRow));
    const signalRows = signals.map(signalToRow);
    const rejected = rejectionRows(write, topic);
    await asLedgerErrors(() =>
      this.database.transaction(async (manager) => {
        await moveOffset(manager, topic, write);
        await insert(manager, 'cost_event', COST_EVENT_COLUMNS, events, KEEP_FIRST);
        await insert(manager, 'cost_window', COST_WINDOW_COLUMNS, windowRows, KEEP_NEWEST_WINDOW);
        await insert(manager, 'signal_event', SIGNAL_COLUMNS, signalRows, KEEP_FIRST);
        await insert(manager, 'ledger_rejected', REJECTED_COLUMNS, rejected, KEEP_FIRST);
      }),
    );
  }
}

const REJECTED_COLUMNS = ['cluster_id', 'topic', 'partition_id', 'record_offset', 'reason', 'value'];
const WINDOW_KEY = ['scope', 'id', 'window_name', 'window_end'];
const KEEP_FIRST = 'ON CONFLICT DO NOTHING';
const KEEP_NEWEST_WINDOW = `
  ON CONFLICT (${WINDOW_KEY.join(', ')}) DO UPDATE
  SET ${COST_WINDOW_COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}
  WHERE cost_window.revision < excluded.revision`;

/**
 * Compares and swaps: the partition must stand where this write begins, or nowhere yet. An owner that has been
 * replaced and does not know it gets nothing in.
 */
async function moveOffset(
  manager: EntityManager,
  topic: string,
  { clusterId, partition, start, next }: LedgerWrite,
): Promise<void> {
  const moved = await manager.query<unknown[]>(
    `INSERT INTO ledger_offset AS stored (cluster_id, topic, partition_id, next_offset) VALUES ($5, $1, $2, $3)
     ON CONFLICT (cluster_id, topic, partition_id) DO UPDATE SET next_offset = excluded.next_offset
     WHERE stored.next_offset = $4
     RETURNING next_offset`,
    [topic, partition, String(next), String(start), clusterId],
  );
  if (moved.length === 1) return;
  throw new LedgerUnavailableError(
    `the ledger does not stand at offset ${start} of ${topic}/${partition}; reading on from where it stands. ` +
      `If the topic was made anew, delete its rows from ledger_offset: nothing will be doubled`,
  );
}

/** Inserts rows out of JSON, which turns each text into its column's type. */
async function insert(
  manager: EntityManager,
  table: string,
  columns: readonly string[],
  rows: readonly JsonRow[],
  onConflict: string,
): Promise<void> {
  const names = columns.join(', ');
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const json = JSON.stringify(rows.slice(from, from + ROWS_A_STATEMENT));
    await manager.query(
      `INSERT INTO ${table} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${table}, $1) ${onConflict}`,
      [json],
    );
  }
}

/** One statement may touch a row once only: of several revisions of a window the newest is enough. */
function latestRevisions(rows: readonly JsonRow[]): JsonRow[] {
  const latest = new Map<string, JsonRow>();
  for (const row of rows) {
    const key = JSON.stringify(WINDOW_KEY.map((column) => row[column]));
    const known = latest.get(key);
    if (!known || Number(known['revision']) < Number(row['revision'])) latest.set(key, row);
  }
  return [...latest.values()];
}

/** SQLSTATE classes 22 (data exception) and 23 (constraint violation): trying again cannot help. */
const REFUSED = /^2[23]/;

const NO_TABLE = '42P01';

/** Every failure of the database as one of the ledger's two. */
async function asLedgerErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LedgerUnavailableError) throw error;
    const state = sqlState(error);
    if (REFUSED.test(state)) throw new LedgerDataError(textOf(error), { cause: error });
    const advice = state === NO_TABLE ? '; run npx spendline migrate' : '';
    throw new LedgerUnavailableError(`Postgres: ${textOf(error)}${advice}`, { cause: error });
  }
}

/** Node gives the failure to reach several addresses of one name as one error without words of its own. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

function sqlState(error: unknown): string {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : '';
}
