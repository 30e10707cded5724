import type { AccrualLine } from './accrual-line.js';

/** The bills' shares in one scope, by line id, and when the last of them has accrued to its end. */
export class AccrualLines {
  /** Made for the first line: most scopes never have one. */
  private byId: Map<string, AccrualLine> | undefined;
  private last: number | undefined = -Infinity;

  get size(): number {
    return this.byId?.size ?? 0;
  }

  get(lineId: string): AccrualLine | undefined {
    return this.byId?.get(lineId);
  }

  /** Adds a line, or takes it in the place of the one with its id. */
  set(lineId: string, line: AccrualLine): void {
    this.delete(lineId);
    this.byId ??= new Map<string, AccrualLine>();
    this.byId.set(lineId, line);
    if (this.last !== undefined) this.last = Math.max(this.last, accruedByMs(line));
  }

  delete(lineId: string): void {
    const line = this.byId?.get(lineId);
    if (!line) return;
    this.byId?.delete(lineId);
    if (accruedByMs(line) === this.last) this.last = undefined;
  }

  values(): Iterable<AccrualLine> {
    return this.byId?.values() ?? [];
  }

  /** From then on no line accrues any more; -Infinity when there is none. */
  get accruedByMs(): number {
    this.last ??= Math.max(-Infinity, ...Array.from(this.values(), accruedByMs));
    return this.last;
  }
}

/** What has no length falls in its instant. */
function accruedByMs({ startMs, endMs }: AccrualLine): number {
  return Math.max(endMs, startMs + 1);
}
