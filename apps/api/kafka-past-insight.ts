import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { zonedCalendar } from '#libs/adapters/calendar';
import { PastInput, partitionOf, readDecided, type KafkaLogger } from '#libs/adapters/kafka';
import {
  buildReference,
  BusyError,
  explain,
  readReferenceFile,
  rehearse,
  type Explanation,
  type KafkaSettings,
  type PastDependencies,
  type PastInsight,
} from '#libs/application';

const DEPENDENCIES: PastDependencies = {
  partitionOf,
  calendarOf: zonedCalendar,
  fingerprint: (text) => createHash('sha256').update(text).digest('hex').slice(0, 32),
};

/**
 * Plays the input that Kafka keeps, in this process and in turns, so that pages are answered meanwhile; one at a time, for
 * it takes a core.
 */
export class KafkaPastInsight implements PastInsight {
  #isBusy = false;

  constructor(
    private readonly settings: KafkaSettings,
    private readonly logger: KafkaLogger,
  ) {}

  explain(name: string): Promise<Explanation | undefined> {
    return this.#alone(async () => {
      const { entries, signals } = await readDecided(this.settings, this.logger);
      const signal = signals.findLast(({ signalKey, episodeId }) => signalKey === name || episodeId === name);
      if (!signal) return undefined;
      const reference = buildReference(entries);
      const calendar = zonedCalendar(reference.organisation.zone);
      return explain({ signal, reference, calendar }, this.#input(), DEPENDENCIES, () => turn());
    });
  }

  rehearse(
    document: string,
    span: { readonly fromMs: number; readonly toMs: number },
    stop?: AbortSignal,
  ): ReturnType<PastInsight['rehearse']> {
    return this.#alone(async () => {
      const { entries: current, signals: fired } = await readDecided(this.settings, this.logger);
      const file = readReferenceFile(document, current);
      if (!file.ok) return file;
      const request = { current, proposed: file.entries, fired, ...span };
      const pause = (): Promise<void> => turn(undefined, stop && { signal: stop });
      return { ok: true, rehearsal: await rehearse(request, this.#input(), DEPENDENCIES, pause) };
    });
  }

  #input(): PastInput {
    return new PastInput(this.settings, this.logger);
  }

  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isBusy) throw new BusyError('one at a time');
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }
}
