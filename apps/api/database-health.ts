import type { DecisionOutbox } from '#libs/application';

/**
 * Whether the database answers, as the relay sees it, which asks twice a second: nothing else has to be asked for the
 * health page.
 */
export class DatabaseHealth {
  #state = 'not asked yet';

  /** For people. */
  get state(): string {
    return this.#state;
  }

  /** The same outbox; that it answers is remembered. */
  watch(outbox: DecisionOutbox): DecisionOutbox {
    return {
      relay: async (limit, publish) => {
        const count = await outbox.relay(limit, publish);
        this.#state = 'answers';
        return count;
      },
    };
  }

  /** The relay failed. Answers whether this is news. */
  failed(error: unknown): boolean {
    const message = error instanceof Error ? error.message : String(error);
    const state = `relay of decisions failed: ${message === '' ? 'no connection' : message}`;
    const isNews = state !== this.#state;
    this.#state = state;
    return isNews;
  }
}
