import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SILENT_LOGGER } from '#libs/adapters/kafka';
import { KafkaBroker, readAll, whyNoBroker } from '#libs/testing/kafka';
import { replay, type ReplayOptions } from './replay.js';

const missing = whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);
const withBroker = missing ? describe.skip : describe;

const MAPPING = `
name: calls
format: csv
sort: event-time
skip:
  - { reason: nobody, when: { absent: { column: agent } } }
records:
  - topic: interactions
    fields:
      interactionId: { column: id }
      channel: voice
      handledBy: agent
      agentId: { column: agent }
      startedAt: { time: { of: { column: ended }, format: iso } }
      endedAt: { time: { of: { column: ended }, format: iso } }
      talkSeconds: { number: { column: talk } }
      outcome: resolved
`;

const CALLS = `id,agent,ended,talk
c,A1,2026-03-04T10:00:03Z,30
a,A2,2026-03-04T10:00:01Z,10
x,,2026-03-04T10:00:01Z,10
b,A1,2026-03-04T10:00:02Z,20
y,A1,yesterday,10
`;

withBroker('a replay into a real Kafka', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spendline-replay-'));
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await KafkaBroker.start();
    writeFileSync(join(folder, 'map.yaml'), MAPPING);
    writeFileSync(join(folder, 'calls.csv'), CALLS);
  });
  afterAll(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  function run(
    prefix: string,
    change: Partial<ReplayOptions> = {},
  ): { said: string[]; done: ReturnType<typeof replay> } {
    const said: string[] = [];
    const done = replay({
      file: join(folder, 'calls.csv'),
      mapFile: join(folder, 'map.yaml'),
      speed: 'max',
      finish: false,
      dryRun: false,
      limit: Infinity,
      kafka: () => broker.settings(prefix),
      logger: SILENT_LOGGER,
      signal: new AbortController().signal,
      say: (line) => said.push(line),
      ...change,
    });
    return { said, done };
  }

  it('sends what is mapped, in order of time, and says what became of each row', async () => {
    const { said, done } = run('plain.');
    await done;
    const records = await readAll(broker.settings('plain.'), 'interactions');
    expect(
      records
        .filter(({ key }) => key === 'A1')
        .map(({ value }) => (JSON.parse(value ?? '') as { interactionId: string }).interactionId),
    ).toEqual(['b', 'c']);
    expect(records).toHaveLength(3);
    expect(said.join('\n').replace(/ +/g, ' ')).toBe(
      [
        ' 3 rows sent, 3 interactions',
        ' 1 rows skipped: nobody',
        ' 1 rows refused: unreadable-time',
        ' 5 rows in all',
        'First refused rows:',
        ' line 6 unreadable-time: "yesterday" is no time in the form iso',
      ].join('\n'),
    );
    expect(await readAll(broker.settings('plain.'), 'control')).toEqual([]);
  });

  it('ends with a marker for every partition that names where the inputs end', async () => {
    await run('ended.', { finish: true }).done;
    const settings = broker.settings('ended.');
    const [records, markers] = [await readAll(settings, 'interactions'), await readAll(settings, 'control')];
    expect(markers.map(({ partition }) => partition).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    for (const { key, partition, value } of markers) {
      expect(key).toBe(String(partition));
      const marker = JSON.parse(value ?? '') as {
        kind: string;
        id: string;
        endOffsets: Record<string, Record<string, string>>;
      };
      expect(marker.kind).toBe('finish');
      expect(Object.keys(marker.endOffsets).toSorted()).toEqual([
        'agentStates',
        'billingLines',
        'feedback',
        'interactions',
        'revenue',
      ]);
      const inPartition = records.filter((record) => record.partition === partition).length;
      expect(marker.endOffsets['interactions']?.[String(partition)]).toBe(String(inPartition));
    }
    expect(new Set(markers.map(({ value }) => value)).size).toBe(1);
  });

  it('sends nothing in a dry run, and asks for no Kafka', async () => {
    const { said, done } = run('dry.', {
      dryRun: true,
      kafka: () => {
        throw new Error('asked for Kafka');
      },
    });
    await done;
    expect(said[1]).toContain('interactions A2');
    expect(said.join('\n')).toMatch(/3 +rows would be sent/);
  });

  it('reads no more rows than it may', async () => {
    const tally = await run('few.', { limit: 2 }).done;
    expect(tally.rows).toBe(2);
    expect(await readAll(broker.settings('few.'), 'interactions')).toHaveLength(2);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const { said, done } = run('stopped.', { speed: 0.001, signal: stop.signal, finish: true });
    const interval = setInterval(() => {
      void readAll(broker.settings('stopped.'), 'interactions')
        .then((records) => records.length > 0 && stop.abort())
        .catch(() => undefined);
    }, 200);
    await done;
    clearInterval(interval);
    expect(said[0]).toContain('Stopped before the end');
    expect(await readAll(broker.settings('stopped.'), 'control')).toEqual([]);
  });

  it('advises about a mapping that is broken', async () => {
    writeFileSync(join(folder, 'broken.yaml'), 'name: x\nformat: csv\nrecords: []\n');
    await expect(run('x.', { mapFile: join(folder, 'broken.yaml') }).done).rejects.toThrow(
      /records \(line 3\): must say/,
    );
    await expect(run('x.', { mapFile: join(folder, 'nowhere.yaml') }).done).rejects.toThrow(
      /cannot be read \(ENOENT\)/,
    );
  });
});
