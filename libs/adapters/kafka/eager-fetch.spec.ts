import type { Kafka } from 'kafkajs';
import Broker from 'kafkajs/src/broker/index.js';
import { FetchPace, paceFetches, steerFetches, type FetchRequest } from './eager-fetch.js';
import { FetchTurns } from './fetch-turns.js';
import { DEFAULT_TIMING } from './runner-timing.js';

const WANTED = { minBytes: 1_048_576, maxWaitTime: 50 };
const AT_ONCE = { minBytes: 1, maxWaitTime: 50 };

describe('FetchPace', () => {
  it('asks for the first record at once, and for more while records keep coming', () => {
    const pace = new FetchPace();
    expect(pace.wait(WANTED, 1_000)).toEqual(AT_ONCE);
    expect(pace.wait(WANTED, 1_040)).toEqual(AT_ONCE);
    pace.brought(1_050);
    expect(pace.wait(WANTED, 1_050)).toEqual(WANTED);
  });

  it('waits no longer for what came while the last records were at work', () => {
    const pace = new FetchPace();
    pace.brought(1_000);
    expect(pace.wait(WANTED, 1_030)).toEqual({ ...WANTED, maxWaitTime: 20 });
    expect(pace.wait(WANTED, 1_049)).toEqual({ ...WANTED, maxWaitTime: 1 });
  });

  it('takes the first record that comes while somebody is in a hurry', () => {
    const pace = new FetchPace();
    pace.brought(1_000);
    expect(pace.wait(WANTED, 1_001, true)).toEqual(AT_ONCE);
    expect(pace.wait(WANTED, 1_001, false)).toEqual({ ...WANTED, maxWaitTime: 49 });
  });

  it('asks for one record again after a wait that brought none', () => {
    const pace = new FetchPace();
    pace.brought(1_000);
    expect(pace.wait(WANTED, 1_050)).toEqual(AT_ONCE);
  });
});

describe('paceFetches', () => {
  it('has the fetches of a client steered: who is in a hurry, and whose turn it is', async () => {
    const asked: FetchRequest[] = [];
    Broker.prototype.fetch = (request) => {
      asked.push(request);
      const partitions = request.topics.flatMap((each) => each.partitions);
      const found = partitions.map(({ partition }) => ({ partition, lastStableOffset: '9000', messages: [{}, {}] }));
      return Promise.resolve({ responses: [{ topicName: 'interactions', partitions: found }] });
    };
    paceFetches();
    const rootLogger = {};
    const broker = Object.assign(Object.create(Broker.prototype) as Broker, { rootLogger });
    let inHurry = false;
    steerFetches({ logger: () => rootLogger } as unknown as Kafka, {
      inHurry: () => inHurry,
      turns: () => new FetchTurns(DEFAULT_TIMING, 12),
    });
    const partitions = Array.from({ length: 12 }, (_, partition) => ({ partition, fetchOffset: '0', maxBytes: 1 }));
    const request = { ...WANTED, topics: [{ topic: 'interactions', partitions }] };
    await broker.fetch(request);
    await broker.fetch(request);
    inHurry = true;
    await broker.fetch(request);
    expect(asked.map(({ minBytes }) => minBytes)).toEqual([1, WANTED.minBytes, 1]);
    const numbers = asked.map(({ topics }) => topics[0]?.partitions.map(({ partition }) => partition));
    expect(numbers).toEqual([
      partitions.map(({ partition }) => partition),
      [0, 1, 3, 4, 6, 7, 9, 10],
      [0, 2, 3, 5, 6, 8, 9, 11],
    ]);
  });
});
