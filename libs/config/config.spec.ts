import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { effectiveSettings, settingsMarkdown, unknownSettings } from './describe.js';
import { ConfigError, type Environment } from './load.js';
import { projectRoot } from './places.js';
import {
  PROGRAMS,
  loadApiConfig,
  loadDeliveryConfig,
  loadLedgerConfig,
  loadMonitorConfig,
  loadSimulatorConfig,
  loadUpConfig,
} from './programs.js';
import type { AnySetting } from './setting.js';
import { SETTINGS } from './settings.js';

const LOADERS = {
  loadApiConfig,
  loadDeliveryConfig,
  loadLedgerConfig,
  loadMonitorConfig,
  loadSimulatorConfig,
  loadUpConfig,
};

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'spendline-config-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Everything set, each to the example that the documentation shows. */
function completeExample(): Environment {
  const examples = Object.values<AnySetting>(SETTINGS).map(({ name, example }) => [name, example]);
  return { ...Object.fromEntries(examples), KAFKA_TLS_CA_FILE: file('ca.pem', 'PEM') } as Environment;
}

function messageOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

function faultsOf(load: () => unknown): readonly string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ name }) => name);
    throw error;
  }
  return [];
}

describe('loading', () => {
  it.each(Object.entries(LOADERS))('%s reads the complete example of the documentation', (_, load) => {
    expect(load(completeExample()).kafka).toEqual({
      brokers: ['kafka-1.example.com:9093', 'kafka-2.example.com:9093'],
      clientId: expect.stringMatching(/^spendline-/) as string,
      ssl: { ca: ['PEM'] },
      sasl: { mechanism: 'scram-sha-512', username: 'spendline', password: 'correct-horse-battery' },
      topicPrefix: 'test.',
      partitions: 16,
      leastPartitions: 16,
      createTopics: false,
      codec: 'stock',
    });
  });

  it('needs nothing set: the embedded Kafka is the default', () => {
    const config = loadMonitorConfig({});
    expect(config.kafka).toEqual({
      brokers: ['127.0.0.1:9092'],
      clientId: 'spendline-monitor',
      topicPrefix: '',
      partitions: 8,
      createTopics: true,
    });
    expect(config).toMatchObject({
      clock: 'live',
      metricsPort: 9464,
      disorderMs: 10_000,
      graceMs: 600_000,
      extraScopes: [],
    });
    expect(loadSimulatorConfig({}).metricsPort).toBe(9466);
  });

  it('follows the embedded Kafka to another port', () => {
    expect(loadMonitorConfig({ SPENDLINE_KAFKA_PORT: '19092' }).kafka.brokers).toEqual(['127.0.0.1:19092']);
    expect(loadUpConfig({ SPENDLINE_KAFKA_PORT: '19092' }).embeddedKafkaPort).toBe(19_092);
  });

  it('starts no server of its own where one is named', () => {
    const config = loadUpConfig({ KAFKA_BROKERS: 'k:9092', DATABASE_URL: 'postgres://u:p@db/spendline' });
    expect(config).toMatchObject({ embeddedKafkaPort: undefined, embeddedPostgresPort: undefined });
  });

  it('says every fault at once, each under its own name', () => {
    const env = {
      KAFKA_BROKERS: 'kafka-1,kafka-2:9092',
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_TLS_CA_FILE: join(folder, 'missing.pem'),
      SPENDLINE_PARTITIONS: '0',
      SPENDLINE_GRACE: 'ten minutes',
      SPENDLINE_CLOCK: 'sundial',
      SPENDLINE_METRICS_PORT: '99999',
    };
    expect(faultsOf(() => loadMonitorConfig(env)).toSorted()).toEqual(
      [
        'KAFKA_BROKERS',
        'KAFKA_SASL_MECHANISM',
        'KAFKA_SASL_PASSWORD',
        'KAFKA_TLS',
        'KAFKA_TLS_CA_FILE',
        'SPENDLINE_CLOCK',
        'SPENDLINE_GRACE',
        'SPENDLINE_METRICS_PORT',
        'SPENDLINE_PARTITIONS',
      ].toSorted(),
    );
  });

  it('tells of a database that is neither named nor started yet', () => {
    expect(faultsOf(() => loadLedgerConfig({ SPENDLINE_DATA_DIR: folder }))).toEqual(['DATABASE_URL']);
    file('postgres-password', 'secret\n');
    expect(loadLedgerConfig({ SPENDLINE_DATA_DIR: folder }).databaseUrl).toBe(
      'postgres://spendline:secret@127.0.0.1:5433/spendline',
    );
  });

  it('takes a blank variable for one that is not set', () => {
    expect(loadMonitorConfig({ KAFKA_BROKERS: '', SPENDLINE_PARTITIONS: ' ' }).kafka.partitions).toBe(8);
  });
});

