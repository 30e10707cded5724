import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

/** Whether a program could listen on this port now; false too when it may not (ports below 1024). */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Who listens on a port, as "java (process 4711)"; undefined where that cannot be found out (another account's process, another system). */
export function portHolder(port: number): string | undefined {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)));
  if (sockets.size === 0) return undefined;
  const pid = quietly(() => readdirSync('/proc'), []).find((name) => /^\d+$/.test(name) && holds(name, sockets));
  if (pid === undefined) return undefined;
  const name = quietly(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), 'a program');
  return `${name} (process ${pid})`;
}

/** Inodes of the sockets that listen on a port, out of one of the kernel's tables: columns local address, state, inode. */
function listeningInodes(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = quietly(() => readFileSync(table, 'utf8').split('\n'), []);
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(wanted) === true && columns[3] === '0A')
    .map((columns) => `socket:[${columns[9] ?? ''}]`);
}

function holds(pid: string, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  return quietly(() => readdirSync(folder), []).some((fd) =>
    sockets.has(quietly(() => readlinkSync(`${folder}/${fd}`), '')),
  );
}

/** Processes come and go, and other accounts' are closed to us: what cannot be read is as good as not there. */
function quietly<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
