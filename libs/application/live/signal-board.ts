import type { Signal } from '#libs/contract';
import { silencerOf } from '#libs/domain';

import type { SignalSeverity, SignalView, Signals } from './wire/index.js';

const SEVERITY_ORDER: Readonly<Record<SignalSeverity, number>> = { critical: 0, warning: 1, info: 2 };

const RESOLVED_SHOWN = 5;
const CONTRIBUTORS_SHOWN = 3;

/** Resolved episodes that are remembered; firing ones are as many as there are. */
const RESOLVED_KEPT = 200;

/**
 * The latest state of every signal key: what fires now and what was resolved last. Records of one key arrive in the
 * order in which they were written (a key has one partition), so the last one counts.
 */
export class SignalBoard {
  readonly #firing = new Map<string, SignalView>();
  readonly #resolved = new Map<string, SignalView>();

  readonly #teamOf: (agentId: string) => string | undefined;

  /** @param teamOf team of an agent, as far as known: a team's signal silences those of its agents */
  constructor(teamOf: (agentId: string) => string | undefined = () => undefined) {
    this.#teamOf = teamOf;
  }

  /** Takes one record of `cost.signals`. */
  accept(signal: Signal): void {
    this.remove(signal.signalKey);
    const view = viewOf(signal);
    if (view.status === 'firing') {
      this.#firing.set(view.signalKey, view);
      return;
    }
    this.#resolved.set(view.signalKey, view);
    const [oldest] = this.#resolved.keys();
    if (this.#resolved.size > RESOLVED_KEPT && oldest !== undefined) this.#resolved.delete(oldest);
  }

  /** Forgets a key (a tombstone of the compacted topic). */
  remove(signalKey: string): void {
    this.#firing.delete(signalKey);
    this.#resolved.delete(signalKey);
  }

  /** Every signal that fires: those that nothing silences first, most severe first, then the longest firing. */
  firing(): SignalView[] {
    const firing = [...this.#firing.values()];
    const views = firing.map((view) => ({
      ...view,
      silencedBy: silencerOf(view, firing, this.#teamOf)?.signalKey ?? null,
    }));
    return views.sort(
      (a, b) =>
        Number(a.silencedBy !== null) - Number(b.silencedBy !== null) ||
        SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity] ||
        compare(a.startedAt, b.startedAt) ||
        compare(a.signalKey, b.signalKey),
    );
  }

  /** Resolved signals, the latest first. */
  resolved(): SignalView[] {
    return [...this.#resolved.values()].sort(
      (a, b) =>
        compare(b.resolvedAt ?? b.observedAt, a.resolvedAt ?? a.observedAt) || compare(a.signalKey, b.signalKey),
    );
  }

  /** What the page shows. */
  view(): Signals {
    return { firing: this.firing(), resolved: this.resolved().slice(0, RESOLVED_SHOWN) };
  }
}

function viewOf(signal: Signal): SignalView {
  return {
    signalKey: signal.signalKey,
    episodeId: signal.episodeId,
    status: signal.status,
    severity: signal.severity,
    ruleId: signal.rule.id,
    kind: signal.rule.kind,
    scope: signal.scope,
    id: signal.id,
    window: signal.window ?? null,
    startedAt: signal.startedAt,
    observedAt: signal.observedAt,
    resolvedAt: signal.resolvedAt ?? null,
    observed: signal.observed,
    threshold: signal.threshold,
    unit: signal.unit ?? null,
    summary: signal.summary,
    contributors: (signal.contributors ?? []).slice(0, CONTRIBUTORS_SHOWN),
    runbook: signal.runbook ?? null,
    silencedBy: null,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
