import { DataSource, type EntityManager } from 'typeorm';
import { MIGRATIONS } from './migrations/index.js';
import { ROWS } from './rows/index.js';

/** How to reach a Postgres. */
export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`; `?sslmode=verify-full` for TLS. Never logged. */
  readonly databaseUrl: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Connections at most; default 4. */
  readonly poolSize?: number;
  /** Told of connections that broke while nobody used them. They are replaced by themselves. */
  readonly onConnectionLost?: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** A statement that takes longer is given up, so that a hung server shows as an error which is tried again. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** A TypeORM data source with our tables and migrations; not connected yet. Nothing is ever synchronised by itself. */
export function createDataSource({
  databaseUrl,
  applicationName,
  poolSize = 4,
  onConnectionLost,
}: DatabaseOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: databaseUrl,
    applicationName,
    entities: [...ROWS],
    migrations: [...MIGRATIONS],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    synchronize: false,
    logging: false,
    poolSize,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    // Without a listener an idle connection that breaks would end the process.
    poolErrorHandler: (error: Error) => onConnectionLost?.(error),
    extra: {
      keepAlive: true,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
      idle_in_transaction_session_timeout: 2 * STATEMENT_TIMEOUT_MS,
    },
  });
}

/**
 * A database that may be down, now or when the process starts: each piece of work connects if need be, rejects while it
 * cannot, and succeeds again once the server is back. Who calls decides how often to try.
 */
export class Database {
  readonly #dataSource: DataSource;
  #connecting: Promise<DataSource> | undefined;

  constructor(options: DatabaseOptions) {
    this.#dataSource = createDataSource(options);
  }

  /** The connected data source. */
  async connected(): Promise<DataSource> {
    if (this.#dataSource.isInitialized) return this.#dataSource;
    this.#connecting ??= this.#dataSource.initialize().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  /** Runs one statement; `Row` is what the caller knows its columns to be. */
  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return (await this.connected()).query<Row[]>(sql, [...parameters]);
  }

  /** Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return (await this.connected()).transaction(work);
  }

  /** Ends all connections, after a connection attempt under way. */
  async close(): Promise<void> {
    await this.#connecting?.catch(() => undefined);
    if (this.#dataSource.isInitialized) await this.#dataSource.destroy();
  }
}
