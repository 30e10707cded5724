import { ProblemError } from '#libs/adapters/http';

/** SQLSTATE classes of a server that is away, going down or out of resources. */
const AWAY = /^(08|53|57P)/;
const NO_TABLE = '42P01';
/** A statement that took longer than the connection allows. */
const TOO_LONG = '57014';

/** Does what needs the database; says so with a problem when the database is the reason why it cannot be done. */
export async function withDatabase<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === NO_TABLE) {
      throw new ProblemError('database-unavailable', 'It has no tables yet: run npx spendline migrate.');
    }
    if (code === TOO_LONG) {
      throw new ProblemError('database-unavailable', 'It took too long to answer: ask for a shorter time, or later.');
    }
    if (isAway(code, error)) {
      throw new ProblemError('database-unavailable', 'Try again in a moment. The live figures do not depend on it.');
    }
    throw error;
  }
}

/** Node's network errors have codes such as ECONNREFUSED; the driver's own have none and say it in words. */
function isAway(code: string | undefined, error: unknown): boolean {
  if (code !== undefined) return AWAY.test(code) || /^E[A-Z_]{3,}$/.test(code);
  return error instanceof Error && /connection|timeout|not queryable/i.test(error.message);
}

function codeOf(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: unknown };
  if (typeof code === 'string') return code;
  return driverError === undefined || driverError === error ? undefined : codeOf(driverError);
}
