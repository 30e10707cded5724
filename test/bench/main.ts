import { cpus } from 'node:os';
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { createKafka, ensureTopics, Publisher } from '#libs/adapters/kafka';
import { topicName } from '#libs/contract';
import { KafkaBroker, whyNoBroker } from '../../libs/testing/kafka/index.js';
import { benchRecord, type BenchShape } from './interactions.js';
import { benchReferenceRecords } from './reference.js';
import { measureBaseline, measureMonitor, type Measured } from './measure.js';

const SEND = 5_000;

function bar(title: string, total: number): SingleBar {
  const progress = new SingleBar({
    format: `${title} {bar} {value}/{total}`,
    clearOnComplete: true,
    noTTYOutput: false,
  });
  progress.start(total, 0);
  return progress;
}

async function fill(publisher: Publisher, shape: BenchShape): Promise<void> {
  await publisher.send('reference', benchReferenceRecords());
  const progress = bar('sending events ', shape.events);
  for (let sent = 0; sent < shape.events; sent += SEND) {
    const size = Math.min(SEND, shape.events - sent);
    await publisher.send(
      'interactions',
      Array.from({ length: size }, (_, index) => benchRecord(sent + index, shape)),
    );
    progress.update(sent + size);
  }
  progress.stop();
}

function row(name: string, { events, seconds, cpuSeconds, peakRssMb }: Measured): Record<string, string> {
  return {
    program: name,
    'events/s': Math.round(events / seconds).toLocaleString('en'),
    'CPU s per million': ((cpuSeconds * 1e6) / events).toFixed(1),
    'peak RSS MB': peakRssMb.toFixed(0),
  };
}

const options = new Command('bench')
  .description(
    'Measures the monitor, everything on, against raw kafkajs consumption of the same topic. No pass or fail: compare the ratio.',
  )
  .option('--events <n>', 'events to send', Number, 1_000_000)
  .option('--agents <n>', 'agents', Number, 500)
  .option('--partitions <n>', 'partitions', Number, 4)
  .option('--span <minutes>', 'event time that they are spread over', Number, 180)
  .option('--profile <directory>', "write V8's CPU profile of the monitor there")
  .addHelpText('after', '\nThe stages alone, without a broker, CPU by part: npm run bench -- --in-process --help')
  .parse()
  .opts<{ events: number; agents: number; partitions: number; span: number; profile?: string }>();

const why = whyNoBroker();
if (why !== undefined) {
  console.error(`No benchmark without a broker: ${why}`);
  process.exit(1);
}
const broker = await KafkaBroker.start();
try {
  const settings = broker.settings('', options.partitions);
  await ensureTopics(createKafka(settings, 'bench'), settings);
  const publisher = new Publisher({ settings });
  await publisher.connect();
  const { events, agents, partitions } = options;
  await fill(publisher, { events, agents, spanMs: options.span * 60_000, baseMs: Date.UTC(2026, 10, 2) });
  await publisher.disconnect();

  const baseline = await measureBaseline(broker.address, topicName('interactions', ''), events);
  const progress = bar('monitor at work', events);
  const environment = {
    KAFKA_BROKERS: broker.address,
    SPENDLINE_PARTITIONS: String(partitions),
    SPENDLINE_CLOCK: 'event',
  };
  const monitor = await measureMonitor(environment, events, (done) => progress.update(done), options.profile);
  progress.stop();

  console.log(
    `${events.toLocaleString('en')} events, ${String(agents)} agents, ${String(partitions)} partitions; ${String(cpus().length)} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}`,
  );
  console.table([row('kafkajs, JSON.parse (baseline)', baseline), row('monitor, everything on', monitor)]);
  console.log(`CPU of the monitor / baseline: ${(monitor.cpuSeconds / baseline.cpuSeconds).toFixed(1)}`);
} finally {
  await broker.stop();
}
