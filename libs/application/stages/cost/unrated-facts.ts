/** As many are named; a price list that is missing altogether concerns everybody. */
const MOST_NAMED = 20;
/** After an hour without one, it has been seen to. */
const TOLD_FOR_MS = 3_600_000;

/**
 * Whom no rate card was in force for lately, for the health warning (contract section 6). In memory only: after a restart
 * the next fact tells again.
 */
export class UnratedFacts {
  /** Subject to the wall clock when it was last met. */
  private readonly subjects = new Map<string, number>();
  private met: string[] = [];

  /** A fact could not be costed wholly; `subject` says whose it was. */
  note(subject: string): void {
    if (this.met.length < MOST_NAMED) this.met.push(subject);
  }

  /** The facts noted since the last call came at `nowMs` of the wall clock. */
  stamp(nowMs: number): void {
    if (this.met.length === 0) return;
    for (const subject of this.met) {
      this.subjects.delete(subject);
      this.subjects.set(subject, nowMs);
    }
    this.met = [];
    for (const subject of this.subjects.keys()) {
      if (this.subjects.size <= MOST_NAMED) return;
      this.subjects.delete(subject);
    }
  }

  /** Those of the last hour, the latest last. */
  named(nowMs: number): string[] {
    return [...this.subjects].filter(([, atMs]) => atMs > nowMs - TOLD_FOR_MS).map(([subject]) => subject);
  }
}
