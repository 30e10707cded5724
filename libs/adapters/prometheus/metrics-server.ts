import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exposition } from './exposition.js';
import { answerHealth, type HealthCheck, type HealthQuestion } from './health.js';
import { keepConnections } from './keep-alive.js';

/** Where a metrics server listens and what it shows. */
export interface MetricsServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Loopback if absent: these endpoints have no login. Give 0.0.0.0 or an address where Prometheus is elsewhere. */
  readonly host?: string;
  readonly registry: Exposition;
  readonly health: HealthCheck;
}

/** A running metrics server. */
export interface MetricsServer {
  readonly port: number;
  /** e.g. http://127.0.0.1:9464/metrics */
  readonly url: string;
  /** Stops listening and ends idle connections; resolves when all are closed. */
  close(): Promise<void>;
}

const HEALTH_PATHS: ReadonlyMap<string, HealthQuestion> = new Map([
  ['/health/live', 'live'],
  ['/health/ready', 'ready'],
]);

/**
 * Serves `/metrics`, `/health/live` and `/health/ready` in a process that has no HTTP application of its own.
 * Rejects with a message that says what to do when the port is taken or the address is not this machine's.
 */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { registry, health, host = '127.0.0.1' } = options;
  const server = createServer((request, response) => {
    respond(request, response, registry, health).catch((error: unknown) => {
      send(response, 500, 'text/plain', `metrics could not be collected: ${messageOf(error)}\n`);
    });
  });
  keepConnections(server);
  await listen(server, options.port, host);
  const { port } = server.address() as AddressInfo;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    port,
    url: `http://${shownHost}:${String(port)}/metrics`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          if (error) reject(error);
          else resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  registry: Exposition,
  health: HealthCheck,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    send(response, 405, 'text/plain', 'only GET and HEAD are served here\n');
    return;
  }
  const path = request.url?.split('?', 1)[0] ?? '/';
  const question = HEALTH_PATHS.get(path);
  if (question) {
    const { statusCode, body } = answerHealth(health, question);
    send(response, statusCode, 'application/json', `${JSON.stringify(body)}\n`);
  } else if (path === '/metrics') {
    const text = await registry.expose();
    send(response, 200, registry.contentType, text);
  } else {
    send(response, 404, 'text/plain', 'here are /metrics, /health/live and /health/ready\n');
  }
}

function send(response: ServerResponse, statusCode: number, contentType: string, body: string): void {
  response.writeHead(statusCode, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  // Node leaves the body out of an answer to HEAD.
  response.end(body);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port, host)));
    server.listen(port, host, resolve);
  });
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const where = `${host}:${String(port)}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(
        `metrics cannot be served on ${where}: the port is taken. Set SPENDLINE_METRICS_PORT to a free one.`,
      );
    case 'EACCES':
      return new Error(`metrics cannot be served on ${where}: not permitted. Set SPENDLINE_METRICS_PORT above 1023.`);
    case 'EADDRNOTAVAIL':
      return new Error(`metrics cannot be served on ${where}: that address is not one of this machine's.`);
    default:
      return error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
