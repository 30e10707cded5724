import type { InputTopicKey } from '#libs/contract';
import type { RowOutcome } from './map-row.js';

const EXAMPLES = 3;

/** Rows of one fate and reason. */
export interface TallyLine {
  readonly fate: 'skipped' | 'refused';
  readonly reason: string;
  readonly rows: number;
  /** The first few refused rows: their line in the file and what is wrong. */
  readonly examples: readonly { readonly line: number; readonly detail: string }[];
}

/** The account of a replay: every row is mapped, skipped or refused. */
export class ReplayTally {
  #rows = 0;
  #mapped = 0;
  readonly #records = new Map<InputTopicKey, number>();
  readonly #lines = new Map<
    string,
    { fate: 'skipped' | 'refused'; reason: string; rows: number; examples: { line: number; detail: string }[] }
  >();

  /** Rows seen. */
  get rows(): number {
    return this.#rows;
  }

  /** Rows that gave records. */
  get mapped(): number {
    return this.#mapped;
  }

  /** Records by topic. */
  get records(): ReadonlyMap<InputTopicKey, number> {
    return this.#records;
  }

  /** Rows that were refused. */
  get refused(): number {
    return this.lines.reduce((sum, { fate, rows }) => sum + (fate === 'refused' ? rows : 0), 0);
  }

  /** Skipped rows first, then refused ones, most first. */
  get lines(): TallyLine[] {
    return [...this.#lines.values()].toSorted((a, b) =>
      a.fate === b.fate ? b.rows - a.rows : a.fate === 'skipped' ? -1 : 1,
    );
  }

  /** Counts what became of the row on a line of the file. */
  add(line: number, outcome: RowOutcome): void {
    this.#rows += 1;
    if (outcome.kind === 'mapped') {
      this.#mapped += 1;
      for (const { topic } of outcome.records) this.#records.set(topic, (this.#records.get(topic) ?? 0) + 1);
      return;
    }
    const { kind: fate, reason } = outcome;
    const name = `${fate} ${reason}`;
    const entry = this.#lines.get(name) ?? { fate, reason, rows: 0, examples: [] };
    this.#lines.set(name, entry);
    entry.rows += 1;
    if (outcome.kind === 'refused' && entry.examples.length < EXAMPLES)
      entry.examples.push({ line, detail: outcome.detail });
  }
}
