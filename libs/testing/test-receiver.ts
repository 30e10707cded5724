import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';

/** A request that a receiver took. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A webhook receiver on loopback, which answers as told and can be away. */
export class TestReceiver {
  /** What it answered with 2xx. */
  readonly accepted: Received[] = [];
  /** Everything that arrived. */
  readonly requests: Received[] = [];
  /** What it answers; by default that all is well. */
  answer: (request: Received) => number = () => 204;
  #server: Server | undefined;

  constructor(readonly port: number) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const received = { headers: request.headers, body: Buffer.concat(chunks).toString() };
        const status = this.answer(received);
        this.requests.push(received);
        if (status < 300) this.accepted.push(received);
        response.writeHead(status, { location: 'http://127.0.0.1:1/elsewhere' }).end();
      });
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.port, '127.0.0.1', resolve));
    this.#server = server;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
  }

  /** The webhook ids that it accepted, in order. */
  ids(): string[] {
    return this.accepted.map(({ headers }) => String(headers['webhook-id']));
  }
}

/** Verifies a webhook as docs/delivery.md tells receivers to. */
export function isGenuine({ headers, body }: Received, secret: string, nowMs: number): boolean {
  const id = String(headers['webhook-id']);
  const timestamp = String(headers['webhook-timestamp']);
  const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest();
  const [version, given = ''] = String(headers['webhook-signature']).split(',');
  const signature = Buffer.from(given, 'base64');
  const isRecent = Math.abs(nowMs / 1000 - Number(timestamp)) <= 300;
  return version === 'v1' && signature.length === expected.length && timingSafeEqual(signature, expected) && isRecent;
}
