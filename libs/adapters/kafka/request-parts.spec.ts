import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { followWith, writingParts } from './request-parts.js';

describe('writingParts', () => {
  it('writes what follows a buffer behind it, and in order with what is written before and after', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, 'connection');
    const create = writingParts(({ host, onConnect }) => connect({ host, port }, onConnect));
    const socket = create({ host: '127.0.0.1', port, ssl: undefined as never, onConnect: () => undefined });
    const head = Buffer.from('head ');
    const large = Buffer.alloc(3_000_000, 'x');
    followWith(head, [large, Buffer.from(' end ')]);
    socket.write(Buffer.from('before '));
    socket.write(head, 'binary');
    socket.write(Buffer.from('after'));
    socket.end();
    const [peer] = (await accepted) as [AsyncIterable<Buffer>];
    const chunks: Buffer[] = [];
    for await (const chunk of peer) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(Buffer.from(`before head ${large.toString()} end after`))).toBe(true);
    server.close();
  });
});
