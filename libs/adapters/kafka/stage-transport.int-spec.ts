import 'reflect-metadata';
import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { countingStage, eventually, KafkaBroker, readCounted, whyNoBroker } from '#libs/testing/kafka';
import { createKafka, ensureTopics, KafkaStageTransport, Publisher, SILENT_LOGGER } from './index.js';

const missing = whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);

@Controller()
class Stages {
  @MessagePattern('counting')
  counting() {
    return countingStage();
  }
}

(missing ? describe.skip : describe)('stages as a Nest microservice', () => {
  let broker: KafkaBroker;

  beforeAll(async () => {
    broker = await KafkaBroker.start();
  });

  afterAll(() => broker.stop());

  it('runs the definition that a handler returns, and stops with the application', async () => {
    const settings = broker.settings('nest.');
    const partitionCounts = await ensureTopics(createKafka(settings, 'setup'), settings);
    const publisher = new Publisher({ settings });
    await publisher.connect();
    await publisher.send('interactions', [{ key: 'k', value: 'v' }]);
    await publisher.disconnect();

    const committed: string[] = [];
    const strategy = new KafkaStageTransport({
      settings,
      group: 'nest',
      partitionCounts,
      logger: SILENT_LOGGER,
      onCommitted: (stage, _, { records }) => committed.push(`${stage} ${records.length}`),
      onFatal: (error) => committed.push(error.message),
      timing: { fetchMinBytes: 1 },
    });
    const module = await Test.createTestingModule({ controllers: [Stages] }).compile();
    const app = module.createNestMicroservice({ strategy, logger: false });
    await app.listen();
    await eventually('counting', () => committed.length > 0);
    expect(committed).toEqual(['counting 1']);
    expect([...strategy.runners.keys()]).toEqual(['counting']);
    await app.close();
    expect(await readCounted(settings)).toHaveLength(1);
  });
});
