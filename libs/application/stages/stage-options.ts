import {
  DEFAULT_WINDOWING,
  RateBook,
  type Calendar,
  type Reference,
  type Scope,
  type WindowingOptions,
} from '#libs/domain';

/** Settings that both stages share; every duration is milliseconds. */
export interface StageOptions {
  /** `live`: an idle partition's watermark follows the wall clock; `event`: only events move it. */
  readonly clock: 'live' | 'event';
  /** How much out of order events may come: the watermark is the largest event time minus this. */
  readonly disorderMs: number;
  /** A partition without records for this long holds nothing back. */
  readonly idleMs: number;
  /** Live clock only: an event further ahead than this is refused. */
  readonly maxFutureMs: number;
  /** How long (event time) an id is remembered, to tell duplicates and better copies. */
  readonly dedupHorizonMs: number;
  readonly windowing: WindowingOptions;
  /** Scopes that windows are kept for. */
  readonly scopes: readonly Scope[];
  /** Prefix of all topic names. */
  readonly topicPrefix: string;
}

/** The contract's defaults. */
export const DEFAULT_STAGE_OPTIONS: StageOptions = {
  clock: 'live',
  disorderMs: 10_000,
  idleMs: 30_000,
  maxFutureMs: 300_000,
  dedupHorizonMs: 3_600_000,
  windowing: DEFAULT_WINDOWING,
  scopes: ['all', 'agent', 'channel', 'team', 'vendor', 'group'],
  topicPrefix: '',
};

/** Reference data with its look-up index, as the stages see it. */
export interface ReferenceView {
  readonly reference: Reference;
  readonly rateBook: RateBook;
}

/** Where the stages read the newest reference data from; the value is replaced whole when any of it changes. */
export interface ReferenceSource {
  current(): ReferenceView;
}

/** A source that always gives the same reference data. */
export function fixedReference(reference: Reference): ReferenceSource {
  const view: ReferenceView = { reference, rateBook: new RateBook(reference) };
  return { current: () => view };
}

/** What the pure stages are given from outside. */
export interface StageDependencies {
  readonly reference: ReferenceSource;
  /** Partition of a key among `count`, as Kafka's default partitioner (murmur2) gives it. */
  readonly partitionOf: (key: string, count: number) => number;
  /** Days and months of an IANA zone. */
  readonly calendarOf: (zone: string) => Calendar;
  /** A short collision-resistant text of a text (a cryptographic hash). */
  readonly fingerprint: (text: string) => string;
}
