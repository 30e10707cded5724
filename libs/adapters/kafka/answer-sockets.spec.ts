import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach } from '@jest/globals';
import fc from 'fast-check';
import { AnswerReader, answerSockets, giveBack } from './answer-sockets.js';

function answerOf(length: number, fill: number): Buffer {
  const answer = Buffer.alloc(4 + length, fill);
  answer.writeInt32BE(length);
  return answer;
}

const lengths = fc.array(fc.oneof(fc.nat(40), fc.constantFrom(0, 16_383, 16_384, 65_532, 65_533, 200_000)), {
  minLength: 1,
  maxLength: 6,
});

describe('AnswerReader', () => {
  it('gives each answer as it was sent, however it is read', () => {
    fc.assert(
      fc.property(lengths, fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1 }), (all, reads) => {
        const sent = all.map((length, index) => answerOf(length, index + 1));
        const stream = Buffer.concat(sent);
        const seen: Buffer[] = [];
        const reader = new AnswerReader((answer) => seen.push(answer));
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const room = reader.room();
          const count = stream.copy(room, 0, at, at + Math.min(room.length, reads[turn % reads.length] as number));
          reader.read(count, room);
          at += count;
        }
        expect(seen.map(({ length }) => length)).toEqual(sent.map(({ length }) => length));
        expect(Buffer.concat(seen).equals(stream)).toBe(true);
      }),
    );
  });

  it('reads the rest of a long answer into its place', () => {
    const reader = new AnswerReader(() => undefined);
    const first = reader.room();
    const answer = answerOf(100_000, 7);
    reader.read(answer.copy(first, 0, 0, 10), first);
    expect(reader.room()).toHaveLength(100_004 - 10);
  });

  it('uses the memory of a long answer again that was given back, once, and no other', () => {
    const seen: Buffer[] = [];
    const reader = new AnswerReader((answer) => seen.push(answer));
    const read = (length: number): Buffer => {
      const sent = answerOf(length, 1);
      for (let at = 0; at < sent.length;) {
        const room = reader.room();
        const count = sent.copy(room, 0, at);
        reader.read(count, room);
        at += count;
      }
      return seen.pop() as Buffer;
    };
    const first = read(300_000);
    giveBack(first.subarray(8));
    giveBack(first);
    const [second, third] = [read(290_000), read(300_000)];
    expect(second.buffer).toBe(first.buffer);
    expect(third.buffer).not.toBe(first.buffer);
    const short = read(100);
    giveBack(short);
    expect(read(300_000).buffer).not.toBe(short.buffer);
  });

  it('refuses what cannot be an answer', () => {
    const reader = new AnswerReader(() => undefined);
    const room = reader.room();
    room.write('HTTP', 0, 'latin1');
    expect(() => reader.read(4, room)).toThrow('an answer of 1213486160 bytes');
  });
});

describe('answerSockets', () => {
  const open: { close: () => void }[] = [];
  afterEach(() => {
    for (const each of open.splice(0)) each.close();
  });

  async function connected(serve: (socket: Socket) => void): Promise<Socket> {
    const server = createServer(serve).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = answerSockets()({ host: '127.0.0.1', port, ssl: undefined as never, onConnect: () => undefined });
    open.push({ close: () => (socket.destroy(), server.close()) });
    return socket;
  }

  it('tell of answers, and of the end', async () => {
    const sent = [answerOf(3, 1), answerOf(1_000_000, 2), answerOf(0, 0)];
    const socket = await connected((peer) => peer.end(Buffer.concat(sent)));
    const seen: Buffer[] = [];
    socket.on('data', (answer: Buffer) => seen.push(answer));
    await once(socket, 'end');
    expect(seen.map(({ length }) => length)).toEqual([7, 1_000_004, 4]);
    expect(Buffer.concat(seen).equals(Buffer.concat(sent))).toBe(true);
  });

  it('fail where something else answers', async () => {
    const socket = await connected((peer) => peer.write('HTTP/1.1 400'));
    socket.on('data', () => undefined);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('an answer of 1213486160 bytes');
  });
});
