import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, KafkaBroker, kafkaTool, readAll, whyNoBroker } from '#libs/testing/kafka';
import type { KafkaSettings } from '#libs/application';
import { createKafka, ensureTopics, Publisher, type KafkaLogger } from './index.js';

const USER = 'monitor';
const PASSWORD = 'correct horse battery staple';

const missing = whyNoBroker() ?? (spawnSync('openssl', ['version']).status === 0 ? undefined : 'no openssl');
if (missing) console.warn(`skipped: ${missing}`);

(missing ? describe.skip : describe)('a broker that wants TLS and a password', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spendline-tls-'));
  let broker: KafkaBroker;
  let secure: KafkaSettings;

  beforeAll(async () => {
    const ca = certificate();
    broker = await KafkaBroker.start((port) =>
      [
        `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${port + 1},SASL_SSL://127.0.0.1:${port + 2}`,
        `advertised.listeners=PLAINTEXT://127.0.0.1:${port},SASL_SSL://127.0.0.1:${port + 2}`,
        'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
        'sasl.enabled.mechanisms=SCRAM-SHA-512',
        'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;',
        'ssl.keystore.type=PEM',
        `ssl.keystore.location=${join(folder, 'broker.pem')}`,
      ].join('\n'),
    );
    const change = [
      '--alter',
      '--entity-type',
      'users',
      '--entity-name',
      USER,
      '--add-config',
      `SCRAM-SHA-512=[password=${PASSWORD}]`,
    ];
    await kafkaTool('kafka.admin.ConfigCommand', '--bootstrap-server', broker.address, ...change);
    secure = {
      ...broker.settings('tls.'),
      brokers: [`127.0.0.1:${broker.port + 2}`],
      ssl: { ca: [ca] },
      sasl: { mechanism: 'scram-sha-512', username: USER, password: PASSWORD },
    };
  });

  afterAll(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A certificate for 127.0.0.1 that signs itself; the broker's file holds its key as well. */
  function certificate(): string {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const name = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...name],
      { stdio: 'ignore' },
    );
    writeFileSync(join(folder, 'broker.pem'), readFileSync(key, 'utf8') + readFileSync(cert, 'utf8'));
    return readFileSync(cert, 'utf8');
  }

  function connecting(settings: KafkaSettings, logger?: KafkaLogger): Promise<void> {
    const admin = createKafka(settings, 'test', { retry: { retries: 0 }, ...(logger && { logger }) }).admin();
    return admin.connect().finally(() => admin.disconnect());
  }

  it('is reached with the right authority and password, for reading and writing', async () => {
    await ensureTopics(createKafka(secure, 'setup'), secure);
    const publisher = new Publisher({ settings: secure });
    await publisher.connect();
    await publisher.send('interactions', [{ key: 'k', value: 'v' }]);
    await publisher.disconnect();
    expect(await readAll(secure, 'interactions')).toHaveLength(1);
  });

  it('refuses a wrong password, which no log line repeats', async () => {
    const lines: string[] = [];
    const line = (fields: object, message: string): void => void lines.push(message + JSON.stringify(fields));
    const sasl = { mechanism: 'scram-sha-512', username: USER, password: 'guessed-secret' } as const;
    await expect(connecting({ ...secure, sasl }, { debug: line, info: line, warn: line, error: line })).rejects.toThrow(
      /auth|SASL/i,
    );
    expect(lines.join('\n')).not.toContain('guessed-secret');
  });

  it('is not trusted when no known authority vouches for it', async () => {
    await expect(connecting({ ...secure, ssl: true })).rejects.toThrow(/self.signed|certificate/i);
  });

  it('tells when a connection ends', async () => {
    let lost = 0;
    const admin = createKafka(secure, 'watched', { onConnectionLost: () => (lost += 1) }).admin();
    await admin.connect();
    await admin.listTopics();
    expect(lost).toBe(0);
    await admin.disconnect();
    await eventually('the end of the connection', () => lost > 0);
  });
});
