import 'reflect-metadata';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CATALOGUE } from './catalogue.fixture.js';
import type { Health } from './health.js';
import { MetricsModule } from './metrics.module.js';
import { MetricsRegistry } from './metrics-registry.js';
import { startMetricsServer } from './metrics-server.js';

const registry = new MetricsRegistry(CATALOGUE, { processMetrics: false });
let health: Health;

beforeEach(() => {
  health = { live: true, ready: true, details: { partitions: 8 } };
});

/** The same endpoints, however they are served. */
function behavesAsMetricsEndpoints(base: () => string): void {
  it('serves the metrics as Prometheus expects them', async () => {
    const response = await fetch(`${base()}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toContain('test_late_total 0');
  });

  it('says live and ready with details', async () => {
    for (const question of ['live', 'ready']) {
      const response = await fetch(`${base()}/health/${question}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch('application/json');
      expect(await response.json()).toEqual({ status: 'ok', details: { partitions: 8 } });
    }
  });

  it('answers 503 with the reason when not ready, and stays live', async () => {
    health = { live: true, ready: false, details: { lag: 12_000 } };
    const ready = await fetch(`${base()}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ status: 'failing', details: { lag: 12_000 } });
    expect((await fetch(`${base()}/health/live`)).status).toBe(200);
  });
}

describe('startMetricsServer', () => {
  let server: Awaited<ReturnType<typeof startMetricsServer>>;
  const base = () => server.url.replace('/metrics', '');

  beforeAll(async () => {
    server = await startMetricsServer({ port: 0, registry, health: () => health });
  });
  afterAll(() => server.close());

  behavesAsMetricsEndpoints(base);

  it('leaves it to the client to close an idle connection', async () => {
    const { headers } = await fetch(`${base()}/health/live`);
    expect(headers.get('keep-alive')).toBe('timeout=75');
  });

  it('listens on loopback unless told otherwise', () => {
    expect(server.url).toBe(`http://127.0.0.1:${String(server.port)}/metrics`);
  });

  it('answers HEAD, refuses other methods and other paths', async () => {
    const head = await fetch(`${base()}/metrics?x=1`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await fetch(`${base()}/metrics`, { method: 'POST', body: 'x' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await fetch(`${base()}/`)).status).toBe(404);
  });

  it('answers 500 when a gauge cannot be computed', async () => {
    const broken = { contentType: 'text/plain', expose: () => Promise.reject(new Error('no live values')) };
    const other = await startMetricsServer({ port: 0, registry: broken, health: () => health });
    const response = await fetch(other.url);
    expect([response.status, await response.text()]).toEqual([500, 'metrics could not be collected: no live values\n']);
    await other.close();
  });

  it('says what to do about a taken port and a foreign address', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    await expect(startMetricsServer({ port, registry, health: () => health })).rejects.toThrow(
      `127.0.0.1:${String(port)}: the port is taken. Set SPENDLINE_METRICS_PORT`,
    );
    await new Promise((resolve) => holder.close(resolve));
    await expect(startMetricsServer({ port: 0, host: '192.0.2.1', registry, health: () => health })).rejects.toThrow(
      "not one of this machine's",
    );
  });
});

describe('MetricsModule', () => {
  let app: INestApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [MetricsModule.forRoot({ registry, health: () => health })],
    }).compile();
    module.useLogger(false);
    app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  behavesAsMetricsEndpoints(() => {
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    return `http://127.0.0.1:${String(port)}`;
  });
});