describe('secrets', () => {
  const secret = 'do-not-print-me-anywhere';

  it('are read from the file that NAME_FILE names', () => {
    const path = file('token', `${secret}\n`);
    expect(loadUpConfig({ SPENDLINE_API_TOKEN_FILE: path }).apiToken).toBe(secret);
  });

  it('are refused when given both ways or in a file that is not there', () => {
    const both = { SPENDLINE_API_TOKEN: secret, SPENDLINE_API_TOKEN_FILE: 'x' };
    expect(faultsOf(() => loadUpConfig(both))).toEqual(['SPENDLINE_API_TOKEN']);
    expect(faultsOf(() => loadUpConfig({ SPENDLINE_API_TOKEN_FILE: join(folder, 'none') }))).toEqual([
      'SPENDLINE_API_TOKEN_FILE',
    ]);
  });

  it('appear neither in faults nor in what `spendline config` shows', () => {
    const env = {
      DATABASE_URL: `mysql://u:${secret}@db/x`,
      KAFKA_SASL_PASSWORD: secret,
      SPENDLINE_API_TOKEN: 'too-short',
    };
    const message = messageOf(() => loadUpConfig(env));
    expect(message).toContain('DATABASE_URL');
    expect(message).not.toContain(secret);
    expect(message).not.toContain('too-short');
    const shown = JSON.stringify(effectiveSettings(env));
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain('too-short');
    expect(shown).toContain('(set, not shown)');
  });
});

describe('describing', () => {
  it('shows where a value comes from and what is wrong with it', () => {
    const shown = effectiveSettings({ SPENDLINE_CLOCK: 'event', SPENDLINE_PARTITIONS: 'many' });
    const find = (name: string) => shown.find((setting) => setting.name === name);
    expect(find('SPENDLINE_CLOCK')).toEqual({
      name: 'SPENDLINE_CLOCK',
      shown: 'event',
      origin: 'environment',
      problem: undefined,
    });
    expect(find('SPENDLINE_PARTITIONS')?.problem).toContain('"many" is not a whole number');
    expect(find('KAFKA_BROKERS')).toMatchObject({ shown: 'the embedded Kafka', origin: 'unset' });
  });

  it('names misspelt variables and what was probably meant', () => {
    const env = { SPENDLINE_PARTITON: '4', SPENDLINE_NONSENSE_WORD: '1', SPENDLINE_API_TOKEN_FILE: 'x', OTHER: '1' };
    expect(unknownSettings(env)).toEqual([
      { name: 'SPENDLINE_PARTITON', meant: 'SPENDLINE_PARTITIONS' },
      { name: 'SPENDLINE_NONSENSE_WORD', meant: undefined },
    ]);
  });

  it('is what docs/configuration.md says (else: npx spendline config --markdown > docs/configuration.md)', () => {
    expect(readFileSync(join(projectRoot(), 'docs', 'configuration.md'), 'utf8')).toBe(settingsMarkdown());
  });

  it('documents every setting once, and each is read by some program', () => {
    const markdown = settingsMarkdown();
    const read = new Set(
      Object.values(PROGRAMS).flatMap((section) => Object.values<AnySetting>(section).map(({ name }) => name)),
    );
    for (const { name } of Object.values<AnySetting>(SETTINGS)) {
      expect(markdown.split(`| \`${name}\` |`)).toHaveLength(2);
      expect(read).toContain(name);
    }
    expect(markdown).toContain('`9464` (monitor), `9465` (ledger), `9466` (simulator), `9467` (delivery)');
  });
});

