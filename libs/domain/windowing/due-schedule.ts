/** Which scopes have something entering or leaving at which window end, so that an unchanged scope costs nothing. */
export class DueSchedule<Key> {
  private readonly byEnd = new Map<number, Set<Key>>();

  add(endMs: number, key: Key): void {
    const keys = this.byEnd.get(endMs);
    if (keys) keys.add(key);
    else this.byEnd.set(endMs, new Set([key]));
  }

  /** The ends up to and including `untilMs`, in order. */
  endsUntil(untilMs: number): number[] {
    return [...this.byEnd.keys()].filter((end) => end <= untilMs).sort((a, b) => a - b);
  }

  /** Earliest end with something due; Infinity when nothing is. */
  earliest(): number {
    let earliest = Infinity;
    for (const end of this.byEnd.keys()) if (end < earliest) earliest = end;
    return earliest;
  }

  take(endMs: number): ReadonlySet<Key> {
    const keys = this.byEnd.get(endMs);
    this.byEnd.delete(endMs);
    return keys ?? new Set();
  }
}
