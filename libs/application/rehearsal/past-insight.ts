import type { FileFault } from '../reference/index.js';
import type { Explanation } from './explain.js';
import type { Rehearsal } from './rehearse.js';

/** What can be learned of the past from the input that is kept. Either takes seconds to minutes. */
export interface PastInsight {
  /**
   * The newest message of a signal or an episode, explained; undefined where no such is kept.
   *
   * @param name signal key or episode id
   */
  explain(name: string): Promise<Explanation | undefined>;
  /** What a reference document would have done in [fromMs, toMs), or what is wrong with it. Rejects once `stop` is aborted. */
  rehearse(
    document: string,
    span: { readonly fromMs: number; readonly toMs: number },
    stop?: AbortSignal,
  ): Promise<
    { readonly ok: true; readonly rehearsal: Rehearsal } | { readonly ok: false; readonly faults: readonly FileFault[] }
  >;
}

/** One at a time: another one is being worked on. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}
