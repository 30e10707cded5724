import { eventually } from '../../testing/eventually.js';
import { freePort } from '../../testing/free-port.js';
import { countingStage } from '../../testing/kafka/counting-stage.js';
import { createKafka } from './client.js';
import { SILENT_LOGGER } from './logger.js';
import { KafkaStageTransport } from './stage-transport.js';
import type { PartitionCounts } from './topics.js';

describe('a stage transport', () => {
  it('starts no further stage when it is closed while the first one waits for Kafka', async () => {
    const transport = new KafkaStageTransport({
      settings: {
        brokers: [`127.0.0.1:${await freePort()}`],
        ...{ clientId: 'test', topicPrefix: '', partitions: 1, createTopics: false },
      },
      group: 'test',
      partitionCounts: { interactions: 1, costState: 1, costEvents: 1 } as unknown as PartitionCounts,
      logger: SILENT_LOGGER,
      createKafka: (settings, role) => createKafka(settings, role, { retry: { retries: 0 } }),
      onFatal: (error) => {
        throw error;
      },
    });
    for (const name of ['first', 'second'])
      transport.addHandler(name, () => Promise.resolve({ ...countingStage(), name }));
    const listening = new Promise((resolve) => void transport.listen(resolve));
    await eventually('the first one', () => transport.runners.size > 0);
    await transport.close();
    expect(await listening).toBeUndefined();
    expect([...transport.runners.keys()]).toEqual(['first']);
  });
});
