import type { Signal } from '#libs/contract';
import { isRouted } from './routing.js';
import type { Route } from './receivers.js';
import type { Silences } from './silences.js';
import type { Snooze, Snoozes } from './snoozes.js';

/** What a receiver has heard of one signal key last. */
export interface Heard {
  readonly signal: Signal;
  /** The receiver was told of this episode, may have been, or was not for a snooze: it hears how it ends. */
  readonly told: boolean;
  /** Kept back since another signal says the same and more, or since somebody snoozed it: to be told when that is over. */
  readonly waiting: boolean;
  /** The last message of the episode that was sent. */
  readonly shown: Signal | undefined;
  readonly partition: number;
}

/** What to do with a message. */
export interface Step {
  readonly send: boolean;
  /** The last message of the same episode that the receiver was sent. */
  readonly previous: Signal | undefined;
  readonly heard: Heard;
}

/**
 * The last message of each signal key that a receiver is done with. Made by reading `cost.signals`, so it is the same
 * after a restart. Who was told that an episode fires hears all the rest of it, even what its routes would leave out:
 * a signal that falls from critical to warning still resolves for those who only want critical ones. A snooze keeps back
 * what fires and nothing else.
 */
export class LaneMemory {
  /** Signals that were kept back and may have to be told; few at any time. */
  private readonly waiting = new Set<string>();
  private readonly last = new Map<string, Heard>();

  constructor(
    private readonly receiver: string,
    private readonly routes: readonly Route[],
    private readonly quiet: {
      readonly silences: Pick<Silences, 'silencerOf' | 'wasSilenced'>;
      readonly snoozes: Pick<Snoozes, 'of' | 'active' | 'past' | 'endOf'>;
    },
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
    const told = wasTold || (wanted && !silenced);
    const snooze = this.snoozeOn(signal, told, when);
    const send = told && !snooze.keptBack;
    const previous = sameEpisode?.shown;
    return {
      send,
      previous,
      heard: { signal, told, waiting: silenced || snooze.waits, shown: send ? signal : previous, partition },
    };
  }

  private isSilenced(signal: Signal, when: 'now' | 'then'): boolean {
    const { silences } = this.quiet;
    return when === 'now' ? silences.silencerOf(signal) !== undefined : silences.wasSilenced(signal);
  }

  private snoozeOn(
    signal: Signal,
    told: boolean,
    when: 'now' | 'then',
  ): { readonly keptBack: boolean; readonly waits: boolean } {
    if (!told || signal.status !== 'firing') return { keptBack: false, waits: false };
    const { snoozes } = this.quiet;
    if (when === 'now') {
      const holds = snoozes.of(signal.episodeId) !== undefined;
      return { keptBack: holds, waits: holds };
    }
    const { keptBack, endsLater } = snoozes.past(signal);
    return { keptBack, waits: endsLater };
  }

  /** What fires, would be told, and is snoozed now. It is to be told when that is over, also where nothing new came. */
  snoozed(): { readonly heard: Heard; readonly snooze: Snooze }[] {
    return this.quiet.snoozes.active().flatMap((snooze) => {
      const heard = this.last.get(snooze.signalKey);
      if (heard?.signal.episodeId !== snooze.episodeId || heard.signal.status !== 'firing' || !heard.told) return [];
      if (!heard.waiting) this.remember({ ...heard, waiting: true });
      return [{ heard, snooze }];
    });
  }

  /** What fires and was kept back, and no longer is: now it is to be told. `again` names the message where it came before. */
  released(): { readonly heard: Heard; readonly again: number | undefined }[] {
    const { silences, snoozes } = this.quiet;
    return [...this.waiting].flatMap((key) => {
      const heard = this.last.get(key);
      if (heard?.signal.status !== 'firing' || snoozes.of(heard.signal.episodeId) !== undefined) return [];
      if (!heard.told && silences.silencerOf(heard.signal) !== undefined) return [];
      const cameBefore = heard.shown?.sequence === heard.signal.sequence;
      return [{ heard, again: cameBefore ? snoozes.endOf(heard.signal.episodeId) : undefined }];
    });
  }

  /** The message is done with: delivered, left out, or kept as a dead letter. */
  remember(heard: Heard): void {
    const { signalKey } = heard.signal;
    this.last.set(signalKey, heard);
    if (heard.waiting) this.waiting.add(signalKey);
    else this.waiting.delete(signalKey);
  }

  /** Something newer of this key has been dealt with since. */
  isSuperseded({ signalKey, startedAt, sequence, episodeId }: Signal): boolean {
    const last = this.last.get(signalKey)?.signal;
    if (!last) return false;
    return last.episodeId === episodeId ? last.sequence > sequence : last.startedAt > startedAt;
  }

  /** What the receiver was sent last and still fires, or was resolved at or after `sinceMs` (epoch milliseconds). */
  current(sinceMs: number): Signal[] {
    return [...this.last.values()]
      .flatMap(({ shown }) => (shown ? [shown] : []))
      .filter(
        ({ status, resolvedAt }) =>
          status === 'firing' || (resolvedAt !== undefined && Date.parse(resolvedAt) >= sinceMs),
      );
  }

  /** What fires in a partition, and a receiver that is new there is to be told. */
  firing(partition: number): Heard[] {
    return [...this.last.values()].filter(
      ({ partition: own, told, signal }) =>
        own === partition &&
        told &&
        signal.status === 'firing' &&
        this.quiet.snoozes.of(signal.episodeId) === undefined,
    );
  }

  /** Forgets a partition, which is somebody else's now or is about to be read again. */
  forget(partition: number): void {
    for (const [key, heard] of this.last) {
      if (heard.partition !== partition) continue;
      this.last.delete(key);
      this.waiting.delete(key);
    }
  }

  /** The gap may hide a message of another severity; scope and rule are the same for the whole episode. */
  private couldBeRouted(signal: Signal): boolean {
    const severities = ['critical', 'warning', 'info'] as const;
    return severities.some((severity) => isRouted({ ...signal, severity }, this.receiver, this.routes));
  }
}
