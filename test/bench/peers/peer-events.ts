import { microsOf } from '../expected-costs.js';

/** An event of the peers' workloads, as far as it matters here. */
export interface PeerEvent {
  readonly id: string;
  readonly agentId: string;
  readonly channel: string;
  readonly queue: string;
  readonly region: string;
  readonly customerTier: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly handleSeconds: number;
  readonly cost: {
    readonly labour: string;
    readonly system: string;
    readonly other: string;
    readonly currency: string;
  };
  readonly resolved: boolean;
}

/** Which of the workloads: windows over amounts that are given (w1), or that are computed, with an event each (w3). */
export type Workload = 'w1' | 'w3';

/** Hundredths of a decimal text with at most two digits behind the point. */
function hundredths(text: string): number {
  const point = text.indexOf('.');
  if (point < 0) return Number(text) * 100;
  return Number(text.slice(0, point)) * 100 + Number(text.slice(point + 1).padEnd(2, '0'));
}

/**
 * The same contact as our interaction. The product costs handle time and does not add up amounts that are given, other
 * than as charges of their own; so in w1 the amount becomes seconds, a hundredth each at the rate of 36 an hour.
 */
export function interactionOf(event: PeerEvent, workload: Workload): string {
  const { id, agentId, channel, queue, region, customerTier, startedAt, endedAt, handleSeconds, cost } = event;
  const talkSeconds =
    workload === 'w3' ? handleSeconds : hundredths(cost.labour) + hundredths(cost.system) + hundredths(cost.other);
  const text = (value: string): string => JSON.stringify(value);
  const named = `{"interactionId":${text(id)},"channel":${text(channel)},"handledBy":"agent","agentId":${text(agentId)}`;
  const times = `"startedAt":${String(startedAt)},"endedAt":${String(endedAt)},"talkSeconds":${String(talkSeconds)}`;
  const outcome = event.resolved ? 'resolved' : 'unresolved';
  // Queue, region and tier are asked for in the events of w3 alone.
  const more =
    workload === 'w3' ? `,"queue":${text(queue)},"region":${text(region)},"customerTier":${text(customerTier)}` : '';
  return `${named}${more},${times},"outcome":"${outcome}"}`;
}

/** What of our cost event goes into theirs. */
export interface CostEventPart {
  readonly sourceId: string;
  readonly occurredAt: string;
  readonly agentId: string;
  readonly channel: string;
  readonly region: string;
  readonly queue: string;
  readonly customerTier: string;
  readonly handleSeconds: number;
  readonly amount: string;
  readonly currency: string;
}

/** Our cost event in the form of w3, the two amounts that are only passed on taken from the event. */
export function costedEventOf(event: CostEventPart, { system, other }: PeerEvent['cost']): string {
  const { sourceId, occurredAt, agentId, channel, region, queue, customerTier, handleSeconds, amount, currency } =
    event;
  const sixDigits = sixDigitsOf(amount);
  const breakdown = { labour: sixDigits, system, outsourcing: '0.00', other };
  return JSON.stringify({
    costEventId: `${sourceId}:0`,
    source: 'interaction',
    sourceId,
    occurredAt,
    agentId,
    channel,
    region,
    queue,
    customerTier,
    handleSeconds,
    amount: sixDigits,
    currency,
    breakdown,
  });
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
