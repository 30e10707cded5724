import { createKafka, ensureTopics, Publisher, TopicReader } from '#libs/adapters/kafka';
import { readReferenceFile, referenceEntryToWire, referenceKey, type KafkaSettings } from '#libs/application';
import { TOPICS, type CostEvent, type CostWindow } from '#libs/contract';
import { parseMicros } from '#libs/domain';
import { freePort } from '../../libs/testing/free-port.js';
import { KafkaBroker, whyNoBroker } from '../../libs/testing/kafka/index.js';
import { eventually } from '../../libs/testing/eventually.js';
import { Program } from '../../libs/testing/program.js';
import { namedInputs, type NamedInput } from '../input/named-inputs.js';

const REFERENCE = `
organisation: { name: Test, zone: Asia/Shanghai, currency: CNY }
rateCards:
  - { rateId: labour, for: default, kind: hourly, amount: "137.77", currency: CNY }
`;
const FATE_METRICS = {
  counted: 'spendline_counted_total',
  duplicate: 'spendline_duplicates_total',
  stale: 'spendline_stale_total',
  late: 'spendline_late_total',
} as const;
const PARTITIONS = 4;
const CONTACTS = 6000;
const AGENTS = 40;
const BASE = Date.UTC(2026, 10, 23, 1);
const STEP_MS = 1500;

interface Sent {
  readonly interactionId: string;
  readonly agentId: string;
  readonly channel: string;
  readonly talkSeconds: number;
}

function contact(index: number, copy = 0): Sent & Record<string, unknown> {
  const endedAt = BASE + index * STEP_MS;
  return {
    interactionId: `contact-${String(index)}`,
    channel: ['voice', 'chat', 'email'][index % 3] ?? 'voice',
    handledBy: 'agent',
    agentId: `agent-${String((index * 7) % AGENTS)}`,
    startedAt: endedAt - 600_000,
    endedAt,
    talkSeconds: 100 + (index % 211) + copy,
    outcome: 'resolved',
    updatedAt: endedAt + copy,
  };
}

