/** Lets others wait for the next sign that the group still counts this process as a member. */
export class Heartbeats {
  private readonly waiting = new Set<() => void>();

  /** A heartbeat or a join has succeeded. */
  succeeded(): void {
    const all = [...this.waiting];
    this.waiting.clear();
    for (const resolve of all) resolve();
  }

  /** Resolves at the next success, or when `signal` aborts. */
  next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        this.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }
}
