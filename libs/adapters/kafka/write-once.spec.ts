import { isTransient } from './errors.js';
import { PackedTopic } from './packed-topic.js';
import { WriteOnce, type ProduceRequest } from './write-once.js';

function request(...messages: object[]): ProduceRequest {
  return { transactionalId: 'task-0', topicData: [{ partitions: messages.map((each) => ({ messages: [each] })) }] };
}

const done = (): Promise<string> => Promise.resolve('done');

describe('writing once', () => {
  it('lets records through', async () => {
    const once = new WriteOnce();
    await expect(once.guard(request({}, {}), done)).resolves.toBe('done');
    await expect(once.guard(request({}), done)).resolves.toBe('done');
  });

  it('refuses what is written already, for good but worth another transaction', async () => {
    const once = new WriteOnce();
    const message = {};
    await once.guard(request(message), done);
    const again = once.guard(request({}, message), done);
    await expect(again).rejects.toMatchObject({ retriable: false });
    await expect(again.catch(isTransient)).resolves.toBe(true);
  });

  it('refuses what is still under way', async () => {
    const once = new WriteOnce();
    const message = {};
    const first = once.guard(request(message), () => new Promise((resolve) => setImmediate(resolve)));
    await expect(once.guard(request(message), done)).rejects.toThrow('sent twice');
    await first;
  });

  it('knows records again that are handed over encoded', async () => {
    const once = new WriteOnce();
    const topic = new PackedTopic();
    topic.add(0, { key: 'k', value: 'v' });
    // kafkajs asks for the records of each partition anew at each attempt.
    const packed = (): ProduceRequest => ({
      transactionalId: 'task-0',
      topicData: [{ partitions: Object.values(topic.reduce()).map((messages) => ({ messages })) }],
    });
    await once.guard(packed(), done);
    await expect(once.guard(packed(), done)).rejects.toThrow('sent twice');
  });

  it('lets kafkajs send again what has failed, under the sequence numbers that it had', async () => {
    const once = new WriteOnce();
    const message = {};
    await expect(once.guard(request(message), () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    await expect(once.guard(request(message), done)).resolves.toBe('done');
  });

  it('does not concern records outside of transactions', async () => {
    const once = new WriteOnce();
    const { topicData } = request({});
    await once.guard({ topicData }, done);
    await expect(once.guard({ topicData }, done)).resolves.toBe('done');
  });
});
