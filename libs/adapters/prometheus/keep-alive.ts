import type { Server } from 'node:http';

/** Longer than clients, scrapers and load balancers commonly keep an idle connection (up to 60 s). */
const KEEP_ALIVE_MS = 75_000;

/**
 * Leaves it to who asks to close an idle connection. Node's own 5 s are shorter than most clients' patience: a server that
 * closes first meets requests already on their way, which then fail for no fault of theirs.
 */
export function keepConnections(server: Server): void {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
}
