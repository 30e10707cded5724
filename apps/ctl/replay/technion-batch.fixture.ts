/**
 * The cost of the technion file at 180 CNY an agent-hour, computed straight from its text and with nothing of the
 * product: what the pipeline must come to, to the micro.
 */
export interface TechnionBatch {
  /** Cost by agent, in micros of CNY. */
  readonly agentMicros: ReadonlyMap<string, bigint>;
  /** Cost by channel, in micros of CNY. */
  readonly channelMicros: ReadonlyMap<string, bigint>;
  /** Contacts by agent. */
  readonly contacts: ReadonlyMap<string, number>;
  /** Rows that are no contact of an agent. */
  readonly leftOut: number;
}

/** 180 CNY an hour are 0.05 CNY a second. */
const MICROS_PER_SECOND = 50_000n;

const COLUMN = { outcome: 12, serviceSeconds: 15, server: 16, count: 17 } as const;

/** Path from the project's root. */
export const TECHNION_FILE = '../shared/data/technion/calls_august_d01-15.csv';

/** Computes it; throws when the text is not laid out as the file is. */
export function technionBatch(text: string): TechnionBatch {
  const agentMicros = new Map<string, bigint>();
  const contacts = new Map<string, number>();
  let total = 0n;
  let leftOut = 0;
  for (const line of text.trimEnd().split('\n').slice(1)) {
    const cells = line.split(',');
    if (cells.length !== COLUMN.count) throw new Error(`not ${String(COLUMN.count)} cells: ${line}`);
    const outcome = cells[COLUMN.outcome];
    const server = cells[COLUMN.server] ?? '';
    const served = outcome === 'AGENT' || (outcome === 'HANG' && server !== 'NO_SERVER');
    if (!served) {
      leftOut += 1;
      continue;
    }
    const agent = server === 'NO_SERVER' ? 'unidentified' : server;
    const micros = BigInt(cells[COLUMN.serviceSeconds] ?? '') * MICROS_PER_SECOND;
    agentMicros.set(agent, (agentMicros.get(agent) ?? 0n) + micros);
    contacts.set(agent, (contacts.get(agent) ?? 0) + 1);
    total += micros;
  }
  return { agentMicros, channelMicros: new Map([['voice', total]]), contacts, leftOut };
}
