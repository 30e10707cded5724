const FENCED_TYPES = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'TRANSACTION_COORDINATOR_FENCED',
]);
/** kafkajs 2.2.4 does not know the name of this code of newer brokers. */
const PRODUCER_FENCED_CODE = 90;

const REBALANCE_TYPES = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

const MOVING_TYPES = new Set(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION']);

/** Errors that kafkajs calls final although they say no more than that brokers did not answer, or not in time. */
const AWAY_NAMES = new Set([
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
]);

/** Something about the cluster or the state that no retry can mend; the message says what to do. */
export class UnrecoverableError extends Error {
  override readonly name: string = 'UnrecoverableError';
}

/**
 * State and offsets contradict one another. Both are changed in one transaction, so something outside changed one of
 * them; unless somebody else committed between reading the one and the other, which must be ruled out first.
 */
export class ContradictionError extends UnrecoverableError {
  override readonly name: string = 'ContradictionError';
}

/** The broker confirmed fewer or more partitions than were sent: part of the records is lost, or doubled. */
export class AcknowledgementError extends Error {
  override readonly name = 'AcknowledgementError';
  /** Caused by a leader that moved while records were on their way: worth another try. */
  readonly retriable = true;
}

/** An error of ours that is worth another try, marked as kafkajs marks its own. */
export function retriableError(message: string): Error {
  return Object.assign(new Error(message), { retriable: true });
}

interface KafkaShaped {
  readonly name: string;
  readonly type?: string;
  readonly code?: number | string;
  readonly retriable?: boolean;
}

/** Whether the error, or one that caused it, passes the test. */
function some(error: unknown, test: (each: KafkaShaped) => boolean): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (test(each)) return true;
  }
  return false;
}

/** Somebody else has taken the transactional id. */
export function isFenced(error: unknown): boolean {
  return some(
    error,
    ({ type, code }) => (type !== undefined && FENCED_TYPES.has(type)) || code === PRODUCER_FENCED_CODE,
  );
}

/** The group is being shared out anew; kafkajs must see this error to join again. */
export function isRebalance(error: unknown): boolean {
  return some(error, ({ type }) => type !== undefined && REBALANCE_TYPES.has(type));
}

/** Passes by itself: fencing, lost connections, moving leaders, time-outs. Anything else would fail again. */
export function isTransient(error: unknown): boolean {
  if (isFenced(error) || isRebalance(error)) return true;
  return some(error, ({ name, retriable }) => retriable === true || AWAY_NAMES.has(name));
}

/** The transaction before has been decided, but not all of its partitions know. */
export function isConcurrent(error: unknown): boolean {
  return some(error, ({ type }) => type === 'CONCURRENT_TRANSACTIONS');
}

/** A partition has no leader for the moment, or a new one; also right after a topic was created. */
export function isLeaderMoving(error: unknown): boolean {
  return some(error, ({ type }) => type !== undefined && MOVING_TYPES.has(type));
}

/** An error from whatever was thrown. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
