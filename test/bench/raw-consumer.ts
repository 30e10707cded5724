import kafkajs from 'kafkajs';

/**
 * The baseline: kafkajs as shipped, eachBatch and JSON.parse, nothing else. Prints one JSON line with what it took from
 * the first record to the last. Arguments: broker, topic, number of events.
 */
const [broker = '', topic = '', count = '0'] = process.argv.slice(2);
const events = Number(count);
const kafka = new kafkajs.Kafka({ clientId: 'baseline', brokers: [broker], logLevel: kafkajs.logLevel.ERROR });
const consumer = kafka.consumer({ groupId: `baseline-${String(process.pid)}`, maxBytesPerPartition: 1_048_576 });

let read = 0;
let checksum = 0;
let began = 0;
let cpuBefore = process.cpuUsage();

function finish(): void {
  const { user, system } = process.cpuUsage(cpuBefore);
  const result = {
    events: read,
    checksum,
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
  };
  console.log(JSON.stringify(result));
  process.exit(0);
}

await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await consumer.run({
  eachBatch: ({ batch }) => {
    if (read === 0) {
      began = performance.now();
      cpuBefore = process.cpuUsage();
    }
    for (const { value } of batch.messages) {
      const parsed = JSON.parse(value?.toString('utf8') ?? '{}') as { talkSeconds: number };
      checksum += parsed.talkSeconds;
    }
    read += batch.messages.length;
    if (read >= events) finish();
    return Promise.resolve();
  },
});
