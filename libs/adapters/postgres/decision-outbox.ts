import type { DecisionMessage, DecisionOutbox } from '#libs/application';
import type { Database } from './database.js';

/** One number for all relays of the same database; it means nothing elsewhere. */
const RELAY_LOCK = 763_900_002;

/** Published messages are kept this long, to look things up. */
const KEEP_PUBLISHED = `interval '7 days'`;

interface UnpublishedRow extends DecisionMessage {
  readonly outbox_id: string;
}

/**
 * The outbox in Postgres. The lock is one of the transaction, so it is free again however the relay ends. `FOR UPDATE
 * SKIP LOCKED` instead would let a second relay publish newer rows before the first has published the older ones.
 */
export class PostgresDecisionOutbox implements DecisionOutbox {
  constructor(private readonly database: Database) {}

  async relay(limit: number, publish: (messages: readonly DecisionMessage[]) => Promise<void>): Promise<number> {
    return this.database.transaction(async (manager) => {
      const [lock] = await manager.query<{ mine: boolean }[]>(`SELECT pg_try_advisory_xact_lock($1) AS mine`, [
        RELAY_LOCK,
      ]);
      if (!lock?.mine) return 0;
      const rows = await manager.query<UnpublishedRow[]>(
        `SELECT outbox_id, topic, key, value FROM outbox WHERE published_at IS NULL ORDER BY outbox_id LIMIT $1`,
        [limit],
      );
      if (rows.length === 0) return 0;
      await publish(rows.map(({ topic, key, value }) => ({ topic, key, value })));
      await manager.query(`UPDATE outbox SET published_at = now() WHERE outbox_id = ANY($1::bigint[])`, [
        rows.map(({ outbox_id: id }) => id),
      ]);
      await manager.query(`DELETE FROM outbox WHERE published_at < now() - ${KEEP_PUBLISHED}`);
      return rows.length;
    });
  }
}