/** Half-even by hand, apart from the product's code: 137.77 an hour for whole seconds, in micros. */
function costMicros(seconds: number): bigint {
  const product = BigInt(seconds) * 137_770_000n;
  const [quotient, remainder] = [product / 3600n, product % 3600n];
  return remainder * 2n > 3600n || (remainder * 2n === 3600n && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

async function publishReference(publisher: Publisher): Promise<void> {
  const file = readReferenceFile(REFERENCE);
  if (!file.ok) throw new Error(JSON.stringify(file));
  await publisher.send(
    'reference',
    file.entries.map((entry) => ({ key: referenceKey(entry), value: referenceEntryToWire(entry) })),
  );
}

const why = whyNoBroker();
(why === undefined ? describe : describe.skip)(
  `the monitor on a real broker${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let broker: KafkaBroker;
    let settings: KafkaSettings;
    let publisher: Publisher;
    let metricsPort: number;
    let monitor: Program;

    const start = (environment: Readonly<Record<string, string>> = { SPENDLINE_CLOCK: 'event' }): void => {
      monitor = new Program('apps/monitor/main.ts', {
        KAFKA_BROKERS: broker.address,
        SPENDLINE_METRICS_PORT: String(metricsPort),
        SPENDLINE_PARTITIONS: String(PARTITIONS),
        SPENDLINE_LOG_LEVEL: 'warn',
        ...environment,
      });
    };
    const metric = async (name: string): Promise<number> => {
      const text = await fetch(`http://127.0.0.1:${String(metricsPort)}/metrics`).then(
        (response) => response.text(),
        () => '',
      );
      return [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.e+-]+)$`, 'gm'))].reduce(
        (sum, [, value]) => sum + Number(value),
        0,
      );
    };
    const readAll = async <T>(topic: 'costEvents' | 'costWindows' | 'rejected'): Promise<T[]> => {
      const values: T[] = [];
      const reader = new TopicReader({
        settings,
        topics: [topic],
        onBatch: ({ records }) =>
          void values.push(...records.map(({ value }) => JSON.parse(value?.toString() ?? 'null') as T)),
        onFatal: (error) => {
          throw error;
        },
      });
      await reader.start();
      await reader.caughtUp;
      await reader.stop();
      return values;
    };

    beforeAll(async () => {
      // Room for what is too large for the monitor, which has to say so and go on.
      broker = await KafkaBroker.start('message.max.bytes=4194304');
      settings = broker.settings('', PARTITIONS);
      await ensureTopics(createKafka(settings, 'test'), settings);
      publisher = new Publisher({ settings });
      await publisher.connect();
      await publishReference(publisher);
      metricsPort = await freePort();
    });

    afterAll(async () => {
      await monitor.end('SIGKILL');
      await publisher.disconnect();
      await broker.stop();
    });

    it('loses and doubles nothing when it is killed in the middle of its work, and its windows equal a batch computation', async () => {
      const latest = new Map<string, Sent>();
      const kills = 3;
      for (let part = 0; part <= kills; part += 1) {
        // In turn with kafkajs's codec and with ours: what one wrote the other has to go on from.
        start({ SPENDLINE_CLOCK: 'event', SPENDLINE_KAFKA_CODEC: part % 2 === 0 ? 'stock' : 'own' });
        const records = [];
        for (let index = (part * CONTACTS) / (kills + 1); index < ((part + 1) * CONTACTS) / (kills + 1); index += 1) {
          const copies = [
            contact(index),
            ...(index % 10 === 0 ? [contact(index)] : []),
            ...(index % 25 === 0 ? [contact(index, 1)] : []),
          ];
          for (const copy of copies) {
            records.push({ key: copy.agentId, value: JSON.stringify(copy) });
            latest.set(copy.interactionId, copy);
          }
        }
        await publisher.send('interactions', records);
        if (part < kills) {
          // Somewhere between the first commit of this process and the last.
          await eventually(
            'the monitor to work',
            () => metric('spendline_events_total'),
            (taken) => taken > 0,
          );
          await monitor.end('SIGKILL');
        }
      }
      const ends = await publisher.endOffsets('interactions');
      const endOffsets = {
        interactions: Object.fromEntries([...ends].map(([partition, end]) => [String(partition), String(end)])),
      };
      await publisher.send(
        'control',
        Array.from({ length: PARTITIONS }, (_, partition) => ({
          partition,
          key: String(partition),
          value: JSON.stringify({ kind: 'finish', id: 'end', endOffsets }),
        })),
      );

      const revisions = latest.size + Math.ceil(CONTACTS / 25);
      const events = await eventually(
        'every cost event',
        () => readAll<CostEvent>('costEvents'),
        ({ length }) => length >= revisions,
      );
      expect(new Set(events.map(({ costEventId }) => costEventId)).size).toBe(events.length);
      expect(events).toHaveLength(revisions);

      const expected = new Map<string, bigint>();
      const add = (key: string, amountMicros: bigint) => expected.set(key, (expected.get(key) ?? 0n) + amountMicros);
      for (const { agentId, channel, talkSeconds } of latest.values()) {
        const amountMicros = costMicros(talkSeconds);
        add('all:all', amountMicros);
        add(`agent:${agentId}`, amountMicros);
        add(`channel:${channel}`, amountMicros);
      }
      const monthEnd = new Date(Math.ceil((BASE + CONTACTS * STEP_MS) / 60_000) * 60_000).toISOString();
      await eventually(
        'each month to be what a batch computation says',
        async () => {
          const actual = new Map<string, bigint>();
          for (const { window, end, scope, id, amount } of await readAll<CostWindow>('costWindows'))
            if (window === 'month' && end <= monthEnd) actual.set(`${scope}:${id}`, parseMicros(amount));
          return [...expected].flatMap(([key, amount]) => {
            const found = actual.get(key);
            return found === amount ? [] : [{ key, found, not: amount }];
          });
        },
        ({ length }) => length === 0,
      );
      // The last word of every rolling window is zero: everything that entered has left.
      await eventually(
        'empty windows at the end',
        async () => {
          const last = new Map<string, CostWindow>();
          for (const window of await readAll<CostWindow>('costWindows'))
            if (window.window !== 'month') last.set(`${window.scope}:${window.id}:${window.window}`, window);
          const full = [...last].filter(([, { interactions, amount }]) => interactions !== 0 || amount !== '0.00');
          return { windows: last.size, full: full.map(([key]) => key) };
        },
        ({ windows, full }) => windows === (1 + AGENTS + 3) * 3 && full.length === 0,
      );
      expect(await metric('spendline_unaccounted_records')).toBe(0);
      expect(await readAll('rejected')).toEqual([]);
      await monitor.end('SIGTERM');
    });

    it('counts or rejects each named input as the table says, and goes on', async () => {
      const named = broker.settings('named.', PARTITIONS);
      await ensureTopics(createKafka(named, 'test'), named);
      const sender = new Publisher({ settings: named });
      await sender.connect();
      await publishReference(sender);
      start({ SPENDLINE_CLOCK: 'live', SPENDLINE_TOPIC_PREFIX: 'named.' });
      await eventually(
        'the monitor to be ready',
        async () => {
          const answer = await fetch(`http://127.0.0.1:${String(metricsPort)}/health/ready`).catch(() => undefined);
          return { status: answer?.status, says: await answer?.text() };
        },
        ({ status }) => status === 200,
      );

      const inputs = namedInputs(Date.now());
      const [contacts, others] = [true, false].map((is) =>
        inputs.filter(({ topic }) => (topic === 'interactions') === is),
      ) as [NamedInput[], NamedInput[]];
      const taken = (records: number): Promise<number> =>
        eventually(
          `all of the ${String(records)} to be taken`,
          () => metric('spendline_events_total'),
          (count) => count === records,
        );
      const records = (all: readonly NamedInput[]) =>
        all.map(({ value, headers }) => ({
          key: 'a-1',
          value,
          ...(headers && { headers: headers as Record<string, string> }),
        }));
      // Feedback moves the clock as well: where the table says late, only contacts may have been read.
      await sender.send('interactions', records(contacts));
      await taken(contacts.length);
      for (const input of others) await sender.send(input.topic, records([input]));
      await taken(inputs.length);
      await sender.disconnect();

      const stored: { place: string; reason: string; value: Buffer | null }[] = [];
      const reader = new TopicReader({
        settings: named,
        topics: ['rejected'],
        onBatch: ({ records }) => {
          for (const { value, headers } of records) {
            const of = (name: string): string => String(headers[name]);
            const place = `${of('source-topic').replace('named.', '')}/${of('source-offset')}`;
            stored.push({ place, reason: of('reason'), value });
          }
        },
        onFatal: (error) => {
          throw error;
        },
      });
      await reader.start();
      await reader.caughtUp;
      await reader.stop();
      const offsets = new Map<string, number>();
      const expected = inputs.flatMap(({ topic, fate, value }) => {
        const offset = offsets.get(topic) ?? 0;
        offsets.set(topic, offset + 1);
        const place = `${TOPICS[topic].name}/${String(offset)}`;
        return fate in FATE_METRICS ? [] : [{ place, reason: fate, value }];
      });
      const byPlace = (a: { place: string }, b: { place: string }): number => (a.place < b.place ? -1 : 1);
      expect(stored.sort(byPlace)).toEqual(expected.sort(byPlace));
      // The connection may have been closed for idleness meanwhile.
      await taken(inputs.length);
      for (const [fate, name] of Object.entries(FATE_METRICS)) {
        expect([fate, await metric(name)]).toEqual([fate, inputs.filter((input) => input.fate === fate).length]);
      }
      expect(await metric('spendline_unaccounted_records')).toBe(0);
    });
  },
);
