import kafkajs from 'kafkajs';
import { SILENT_LOGGER } from './logger.js';
import { whileAway } from './while-away.js';

const away = (): Error => new kafkajs.KafkaJSConnectionError('connect ECONNREFUSED');

describe('waiting for Kafka', () => {
  it('does the work again until Kafka is there, and says what it waits for', async () => {
    const said: string[] = [];
    const logger = { ...SILENT_LOGGER, warn: (_: object, message: string) => void said.push(message) };
    let attempts = 0;
    const work = (): Promise<string> => (++attempts < 3 ? Promise.reject(away()) : Promise.resolve('done'));
    expect(await whileAway({ what: 'Stage cost', logger }, work)).toBe('done');
    expect(said).toEqual(['Stage cost waits for Kafka']);
  });

  it('throws what waiting would not mend', async () => {
    const work = (): Promise<never> => Promise.reject(new Error('topics do not fit'));
    await expect(whileAway({ what: 'x', logger: SILENT_LOGGER }, work)).rejects.toThrow('topics do not fit');
  });

  it('ends when it is told to', async () => {
    const stopping = new AbortController();
    const work = (): Promise<string> => {
      stopping.abort();
      return Promise.reject(away());
    };
    const waiting = { what: 'x', logger: SILENT_LOGGER, signal: stopping.signal };
    expect(await whileAway(waiting, work)).toBeUndefined();
  });
});