describe('access', () => {
  const database = 'postgres://spendline:secret@127.0.0.1:5433/spendline';
  const access = (env: Environment) => loadApiConfig({ DATABASE_URL: database, ...env }).access;
  const localFaults = (env: Environment) =>
    faultsOf(() => loadApiConfig({ DATABASE_URL: database, SPENDLINE_LOCAL_ISSUER: 'true', ...env }));

  it('reads without a token on loopback only, unless told otherwise', () => {
    expect(access({}).openReading).toBe(true);
    expect(access({ SPENDLINE_HOST: '0.0.0.0' }).openReading).toBe(false);
    expect(access({ SPENDLINE_HOST: '0.0.0.0', SPENDLINE_OPEN_READING: 'true' }).openReading).toBe(true);
    expect(access({ SPENDLINE_OPEN_READING: 'false' }).openReading).toBe(false);
  });

  it('has no issuer until one is named, and then no made-up people', () => {
    expect(access({})).toMatchObject({ issuer: undefined, localIssuer: undefined });
    const named = access({
      SPENDLINE_OIDC_ISSUER: 'https://login.example.com',
      SPENDLINE_OIDC_ROLE_MAP: 'a=b=approver, ops=operator, ops=viewer',
    });
    expect(named.issuer).toEqual({
      url: 'https://login.example.com',
      audience: 'spendline',
      rolesClaim: 'roles',
      roleMap: { 'a=b': ['approver'], ops: ['operator', 'viewer'] },
      client: undefined,
    });
  });

  it.each(['http://login.example.com', 'login', 'https://a.example/?x=1', 'http://localhost.example'])(
    'refuses the issuer %s',
    (url) => {
      expect(faultsOf(() => access({ SPENDLINE_OIDC_ISSUER: url }))).toEqual(['SPENDLINE_OIDC_ISSUER']);
    },
  );

  it.each(['approver', 'x=chef', '=viewer'])('refuses the role map %s', (map) => {
    expect(faultsOf(() => access({ SPENDLINE_OIDC_ROLE_MAP: map }))).toEqual(['SPENDLINE_OIDC_ROLE_MAP']);
  });

  it('lets made-up people in only where everything is on this machine', () => {
    expect(localFaults({})).toEqual([]);
    expect(localFaults({ KAFKA_BROKERS: '127.0.0.1:9092,localhost:9093' })).toEqual([]);
    for (const env of [
      { SPENDLINE_HOST: '0.0.0.0' },
      { SPENDLINE_HOST: '192.168.1.5' },
      { DATABASE_URL: 'postgres://u:p@db.example.com/spendline' },
      { KAFKA_BROKERS: '127.0.0.1:9092,kafka-2:9092' },
      { SPENDLINE_OIDC_ISSUER: 'https://login.example.com' },
    ]) {
      expect(localFaults(env)).toEqual(['SPENDLINE_LOCAL_ISSUER']);
    }
  });

  it('has made-up people under `npm start` while everything is embedded', () => {
    expect(loadUpConfig({}).withLocalIssuer).toBe(true);
    for (const env of [
      { SPENDLINE_LOCAL_ISSUER: 'false' },
      { SPENDLINE_HOST: '0.0.0.0' },
      { DATABASE_URL: database },
      { KAFKA_BROKERS: '127.0.0.1:9092' },
      { SPENDLINE_OIDC_ISSUER: 'https://login.example.com' },
    ]) {
      expect(loadUpConfig(env).withLocalIssuer).toBe(false);
    }
  });
});
