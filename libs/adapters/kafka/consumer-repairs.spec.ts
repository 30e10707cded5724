import { EventEmitter } from 'node:events';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import Runner from 'kafkajs/src/consumer/runner.js';
import Connection from 'kafkajs/src/network/connection.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { repairConsumers } from './consumer-repairs.js';

repairConsumers();

const silent = { debug: () => undefined, error: () => undefined, namespace: (): object => silent };

/** A socket of a broker that takes everything and answers nothing. */
class Socket extends EventEmitter {
  write(): void {}
  end(): void {}
  unref(): void {}
}

/** A connection, and the sockets it has opened with what tells it that they are connected. */
function connection(): { made: Connection; sockets: Socket[]; connected: (() => void)[] } {
  const sockets: Socket[] = [];
  const connected: (() => void)[] = [];
  const made = new Connection({
    ...{ host: 'broker', port: 9092, logger: silent, requestTimeout: 15_000, connectionTimeout: 5_000 },
    socketFactory: ({ onConnect }: { onConnect: () => void }) => {
      const socket = new Socket();
      sockets.push(socket);
      connected.push(onConnect);
      return socket;
    },
  });
  return { made, sockets, connected };
}

const METADATA = {
  request: { apiKey: 3, apiName: 'Metadata', apiVersion: 1, encode: () => Promise.resolve(new Encoder()) },
  response: {},
};

/** How a promise ends, or that it does not. */
function outcome(promise: Promise<unknown>): Promise<string> {
  const waits = new Promise<string>((resolve) => setTimeout(resolve, 10_000, 'waits').unref());
  return Promise.race([waits, promise.then(String, (error: unknown) => (error as Error).name)]);
}

describe('a repaired connection', () => {
  it('is made once, whoever else asks for it meanwhile', async () => {
    const { made, sockets, connected } = connection();
    const both = Promise.all([made.connect(), made.connect()]);
    connected[0]?.();
    await both;
    expect(sockets).toHaveLength(1);
    await made.disconnect();
  });

  it('fails when its socket ends before it is connected', async () => {
    const { made, sockets } = connection();
    const connecting = outcome(made.connect());
    sockets[0]?.emit('end');
    expect(await connecting).toBe('KafkaJSConnectionClosedError');
  });

  it('gives the reason that the socket gave', async () => {
    const { made, sockets } = connection();
    const connecting = made.connect();
    sockets[0]?.emit('error', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    await expect(connecting).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('lets no request wait for ever, whenever it is sent while the socket ends', async () => {
    const outcomes = new Set<string>();
    for (let turns = 0; turns < 20; turns++) {
      const { made, sockets, connected } = connection();
      const connecting = made.connect();
      connected[0]?.();
      await connecting;
      const sent = outcome(made.send(METADATA));
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      sockets[0]?.emit('end');
      outcomes.add(await sent);
    }
    expect([...outcomes].sort()).toEqual(['KafkaJSConnectionClosedError', 'KafkaJSConnectionError']);
  });
});

describe('a repaired consumer', () => {
  it('joins its group once at a time', async () => {
    const joins: (() => void)[] = [];
    const retrier = (): Promise<void> => new Promise((resolve) => joins.push(resolve));
    const group = Object.assign(Object.create(ConsumerGroup.prototype) as ConsumerGroup, { retrier });
    const both = Promise.all([group.joinAndSync(), group.joinAndSync()]);
    expect(joins).toHaveLength(1);
    joins[0]?.();
    await both;
    void group.joinAndSync();
    expect(joins).toHaveLength(2);
  });

  it('is outside of its group after joining failed, however far it got, until it has joined', async () => {
    let answer = (): Promise<void> => Promise.reject(new Error('the answer to SyncGroup was lost'));
    const fields = { retrier: () => answer() };
    const group = Object.assign(new ConsumerGroup({ logger: silent }), fields);
    await expect(group.joinAndSync()).rejects.toThrow('SyncGroup');
    await expect(group.heartbeat({ interval: 1_000 })).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
    answer = () => Promise.resolve();
    await group.joinAndSync();
    await expect(group.heartbeat({ interval: 1_000 })).resolves.toBeUndefined();
  });

  it('tells fetchers that it made while it stopped to stop too', async () => {
    let stops = 0;
    const fetchManager = { stop: () => Promise.resolve(void (stops += 1)) };
    const fields = { running: false, fetchManager, logger: silent, consumerGroup: {} };
    const runner = Object.assign(Object.create(Runner.prototype) as Runner, fields);
    expect(await runner.fetch('1')).toEqual([]);
    expect(stops).toBe(1);
  });
});
