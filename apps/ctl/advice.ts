/** A failure that the person at the terminal can mend. Its message is all that is shown: what is wrong and what to do, on one line. */
export class Advice extends Error {
  override readonly name = 'Advice';
}

/** What to show of a failure: its message, and with SPENDLINE_LOG_LEVEL=debug where it comes from. */
export function explain(failure: unknown, logLevel: string | undefined): string {
  if (!(failure instanceof Error)) return String(failure);
  const shown = failure.message === '' ? failure.name : failure.message;
  return logLevel === 'debug' || logLevel === 'trace' ? (failure.stack ?? shown) : shown;
}
