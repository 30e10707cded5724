import type { Micros, Reference, ScopeWindows } from '#libs/domain';

/** When a scope has to be judged ahead of the watermark again: in another minute, under other data, or at more spend. */
interface Gate {
  readonly reference: Reference;
  readonly minuteMs: number;
  /** Of `bookedMicros`; undefined: no spend of this minute moves any rule. */
  readonly fromMicros: Micros | undefined;
}

/**
 * Which scopes are worth judging ahead of the watermark after a batch: those that something was booked in, and of them
 * those whose spend has come to where a rule may say something new. Most of the time that is one comparison a scope and
 * batch. Not part of the state: without it scopes are judged once more than they have to be. So after a restart a signal may
 * be told ahead sooner or later than it would have been, or in steps of severity, as after another cut into batches; the
 * episodes are state, so it is of the same episode, and neither lost nor told twice.
 */
export class EarlyGates {
  private readonly booked: ScopeWindows[] = [];
  private touched = new Map<ScopeWindows, number>();
  private readonly gates = new WeakMap<ScopeWindows, Gate>();

  /** Something was booked in the scope. */
  touch(windows: ScopeWindows): void {
    this.booked.push(windows);
  }

  /** What was booked since the last call came with a message whose newest event was at `tMs`. */
  heard(tMs: number): void {
    for (const windows of this.booked) this.touched.set(windows, Math.max(tMs, this.touched.get(windows) ?? -Infinity));
    this.booked.length = 0;
  }

  /** Scopes that were booked in since the last call, with the newest event time of the messages that did. */
  take(): ReadonlyMap<ScopeWindows, number> {
    const { touched } = this;
    if (touched.size > 0) this.touched = new Map();
    return touched;
  }

  isShut(windows: ScopeWindows, reference: Reference, minuteMs: number): boolean {
    const gate = this.gates.get(windows);
    if (gate?.reference !== reference || gate.minuteMs !== minuteMs) return false;
    return gate.fromMicros === undefined || windows.bookedMicros() < gate.fromMicros;
  }

  /** Shuts it until `moreMicros` more are booked; undefined: for as long as the minute lasts. */
  shut(windows: ScopeWindows, reference: Reference, minuteMs: number, moreMicros: Micros | undefined): void {
    const fromMicros = moreMicros === undefined ? undefined : windows.bookedMicros() + moreMicros;
    this.gates.set(windows, { reference, minuteMs, fromMicros });
  }
}
