import type { Signal } from '#libs/contract';
import { silencerOf, type FiringSignal } from '#libs/domain';

/** The last state of a signal, as far as inhibition asks for it. Times are RFC 3339 in UTC, so they compare as text. */
interface Known extends FiringSignal {
  readonly startedAt: string;
  /** Undefined while it fires. */
  readonly resolvedAt: string | undefined;
}

/**
 * Which signals nobody is to be called for, since another one that fires says the same and more (contract section 8, see
 * `silencerOf`). Fed with every message of `cost.signals`, of all partitions, so each process knows all that fires.
 *
 * A signal that fired before its silencer did was told of, and stays told of: what is silenced is only what began under
 * one that was firing already.
 */
export class Silences {
  readonly #known = new Map<string, Known>();

  /** @param teamOf team of an agent, as far as known: a team's signal silences those of its agents */
  constructor(private readonly teamOf: (agentId: string) => string | undefined) {}

  /** Takes the newest message of a key; undefined where the topic forgot the key. */
  accept(signalKey: string, signal: Signal | undefined): void {
    if (!signal) {
      this.#known.delete(signalKey);
      return;
    }
    const { rule, scope, id, severity, startedAt, status, resolvedAt, observedAt } = signal;
    this.#known.set(signalKey, {
      ...{ signalKey, ruleId: rule.id, kind: rule.kind, scope, id, severity, startedAt },
      resolvedAt: status === 'resolved' ? (resolvedAt ?? observedAt) : undefined,
    });
  }

  /** The key of what silences this signal now, if anything does. */
  silencerOf(signal: Signal): string | undefined {
    return this.#find(signal, ({ resolvedAt, startedAt }) => resolvedAt === undefined && startedAt <= signal.startedAt);
  }

  /**
   * Whether the signal was surely silenced when this message of it was read the first time. In doubt it was not: somebody
   * may have been told, and has to hear how it ends.
   */
  wasSilenced(signal: Signal): boolean {
    const surely = ({ resolvedAt, startedAt }: Known): boolean =>
      startedAt < signal.startedAt && (resolvedAt === undefined || resolvedAt > signal.observedAt);
    return this.#find(signal, surely) !== undefined;
  }

  #find({ signalKey, rule, scope, id, severity }: Signal, covers: (known: Known) => boolean): string | undefined {
    const candidates = [...this.#known.values()].filter((known) => known.signalKey !== signalKey && covers(known));
    const signal = { signalKey, ruleId: rule.id, kind: rule.kind, scope, id, severity };
    return silencerOf(signal, candidates, this.teamOf)?.signalKey;
  }
}
