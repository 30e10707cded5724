import { jest } from '@jest/globals';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { quietQueues } from './quiet-queue.js';

const CLIENT = {
  maxInFlightRequests: 1,
  requestTimeout: 1_000,
  enforceRequestTimeout: false,
  clientId: 'test',
  broker: 'broker:9092',
  logger: { debug: () => undefined, warn: () => undefined },
  isConnected: () => true,
};

/** Puts a request into the queue; gives the numbers of those that were sent so far. */
function pushed(queue: RequestQueue, correlationId: number, sent: number[]): void {
  const entry = { apiKey: 0, apiName: 'Test', apiVersion: 0, correlationId, resolve: () => undefined, reject: fail };
  queue.push({
    entry,
    expectResponse: true,
    requestTimeout: null,
    sendRequest: () => sent.push(correlationId),
  });
}

function fail(error: unknown): void {
  throw error;
}

describe('quietQueues', () => {
  beforeAll(() => quietQueues());
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('leaves no timer behind when nothing waits', () => {
    const queue = new RequestQueue(CLIENT);
    const sent: number[] = [];
    pushed(queue, 1, sent);
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
    expect(sent).toEqual([1]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('sends what waits when its turn has come', () => {
    const queue = new RequestQueue(CLIENT);
    const sent: number[] = [];
    pushed(queue, 1, sent);
    pushed(queue, 2, sent);
    expect(sent).toEqual([1]);
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
    expect(sent).toEqual([1, 2]);
  });

  it('sends what a broker had asked to wait with, once that is over', () => {
    const queue = new RequestQueue(CLIENT);
    const sent: number[] = [];
    queue.maybeThrottle(200);
    pushed(queue, 1, sent);
    expect(sent).toEqual([]);
    jest.advanceTimersByTime(250);
    expect(sent).toEqual([1]);
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
    jest.advanceTimersByTime(20);
    expect(jest.getTimerCount()).toBe(0);
  });
});
