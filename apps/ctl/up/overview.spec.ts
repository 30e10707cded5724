import { loadUpConfig } from '#libs/config';
import { overviewLines } from './overview.js';

const NOTHING_ELSE = { prometheus: 'not installed', alertmanager: 'not installed', generatedToken: true, notes: [] };

it('says where everything is, on the ports in use', () => {
  const config = loadUpConfig({
    SPENDLINE_API_PORT: '8080',
    SPENDLINE_KAFKA_PORT: '19092',
    SPENDLINE_METRICS_PORT: '7000',
  });
  const text = overviewLines({ config, withSimulator: true, ...NOTHING_ELSE }).join('\n');
  expect(text).toContain('http://127.0.0.1:8080 ');
  expect(text).toContain('kcat -C -b 127.0.0.1:19092 -t cost.windows');
  expect(text).toContain('http://127.0.0.1:7000/metrics');
  expect(text).toContain('ledger 7001, simulator 7002, API 8080');
});

it('says whose servers are used and why nothing is simulated, and shows no password', () => {
  const config = loadUpConfig({ KAFKA_BROKERS: 'kafka:9092', DATABASE_URL: 'postgres://u:hush@db/spendline' });
  const text = overviewLines({
    config,
    withSimulator: false,
    ...NOTHING_ELSE,
    notes: ['No rates are known yet.'],
  }).join('\n');
  expect(text).toMatch(/Kafka +kafka:9092 +yours/);
  expect(text).toMatch(/Simulator +not started +.*--simulate/);
  expect(text).toContain('No rates are known yet.');
  expect(text).not.toContain('hush');
});
