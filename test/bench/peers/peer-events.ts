import { microsOf } from '../expected-costs.js';

/** An event of the peers' workloads, as far as it matters here; texts as they stand in JSON, without the quotes. */
export interface PeerEvent {
  readonly id: string;
  readonly agentId: string;
  readonly channel: string;
  readonly queue: string;
  readonly region: string;
  readonly customerTier: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly handleSeconds: string;
  readonly labour: string;
  readonly system: string;
  readonly other: string;
  readonly currency: string;
  readonly resolved: boolean;
}

/** Which of the workloads: windows over amounts that are given (w1), or that are computed, with an event each (w3). */
export type Workload = 'w1' | 'w3';

/** What stands in front of each value, in the order in which the harness writes them. */
const MARKS = [
  '{"id":"',
  '","agentId":"',
  '","channel":"',
  '","queue":"',
  '","region":"',
  '","customerTier":"',
  '","startedAt":',
  ',"endedAt":',
  ',"handleSeconds":',
  ',"cost":{"labour":"',
  '","system":"',
  '","other":"',
  '","currency":"',
  '"},"resolved":',
  ',',
];

/**
 * Reads an event. The translation is not what is to be measured, so what has the form that the harness writes is cut out
 * of the text; anything else is parsed.
 */
export function readPeerEvent(value: Buffer): PeerEvent {
  const text = value.toString('latin1');
  const cuts: string[] = [];
  let from = 0;
  for (const mark of MARKS) {
    const at = text.indexOf(mark, from);
    if (at < 0 || (from === 0 && at > 0)) return parsedEvent(value);
    if (from > 0) cuts.push(text.slice(from, at));
    from = at + mark.length;
  }
  // A value that reaches over other fields, or has an escape or more than ASCII in it.
  if (cuts.some((cut) => !/^[\w.: -]*$/.test(cut))) return parsedEvent(value);
  return eventOf(cuts, cuts[13] === 'true');
}

function eventOf(texts: readonly string[], resolved: boolean): PeerEvent {
  const [id = '', agentId = '', channel = '', queue = '', region = '', customerTier = '', ...rest] = texts;
  const [startedAt = '', endedAt = '', handleSeconds = '', labour = '', system = '', other = '', currency = ''] = rest;
  const names = { id, agentId, channel, queue, region, customerTier };
  return { ...names, startedAt, endedAt, handleSeconds, labour, system, other, currency, resolved };
}

function parsedEvent(value: Buffer): PeerEvent {
  const event = JSON.parse(value.toString('utf8')) as Readonly<Record<string, unknown>>;
  const cost = event['cost'] as Readonly<Record<string, unknown>>;
  const text = (of: unknown): string => (typeof of === 'string' ? JSON.stringify(of).slice(1, -1) : JSON.stringify(of));
  const names = [
    'id',
    'agentId',
    'channel',
    'queue',
    'region',
    'customerTier',
    'startedAt',
    'endedAt',
    'handleSeconds',
  ];
  const parts = ['labour', 'system', 'other', 'currency'];
  const texts = [...names.map((name) => text(event[name])), ...parts.map((name) => text(cost[name]))];
  return eventOf(texts, event['resolved'] === true);
}

/** Hundredths of a decimal text with at most two digits behind the point. */
function hundredths(text: string): number {
  const point = text.indexOf('.');
  if (point < 0) return Number(text) * 100;
  return Number(text.slice(0, point)) * 100 + Number(text.slice(point + 1).padEnd(2, '0'));
}

/**
 * The same contact as our interaction. The product costs handle time and does not add up amounts that are given, other
 * than as charges of their own; so in w1 the amount becomes seconds, a hundredth each at the rate of 36 an hour. Queue,
 * region and tier are asked for in the events of w3 alone.
 */
export function interactionOf(event: PeerEvent, workload: Workload): string {
  const { id, agentId, channel, queue, region, customerTier, startedAt, endedAt } = event;
  const more = workload === 'w3' ? `,"queue":"${queue}","region":"${region}","customerTier":"${customerTier}"` : '';
  const talkSeconds =
    workload === 'w3'
      ? event.handleSeconds
      : String(hundredths(event.labour) + hundredths(event.system) + hundredths(event.other));
  const outcome = event.resolved ? 'resolved' : 'unresolved';
  return `{"interactionId":"${id}","channel":"${channel}","handledBy":"agent","agentId":"${agentId}"${more},"startedAt":${startedAt},"endedAt":${endedAt},"talkSeconds":${talkSeconds},"outcome":"${outcome}"}`;
}

