import type { Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

/**
 * Requests in several parts. kafkajs writes one buffer to a socket; what is to be written behind it is noted here, and our
 * sockets write all of it in one go. So megabytes of records go to the system from where they were put together.
 */

const behind = new WeakMap<Buffer, readonly Buffer[]>();

/** Notes that these parts are to be written behind `head`, whenever that very buffer is written to a socket of ours. */
export function followWith(head: Buffer, parts: readonly Buffer[]): void {
  behind.set(head, parts);
}

/** All that is written with a buffer, for whoever looks at requests. */
export function partsOf(head: Buffer): readonly Buffer[] {
  return [head, ...(behind.get(head) ?? [])];
}

/** Sockets that write what follows a buffer. */
export function writingParts(create: ISocketFactory): ISocketFactory {
  return (address) => writesParts(create(address));
}

function writesParts(socket: Socket): Socket {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = (chunk: Buffer, ...rest: unknown[]): boolean => {
    const parts = behind.get(chunk);
    if (!parts) return write(chunk, ...rest);
    socket.cork();
    write(chunk, ...rest);
    for (const part of parts) write(part);
    socket.uncork();
    return !socket.writableNeedDrain;
  };
  return socket;
}
