import { migrate, type MigrationReport } from '#libs/adapters/postgres';
import { Advice } from './advice.js';

/** Brings the database to the newest tables; throws Advice, without the URL, when it does not answer or refuses. */
export async function prepareDatabase(databaseUrl: string): Promise<MigrationReport> {
  try {
    return await migrate(databaseUrl);
  } catch (error) {
    throw new Advice(`Postgres cannot be used (${reason(error)}): start it, or check DATABASE_URL.`);
  }
}

/** Node reports a refused connection to several addresses as one error without words of its own. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return (error.errors as Error[]).map(({ message }) => message).join('; ');
  return (error as Error).message;
}
