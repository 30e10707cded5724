import kafkajs from 'kafkajs';
import { isFenced, isRebalance, isTransient } from './errors.js';

const { KafkaJSConnectionError, KafkaJSNonRetriableError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } =
  kafkajs;

type MakeError = new (message: string) => Error;

function protocolError(type: string, retriable = false, code = 0): Error {
  return new KafkaJSProtocolError({ name: '', message: type, type, code, retriable } as unknown as Error);
}

function wrapped(cause: Error): Error {
  return new (KafkaJSNonRetriableError as new (error: Error, options: { cause: Error }) => Error)(cause, { cause });
}

describe('errors', () => {
  it('knows fencing, also by the number that kafkajs has no name for, and inside another error', () => {
    expect(isFenced(protocolError('INVALID_PRODUCER_EPOCH'))).toBe(true);
    expect(isFenced(protocolError('KAFKAJS_UNKNOWN_ERROR_CODE', false, 90))).toBe(true);
    expect(isFenced(wrapped(protocolError('INVALID_PRODUCER_EPOCH')))).toBe(true);
    expect(isFenced(protocolError('NOT_LEADER_FOR_PARTITION', true))).toBe(false);
  });

  it('knows a rebalance', () => {
    expect(isRebalance(protocolError('REBALANCE_IN_PROGRESS'))).toBe(true);
    expect(isRebalance(new Error('REBALANCE_IN_PROGRESS'))).toBe(false);
  });

  it('tells what passes from what would fail again', () => {
    expect(isTransient(new KafkaJSConnectionError('refused'))).toBe(true);
    expect(isTransient(new KafkaJSNumberOfRetriesExceeded(new Error('x'), { retryCount: 1, retryTime: 1 }))).toBe(true);
    // kafkajs says so at once when each broker that it knows fails to answer, and calls it final.
    const { KafkaJSGroupCoordinatorNotFound, KafkaJSLockTimeout } = kafkajs as unknown as Record<string, MakeError>;
    expect(isTransient(new KafkaJSGroupCoordinatorNotFound!('Failed to find group coordinator'))).toBe(true);
    expect(isTransient(wrapped(new KafkaJSLockTimeout!('Timeout while acquiring lock')))).toBe(true);
    expect(isTransient(protocolError('MESSAGE_TOO_LARGE'))).toBe(false);
    expect(isTransient(protocolError('TOPIC_AUTHORIZATION_FAILED'))).toBe(false);
    expect(isTransient(new TypeError('undefined is not a function'))).toBe(false);
  });
});
