import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, PostgresReferenceStore } from '#libs/adapters/postgres';
import { findJava } from '#libs/adapters/embedded';
import { createKafka } from '#libs/adapters/kafka';
import { topicName } from '#libs/contract';
import { type UpConfig, embeddedDatabaseUrl, environment, loadUpConfig } from '#libs/config';
import { prepareDatabase } from '../prepare-database.js';
import { prepareTopics } from '../prepare-topics.js';
import { freePorts } from '../../../libs/testing/kafka/index.js';
import { Fleet } from './fleet.js';
import { deleteData } from './fresh.js';
import { PidFiles } from './pid-files.js';
import { kafkaProgram, postgresProgram } from './programs.js';
import { republishWhereMissing } from './republish.js';
import { applySample } from './sample.js';
import { keptSecret } from './secrets.js';

/** The embedded Kafka and Postgres as `up` runs them, on ports of this test. */
let config: UpConfig;
let folder: string;
let java: string;
let url: string;
let fleet: Fleet;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spendline-servers-'));
  java = (await findJava(environment()['JAVA_HOME']))?.command ?? 'java';
});
afterEach(() => fleet.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(): Promise<void> {
  const kafkaPort = await freePorts();
  const postgresPort = kafkaPort + 2;
  config = loadUpConfig({
    SPENDLINE_DATA_DIR: folder,
    SPENDLINE_KAFKA_PORT: String(kafkaPort),
    SPENDLINE_POSTGRES_PORT: String(postgresPort),
  });
  const password = keptSecret(config.places.postgresPassword);
  const fail = (reason: Error) => {
    throw reason;
  };
  fleet = new Fleet(new PidFiles(config.places.run), { tell: () => undefined, onGivenUp: fail });
  await fleet.start([...kafkaProgram(config, java), ...postgresProgram(config, password)], (_, begin) => begin());
  url = embeddedDatabaseUrl(config.places, postgresPort) ?? '';
}

async function entries(): Promise<number> {
  const database = new Database({ databaseUrl: url, applicationName: 'test' });
  try {
    return (await new PostgresReferenceStore(database).list()).length;
  } finally {
    await database.close();
  }
}

it('start from nothing with topics, tables and the sample organisation', async () => {
  await start();
  const partitions = await prepareTopics(config.kafka);
  expect(partitions.interactions).toBe(8);
  expect((await prepareDatabase(url)).applied.length).toBeGreaterThan(0);
  expect(await applySample(url, config.places, true)).toBe('applied');
  expect(await republishWhereMissing(config.kafka, url)).toBe(await entries());
  const producer = createKafka(config.kafka, 'test').producer();
  await producer.connect();
  await producer.send({ topic: topicName('reference', ''), messages: [{ key: 'rule/x', value: '{}' }] });
  await producer.disconnect();
  expect(await republishWhereMissing(config.kafka, url)).toBe(0);
});

it('start again with their data, on other ports too', async () => {
  await start();
  expect(await prepareTopics({ ...config.kafka, createTopics: false })).toMatchObject({
    interactions: 8,
    reference: 1,
  });
  expect((await prepareDatabase(url)).applied).toEqual([]);
  expect(await applySample(url, config.places, true)).toBe('not-needed');
  expect(await entries()).toBeGreaterThan(60);
});

it('begin anew after their data was deleted', async () => {
  deleteData(config.places);
  await start();
  await expect(prepareTopics({ ...config.kafka, createTopics: false })).rejects.toThrow('is missing');
  await prepareDatabase(url);
  expect(await applySample(url, config.places, false)).toBe('left-out');
  expect(await entries()).toBe(0);
});
