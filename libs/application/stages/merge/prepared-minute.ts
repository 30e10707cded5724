import type { AppliedRule, EpisodeState, EpisodeStep, Reference, ScopeWindows } from '#libs/domain';
import type { BudgetFigures } from './judge-rule.js';

/** A rule's verdict with the step of its episode, before the watermark has reached their minute. */
export interface PreparedStep {
  readonly rule: AppliedRule;
  readonly key: string;
  /** What the step goes on from. */
  readonly before: EpisodeState | undefined;
  readonly step: EpisodeStep;
  readonly figures: Partial<BudgetFigures> | undefined;
}

interface PreparedScope {
  /** All that apply to the scope. */
  readonly rules: readonly AppliedRule[];
  readonly steps: readonly PreparedStep[];
}

/**
 * Which scopes are judged already for the minute that the watermark reaches next. While disorder is waited for nearly all
 * of the minute is there, so most of them can be: then no signal waits until all scopes were gone through, and no other
 * work behind it. What is booked in a scope before the minute's end takes its scope out again; so the signals are the
 * same as if nothing had been prepared, which is also how a task begins after a restart.
 */
export class PreparedMinute {
  private reference: Reference | undefined;
  private waiting: Iterator<ScopeWindows> = new Set<ScopeWindows>().values();
  private readonly scopes = new Map<ScopeWindows, PreparedScope>();
  private endMs = -Infinity;

  /** End of the minute, epoch ms; -Infinity: none. What is booked before it is to be told by {@link changed}. */
  get minuteMs(): number {
    return this.endMs;
  }

  /** How many scopes are judged. */
  get size(): number {
    return this.scopes.size;
  }

  /** From now on it is about this minute and these scopes. */
  begin(minuteMs: number, reference: Reference, watched: ReadonlySet<ScopeWindows>): void {
    if (this.endMs === minuteMs && this.reference === reference) return;
    this.scopes.clear();
    this.endMs = minuteMs;
    this.reference = reference;
    this.waiting = watched.values();
  }

  /** The next one to be judged, each once; undefined: there is no other. */
  next(): ScopeWindows | undefined {
    const { value, done } = this.waiting.next() as IteratorResult<ScopeWindows, undefined>;
    return done === true ? undefined : value;
  }

  keep(windows: ScopeWindows, prepared: PreparedScope): void {
    this.scopes.set(windows, prepared);
  }

  /** Something of the time before the minute's end was booked in the scope. */
  changed(windows: ScopeWindows): void {
    this.scopes.delete(windows);
  }

  /** What was prepared of a scope, provided that it was with these rules; they are the same list as long as nothing changes. */
  of(windows: ScopeWindows, rules: readonly AppliedRule[]): readonly PreparedStep[] | undefined {
    const prepared = this.scopes.get(windows);
    return prepared?.rules === rules ? prepared.steps : undefined;
  }

  /** The watermark has reached it. */
  clear(): void {
    this.scopes.clear();
    this.endMs = -Infinity;
  }
}
