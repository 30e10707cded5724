import { once } from 'node:events';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { isPortFree, portHolder } from './ports.js';

let server: Server;
let port: number;
beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(() => void server.close());

it('tells a taken port from a free one', async () => {
  expect(await isPortFree(port)).toBe(false);
  server.close();
  await once(server, 'close');
  expect(await isPortFree(port)).toBe(true);
});

(process.platform === 'linux' ? it : it.skip)('names who listens (where the system has /proc)', () => {
  expect(portHolder(port)).toMatch(new RegExp(`^\\S.* \\(process ${process.pid}\\)$`));
});

it('names nobody on a free port', async () => {
  server.close();
  await once(server, 'close');
  expect(portHolder(port)).toBeUndefined();
});