/** What of our cost event goes into theirs. */
export interface CostEventPart {
  readonly sourceId: string;
  readonly occurredAt: string;
  readonly amount: string;
}

/** Cuts it out of the JSON text: it is we who wrote it, and what is wanted are texts without escapes or quotes. */
export function readCostEvent(value: Buffer | string): CostEventPart {
  const text = typeof value === 'string' ? value : value.toString('latin1');
  const cut = (mark: string): string => {
    const from = text.indexOf(mark) + mark.length;
    if (from < mark.length) throw new Error(`a cost event without ${mark}`);
    return text.slice(from, text.indexOf('"', from));
  };
  return { sourceId: cut('"sourceId":"'), occurredAt: cut('"occurredAt":"'), amount: cut('"amount":"') };
}

/** Our cost event in the form of w3; what is only passed on is taken from the event. */
export function costedEventOf({ sourceId, occurredAt, amount }: CostEventPart, event: PeerEvent): string {
  const { agentId, channel, region, queue, customerTier, handleSeconds, currency, system, other } = event;
  const sixDigits = sixDigitsOf(amount);
  return `{"costEventId":"${sourceId}:0","source":"interaction","sourceId":"${sourceId}","occurredAt":"${occurredAt}","agentId":"${agentId}","channel":"${channel}","region":"${region}","queue":"${queue}","customerTier":"${customerTier}","handleSeconds":${handleSeconds},"amount":"${sixDigits}","currency":"${currency}","breakdown":{"labour":"${sixDigits}","system":"${system}","outsourcing":"0.00","other":"${other}"}}`;
}

/** Ours leave out noughts at the end. */
function sixDigitsOf(amount: string): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  return `${whole}.${fraction.padEnd(6, '0')}`;
}

/** What of our window goes into theirs. */
export interface WindowPart {
  readonly scope: string;
  readonly id: string;
  readonly window: string;
  readonly end: string;
  readonly amount: string;
  readonly interactions: number;
}

/** A window of theirs. */
export interface PeerWindow {
  readonly dim: string;
  readonly key: string;
  readonly endMs: number;
  readonly count: number;
  readonly amount: string;
}

const STEP_MS = 60_000;

/**
 * Our windows come where their content changed; theirs, every minute in which something is in them. So the last one of
 * each key is carried forward up to the watermark, as the contract has readers do.
 */
export class WindowCarrier {
  private readonly last = new Map<string, PeerWindow>();

  /** The windows of one key come in the order of their ends. */
  *take({ scope, id, window, end, amount, interactions }: WindowPart): Generator<PeerWindow> {
    if (window !== '1h' || (scope !== 'agent' && scope !== 'channel')) return;
    const now = { dim: scope, key: id, endMs: Date.parse(end), count: interactions, amount };
    const name = `${scope}:${id}`;
    yield* this.carried(this.last.get(name), now.endMs - STEP_MS);
    if (interactions === 0) this.last.delete(name);
    else {
      this.last.set(name, now);
      yield now;
    }
  }

  /** Every end that the watermark has reached is due for every key. */
  *advance(watermarkMs: number | undefined): Generator<PeerWindow> {
    if (watermarkMs === undefined) return;
    const lastEndMs = Math.floor(watermarkMs / STEP_MS) * STEP_MS;
    for (const [name, window] of this.last) {
      if (window.endMs >= lastEndMs) continue;
      yield* this.carried(window, lastEndMs);
      this.last.set(name, { ...window, endMs: lastEndMs });
    }
  }

  private *carried(window: PeerWindow | undefined, upToMs: number): Generator<PeerWindow> {
    if (!window) return;
    for (let endMs = window.endMs + STEP_MS; endMs <= upToMs; endMs += STEP_MS) yield { ...window, endMs };
  }
}

/** As the harness reads it: micros in w3, hundredths (which are then whole) in w1. */
export function peerWindowText({ dim, key, endMs, count, amount }: PeerWindow, workload: Workload): string {
  const micros = microsOf(amount);
  const sum = workload === 'w3' ? `"micros":${String(micros)}` : `"minor":${String(micros / 10_000n)}`;
  return `{"dim":"${dim}","key":${JSON.stringify(key)},"end":${String(endMs)},"n":${String(count)},${sum}}`;
}
