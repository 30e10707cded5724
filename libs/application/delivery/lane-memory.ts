import type { Signal } from '#libs/contract';
import { isRouted } from './routing.js';
import type { Route } from './receivers.js';
import type { Silences } from './silences.js';

/** What a receiver has heard of one signal key last. */
export interface Heard {
  readonly signal: Signal;
  /** The receiver was told of this episode, or may have been: then it hears the rest of it, the resolve above all. */
  readonly told: boolean;
  /** Its routes lead to the receiver, which was not told since another signal says the same and more. */
  readonly silenced: boolean;
  readonly partition: number;
}

/** What to do with a message. */
export interface Step {
  readonly send: boolean;
  /** The message before of the same episode, if the receiver was told of it. */
  readonly previous: Signal | undefined;
  readonly heard: Heard;
}

/**
 * The last message of each signal key that a receiver is done with. Made by reading `cost.signals`, so it is the same
 * after a restart. Who was told that an episode fires hears all the rest of it, even what its routes would leave out:
 * a signal that falls from critical to warning still resolves for those who only want critical ones.
 */
export class LaneMemory {
  /** Signals that were silenced and may have to be told when their silencer ends; few at any time. */
  private readonly silenced = new Set<string>();
  private readonly last = new Map<string, Heard>();

  constructor(
    private readonly receiver: string,
    private readonly routes: readonly Route[],
    private readonly silences: Pick<Silences, 'silencerOf' | 'wasSilenced'>,
  ) {}

  /**
   * What the next message of a key means; changes nothing, so that an attempt can be made again.
   *
   * @param when `now`: the message comes in; `then`: it was dealt with before, and is read to remember it
   */
  next(signal: Signal, partition: number, when: 'now' | 'then' = 'now'): Step {
    const before = this.last.get(signal.signalKey);
    const sameEpisode = before?.signal.episodeId === signal.episodeId ? before : undefined;
    const routed = isRouted(signal, this.receiver, this.routes);
    // Compaction may have taken away messages of the episode, among them one that was sent.
    const hasGap = signal.sequence > (sameEpisode ? sameEpisode.signal.sequence + 1 : 0);
    const wasTold = sameEpisode?.told ?? false;
    const wanted = routed || (hasGap && this.couldBeRouted(signal));
    const silenced = wanted && !wasTold && this.isSilenced(signal, when);
    const send = wasTold || (wanted && !silenced);
    return {
      send,
      previous: wasTold ? sameEpisode?.signal : undefined,
      heard: { signal, told: send, silenced, partition },
    };
  }

  private isSilenced(signal: Signal, when: 'now' | 'then'): boolean {
    return when === 'now' ? this.silences.silencerOf(signal) !== undefined : this.silences.wasSilenced(signal);
  }

  /** What fires and was silenced, and is no longer: now it is to be told. */
  released(): Heard[] {
    return [...this.silenced].flatMap((key) => {
      const heard = this.last.get(key);
      return heard?.signal.status === 'firing' && this.silences.silencerOf(heard.signal) === undefined ? [heard] : [];
    });
  }

  /** The message is done with: delivered, left out, or kept as a dead letter. */
  remember(heard: Heard): void {
    const { signalKey } = heard.signal;
    this.last.set(signalKey, heard);
    if (heard.silenced) this.silenced.add(signalKey);
    else this.silenced.delete(signalKey);
  }

  /** Something newer of this key has been dealt with since. */
  isSuperseded({ signalKey, startedAt, sequence, episodeId }: Signal): boolean {
    const last = this.last.get(signalKey)?.signal;
    if (!last) return false;
    return last.episodeId === episodeId ? last.sequence > sequence : last.startedAt > startedAt;
  }

  /** What the receiver was told of and still fires, or was resolved at or after `sinceMs` (epoch milliseconds). */
  current(sinceMs: number): Signal[] {
    return [...this.last.values()]
      .filter(({ told }) => told)
      .map(({ signal }) => signal)
      .filter(
        ({ status, resolvedAt }) =>
          status === 'firing' || (resolvedAt !== undefined && Date.parse(resolvedAt) >= sinceMs),
      );
  }

  /** What fires in a partition and is to be told. */
  firing(partition: number): Signal[] {
    const heard = [...this.last.values()].filter((each) => each.partition === partition && each.told);
    return heard.map(({ signal }) => signal).filter(({ status }) => status === 'firing');
  }

  /** Forgets a partition, which is somebody else's now or is about to be read again. */
  forget(partition: number): void {
    for (const [key, heard] of this.last) {
      if (heard.partition !== partition) continue;
      this.last.delete(key);
      this.silenced.delete(key);
    }
  }

  /** The gap may hide a message of another severity; scope and rule are the same for the whole episode. */
  private couldBeRouted(signal: Signal): boolean {
    const severities = ['critical', 'warning', 'info'] as const;
    return severities.some((severity) => isRouted({ ...signal, severity }, this.receiver, this.routes));
  }
}
