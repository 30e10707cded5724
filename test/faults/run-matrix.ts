import { Grounds } from './grounds.js';
import { runRow, type Row } from './row.js';
import { verdictOf, type Outcome } from './table.js';

/** How the matrix is to be run. */
export interface MatrixOptions {
  readonly rows: readonly Row[];
  readonly seed: number;
  readonly sessionMs: number;
  readonly perSecond: number;
  /** Long runs of each row, within so many minutes in all; undefined: a short run of each. */
  readonly fullMinutes?: number;
  /** Rounds of each row instead of its own number. */
  readonly rounds?: number;
  readonly say: (text: string) => void;
  readonly grounds?: Grounds;
}

/** Runs rows one after another; a row that breaks does not keep the others from running. */
export async function runMatrix(options: MatrixOptions): Promise<Outcome[]> {
  const { rows, seed, sessionMs, perSecond, fullMinutes, say } = options;
  const grounds = options.grounds ?? new Grounds(say);
  const weights = rows.reduce((sum, { weight }) => sum + weight, 0);
  const outcomes: Outcome[] = [];
  try {
    for (const row of rows) {
      const began = performance.now();
      const seconds = (): number => (performance.now() - began) / 1000;
      const skipped = await row.skip?.();
      const budget = fullMinutes === undefined ? Infinity : (fullMinutes * 60 * row.weight) / weights;
      const rounds = options.rounds ?? (fullMinutes === undefined ? row.rounds.short : row.rounds.full);
      const tell = (text: string): void => say(`${row.name.padEnd(16)} ${seconds().toFixed(0).padStart(4)} s  ${text}`);
      const outcome: Outcome =
        skipped !== undefined
          ? { row, seed, seconds: 0, skipped }
          : {
              result: await runRow(row, {
                ...{ seed, rounds, sessionMs, perSecond, grounds },
                isOver: () => seconds() > budget,
                say: tell,
              }),
              ...{ row, seed, seconds: seconds() },
            };
      outcomes.push(outcome);
      tell([verdictOf(outcome), ...(outcome.result?.problems ?? [])].join('\n    '));
    }
  } finally {
    if (!options.grounds) await grounds.clear();
  }
  return outcomes;
}
