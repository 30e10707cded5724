import {
  TOPICS,
  readRejectedRecord,
  topicName,
  type InputTopicKey,
  type ReadRejection,
  type WireRecord,
} from '#libs/contract';

/** One record of `cost.rejected`. */
export interface Rejection extends ReadRejection {
  /** `partition/offset` in `cost.rejected`: what people call it by. */
  readonly id: string;
  /** When it was rejected, epoch milliseconds. */
  readonly atMs: number;
  /** The input that it came by; undefined where the topic is none of this installation's. */
  readonly input: InputTopicKey | undefined;
}

/** Which rejections are meant; what is left out does not narrow. */
export interface RejectionFilter {
  readonly inputs?: readonly InputTopicKey[];
  readonly reasons?: readonly string[];
  /** Epoch milliseconds, inclusive. */
  readonly sinceMs?: number;
  /** Epoch milliseconds, exclusive. */
  readonly untilMs?: number;
  readonly ids?: ReadonlySet<string>;
}

/** Where a record of `cost.rejected` stands. */
export interface RejectionPlace {
  readonly partition: number;
  readonly offset: string;
  readonly timestampMs: number;
}

const INPUTS = (Object.keys(TOPICS) as (keyof typeof TOPICS)[]).filter(
  (key): key is InputTopicKey => TOPICS[key].direction === 'in',
);

/** A record of `cost.rejected` in terms of this installation; undefined where it is no rejection. */
export function rejectionOf(record: WireRecord, place: RejectionPlace, topicPrefix: string): Rejection | undefined {
  const read = readRejectedRecord(record);
  if (!read) return undefined;
  const input = INPUTS.find((key) => topicName(key, topicPrefix) === read.topic);
  return { ...read, id: `${String(place.partition)}/${place.offset}`, atMs: place.timestampMs, input };
}

/** The input that a person names by its key (`interactions`) or its topic, with the prefix or without. */
export function inputNamed(name: string, topicPrefix: string): InputTopicKey | undefined {
  return INPUTS.find((key) => key === name || TOPICS[key].name === name || topicName(key, topicPrefix) === name);
}

/** Names of the inputs, for messages. */
export const INPUT_NAMES: readonly string[] = INPUTS.map((key) => TOPICS[key].name);

/** Whether the filter lets a rejection through. */
export function isMeant(
  rejection: Rejection,
  { inputs, reasons, sinceMs = -Infinity, untilMs = Infinity, ids }: RejectionFilter,
): boolean {
  if (ids && !ids.has(rejection.id)) return false;
  if (inputs && (!rejection.input || !inputs.includes(rejection.input))) return false;
  if (reasons && !reasons.includes(rejection.reason)) return false;
  return rejection.atMs >= sinceMs && rejection.atMs < untilMs;
}
