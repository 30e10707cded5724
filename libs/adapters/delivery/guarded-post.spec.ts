import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { guardedPost } from './guarded-post.js';

let server: Server;
let port: number;
let asked: string[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
beforeEach(() => {
  asked = [];
  answer = (_request, response) => void response.writeHead(202).end(' taken\n with thanks ');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const post = (host: string, more: { allowNetworks?: string[]; timeoutMs?: number } = {}) =>
  guardedPost({
    url: `http://${host}:${port}/hook?token=hush`,
    body: '{}',
    timeoutMs: 5_000,
    allowNetworks: ['127.0.0.1/32', '::1/128'],
    ...more,
  });

it('posts to an allowed address, by number or by name, and gives the answer in short', async () => {
  const taken = { kind: 'status', status: 202, detail: 'taken with thanks' };
  expect(await post('127.0.0.1')).toEqual(taken);
  expect(await post('localhost')).toEqual(taken);
});

it.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]'])(
  'sends nothing to %s unless it is allowed',
  async (host) => {
    expect(await post(host, { allowNetworks: [] })).toEqual({
      kind: 'none',
      detail: expect.stringContaining('private or special network') as string,
    });
    expect(asked).toEqual([]);
  },
);

it('does not follow a redirect', async () => {
  answer = (_request, response) => void response.writeHead(307, { location: '/elsewhere' }).end();
  expect(await post('127.0.0.1')).toMatchObject({ status: 307 });
  expect(asked).toEqual(['/hook?token=hush']);
});

it('reads no more of a long answer than it needs', async () => {
  answer = (_request, response) => {
    response.writeHead(500);
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };
  expect(await post('127.0.0.1')).toMatchObject({ status: 500, detail: 'x'.repeat(200) });
});

it('waits no longer than it is told, for the beginning of an answer or for its end', async () => {
  const late = { kind: 'none', detail: 'no answer within 150 ms' };
  answer = () => undefined;
  expect(await post('127.0.0.1', { timeoutMs: 150 })).toEqual(late);
  answer = (_request, response) => void response.writeHead(200).write('and');
  expect(await post('127.0.0.1', { timeoutMs: 150 })).toEqual(late);
});

it('says why nothing was reached, without the URL', async () => {
  const { detail } = (await guardedPost({
    url: 'http://127.0.0.1:1/hook?token=hush',
    body: '{}',
    timeoutMs: 5_000,
    allowNetworks: ['127.0.0.1/32'],
  })) as { detail: string };
  expect(detail).toContain('ECONNREFUSED');
  expect(detail).not.toContain('hush');
});

it('passes on when the receiver wants to be asked again', async () => {
  answer = (_request, response) => void response.writeHead(429, { 'retry-after': '7' }).end();
  expect(await post('127.0.0.1')).toMatchObject({ status: 429, retryAfterMs: 7_000 });
});
