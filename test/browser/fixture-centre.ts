import { Publisher, type PublishRecord } from '#libs/adapters/kafka';
import {
  readReferenceFile,
  referenceEntryToWire,
  referenceKey,
  type LiveRecord,
  type LiveWindow,
} from '#libs/application';
import { encodeCostWindow, encodeSignal, scopeKey, type CostWindow, type Signal } from '#libs/contract';
import { formatMicros, rfc3339 } from '#libs/domain';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** 24 November 2026, 14:20 in Shanghai. */
export const START_MS = Date.parse('2026-11-24T06:20:00.000Z');
const MONTH_START_MS = Date.parse('2026-10-31T16:00:00.000Z');
const MIDNIGHT_MS = Date.parse('2026-11-23T16:00:00.000Z');

const REFERENCE = `
organisation: { name: Lingyun Finance, zone: Asia/Shanghai, currency: CNY }
agents:
  - { first: agent-001, last: agent-015, team: north-1 }
  - { first: agent-016, last: agent-030, team: north-2 }
  - { first: agent-031, last: agent-045, team: south-1 }
  - { first: agent-046, last: agent-060, team: south-2 }
budgets:
  - { budgetId: budget-all, scope: all, period: month, amount: 2000000, status: approved }
`;

/** Month to date at the midnight before {@link START_MS}, in cents. */
const SPENT_BEFORE_TODAY = 138_412_655;
const HISTORY_MS = 6.5 * HOUR_MS;
const LENGTH_MS = { '5m': 5 * MINUTE_MS, '1h': HOUR_MS, '24h': 24 * HOUR_MS } as const;

/** How a channel spends: cents a minute at noon, a contact's cents, and how its contacts are handled. */
interface ChannelShape {
  readonly id: string;
  readonly centsAMinute: number;
  readonly contactCents: number;
  readonly handleSeconds: number;
  readonly automatedShare: number;
}

const CHANNELS: readonly ChannelShape[] = [
  { id: 'voice', centsAMinute: 5_200, contactCents: 1_780, handleSeconds: 486, automatedShare: 0 },
  { id: 'chat', centsAMinute: 1_700, contactCents: 640, handleSeconds: 402, automatedShare: 0.58 },
  { id: 'email', centsAMinute: 1_150, contactCents: 1_310, handleSeconds: 421, automatedShare: 0 },
  { id: 'social', centsAMinute: 520, contactCents: 1_120, handleSeconds: 344, automatedShare: 0.12 },
  { id: 'video', centsAMinute: 610, contactCents: 2_640, handleSeconds: 655, automatedShare: 0 },
];

/** Licences and paid time between contacts, which no channel bears. */
const OUTSIDE_CENTS_A_MINUTE = 1_380;

type Window = keyof typeof LENGTH_MS;

/**
 * What the stages would write about a call centre, as a pure function of time: a steady day with a lunch dip, voice
 * running over its usual cost for the last three quarters of an hour. Totals are sums of their parts, so the page can
 * be checked against the API to the cent.
 */
export class FixtureCentre {
  constructor(private readonly publisher: Publisher) {}

  /** An organisation with its agents and a budget for the month. */
  async publishReference(): Promise<void> {
    const file = readReferenceFile(REFERENCE);
    if (!file.ok) throw new Error(JSON.stringify(file.faults));
    const records = file.entries.map((entry) => ({ key: referenceKey(entry), value: referenceEntryToWire(entry) }));
    await this.publisher.send('reference', records);
  }

  /** Closed windows of the hours before {@link START_MS}, and the month as it was at midnight. */
  async publishHistory(): Promise<void> {
    const records: PublishRecord[] = [published(monthWindow(MIDNIGHT_MS))];
    for (let endMs = START_MS - HISTORY_MS; endMs <= START_MS; endMs += MINUTE_MS) {
      records.push(published(totalWindow('5m', endMs)));
      for (const channel of CHANNELS) records.push(published(channelWindow(channel, '5m', endMs)));
    }
    await this.publisher.send('costWindows', records);
  }

  /** Open windows of every scope at `asOf`, and the windows that closed just then. */
  async publishLive(asOf: number, watermark = asOf - 10 * SECOND_MS): Promise<void> {
    const records = liveRecords(asOf, watermark).map((record) => ({
      key: scopeKey(record.scope, record.id),
      value: JSON.stringify(record),
    }));
    await this.publisher.send('live', records);
    if (asOf % MINUTE_MS !== 0) return;
    const closed = [totalWindow('5m', asOf), ...CHANNELS.map((channel) => channelWindow(channel, '5m', asOf))];
    await this.publisher.send('costWindows', closed.map(published));
  }

  /** One message of a signal. */
  async publishSignal(signal: Signal): Promise<void> {
    const { key, value, headers } = encodeSignal(signal, 'merge');
    await this.publisher.send('signals', [{ key, value, headers }]);
  }
}

/** Signals of the afternoon: two that fire, one that was resolved. */
export const SIGNALS: readonly Signal[] = [
  {
    signalKey: 'burn-rate:channel:voice',
    episodeId: 'burn-rate:channel:voice:1',
    sequence: 4,
    status: 'firing',
    severity: 'critical',
    rule: { id: 'burn-rate', kind: 'burn-rate' },
    scope: 'channel',
    id: 'voice',
    window: '1h',
    startedAt: '2026-11-24T05:52:00.000Z',
    observedAt: '2026-11-24T06:19:00.000Z',
    observed: 16.2,
    threshold: 14.4,
    unit: 'ratio',
    currency: 'CNY',
    summary: 'Voice burns its variance budget 16.2 times faster than tolerated over 1h and 5m',
    contributors: [
      { scope: 'agent', id: 'agent-007', amount: '412.60', share: 0.21 },
      { scope: 'agent', id: 'agent-013', amount: '301.15', share: 0.15 },
      { scope: 'agent', id: 'agent-021', amount: '244.90', share: 0.12 },
    ],
    cause: 'usage',
  },
  {
    signalKey: 'unit-cost-interaction:channel:video',
    episodeId: 'unit-cost-interaction:channel:video:1',
    sequence: 1,
    status: 'firing',
    severity: 'warning',
    rule: { id: 'unit-cost-interaction', kind: 'unit-cost' },
    scope: 'channel',
    id: 'video',
    window: '1h',
    startedAt: '2026-11-24T04:37:00.000Z',
    observedAt: '2026-11-24T06:18:00.000Z',
    observed: 28.4,
    threshold: 28,
    unit: 'CNY',
    currency: 'CNY',
    summary: 'A video contact costs 28.40 CNY over the last hour, above its target of 28.00 CNY',
    cause: 'usage',
  },
  {
    signalKey: 'budget-threshold:all:all',
    episodeId: 'budget-threshold:all:all:1',
    sequence: 2,
    status: 'resolved',
    severity: 'info',
    rule: { id: 'budget-threshold', kind: 'budget-threshold' },
    scope: 'all',
    id: 'all',
    startedAt: '2026-11-16T02:00:00.000Z',
    observedAt: '2026-11-24T01:04:00.000Z',
    resolvedAt: '2026-11-24T01:04:00.000Z',
    observed: 0.74,
    threshold: 0.75,
    summary: '75% of the November budget was reached, and taken back by a corrected bill',
    cause: 'correction',
  },
];

function liveRecords(asOf: number, watermark: number): LiveRecord[] {
  const endMs = Math.ceil(asOf / (10 * SECOND_MS)) * 10 * SECOND_MS;
  const scopes: [CostWindow['scope'], string, (window: Window) => CostWindow][] = [
    ['all', 'all', (window) => totalWindow(window, endMs)],
    ...CHANNELS.map((channel): (typeof scopes)[number] => [
      'channel',
      channel.id,
      (window) => channelWindow(channel, window, endMs),
    ]),
    ...Array.from({ length: 60 }, (_, index): (typeof scopes)[number] => {
      const id = `agent-${String(index + 1).padStart(3, '0')}`;
      return ['agent', id, (window) => sharedWindow('agent', id, agentShare(index), window, endMs)];
    }),
    ...['north-1', 'north-2', 'south-1', 'south-2'].map((id, index): (typeof scopes)[number] => [
      'team',
      id,
      (window) => sharedWindow('team', id, [0.27, 0.24, 0.25, 0.16][index] ?? 0, window, endMs),
    ]),
    ...['vendor-brightcall', 'vendor-dialogix'].map((id, index): (typeof scopes)[number] => [
      'vendor',
      id,
      (window) => sharedWindow('vendor', id, [0.05, 0.03][index] ?? 0, window, endMs),
    ]),
  ];
  return scopes.map(([scope, id, windowOf]) => {
    const windows: Partial<Record<LiveWindow, CostWindow>> = {};
    for (const name of ['5m', '1h', '24h'] as const) windows[name] = windowOf(name);
    if (scope === 'all') windows.month = monthWindow(endMs);
    return { scope, id, asOf, watermark, currency: 'CNY', windows };
  });
}

/** A few agents cost much more than the rest. */
function agentShare(index: number): number {
  const rank = (index * 37 + 14) % 60;
  return 0.008 + 0.026 * Math.exp(-rank / 9);
}

/** The day as a factor on what is usual at noon. */
function dayFactor(atMs: number, phase: number): number {
  const hour = ((atMs / HOUR_MS + 8) % 24) + phase * 0.2;
  const workday = Math.max(0.08, Math.exp(-(((hour - 13.5) / 5) ** 4)));
  const lunch = 1 - 0.28 * Math.exp(-(((hour - 12.6) / 0.6) ** 2));
  const ripple = 1 + 0.09 * Math.sin(hour * 9 + phase * 2) + 0.05 * Math.sin(hour * 31 + phase * 5);
  return workday * lunch * ripple;
}

function channelCents(channel: ChannelShape, fromMs: number, toMs: number): number {
  const stepMs = (toMs - fromMs) / 48;
  let cents = 0;
  for (let step = 0; step < 48; step += 1) {
    const atMs = fromMs + (step + 0.5) * stepMs;
    const overspend = channel.id === 'voice' && atMs > START_MS - 45 * MINUTE_MS ? 1.55 : 1;
    cents += (channel.centsAMinute * dayFactor(atMs, channel.id.length) * overspend * stepMs) / MINUTE_MS;
  }
  return Math.round(cents);
}

function outsideCents(fromMs: number, toMs: number): number {
  return Math.round((OUTSIDE_CENTS_A_MINUTE * (toMs - fromMs)) / MINUTE_MS);
}

function totalCents(fromMs: number, toMs: number): number {
  return CHANNELS.reduce((sum, channel) => sum + channelCents(channel, fromMs, toMs), outsideCents(fromMs, toMs));
}

type Counts = Pick<CostWindow, 'interactions' | 'handledByAgents' | 'automated' | 'resolved' | 'handleSeconds'>;

function channelCounts(channel: ChannelShape, cents: number): Counts {
  const interactions = Math.round(cents / channel.contactCents);
  const automated = Math.round(interactions * channel.automatedShare);
  const handledByAgents = interactions - Math.round(automated * 1.2);
  return {
    interactions,
    automated,
    handledByAgents,
    resolved: Math.round(interactions * 0.76),
    handleSeconds: Math.round(handledByAgents * channel.handleSeconds),
  };
}

function windowOf(
  scope: CostWindow['scope'],
  id: string,
  window: string,
  [startMs, endMs]: readonly [number, number],
  cents: number,
  counts: Counts,
): CostWindow {
  const amount = formatMicros(BigInt(cents) * 10_000n);
  const head = { scope, id, window, start: rfc3339(startMs), end: rfc3339(endMs), revision: 0, currency: 'CNY' };
  return { ...head, amount, breakdown: breakdownOf(cents), ...counts };
}

/** Three quarters of it labour; the parts add up. */
function breakdownOf(cents: number): CostWindow['breakdown'] {
  const system = Math.round(cents * 0.17);
  const outsourcing = Math.round(cents * 0.06);
  const training = Math.round(cents * 0.02);
  const parts = { labour: cents - system - outsourcing - training, system, outsourcing, training };
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, formatMicros(BigInt(part) * 10_000n)]));
}

function channelWindow(channel: ChannelShape, window: Window, endMs: number): CostWindow {
  const span = [endMs - LENGTH_MS[window], endMs] as const;
  const cents = channelCents(channel, ...span);
  return windowOf('channel', channel.id, window, span, cents, channelCounts(channel, cents));
}

function totalWindow(window: Window, endMs: number): CostWindow {
  const span = [endMs - LENGTH_MS[window], endMs] as const;
  return windowOf('all', 'all', window, span, totalCents(...span), totalCounts(...span));
}

function totalCounts(fromMs: number, toMs: number): Counts {
  const counts = CHANNELS.map((channel) => channelCounts(channel, channelCents(channel, fromMs, toMs)));
  const sum = (name: keyof Counts): number => counts.reduce((total, each) => total + each[name], 0);
  return {
    interactions: sum('interactions'),
    handledByAgents: sum('handledByAgents'),
    automated: sum('automated'),
    resolved: sum('resolved'),
    handleSeconds: sum('handleSeconds'),
  };
}

function monthWindow(endMs: number): CostWindow {
  const cents = SPENT_BEFORE_TODAY + totalCents(MIDNIGHT_MS, endMs);
  return windowOf('all', 'all', 'month', [MONTH_START_MS, endMs], cents, totalCounts(MIDNIGHT_MS, endMs));
}

function sharedWindow(
  scope: 'agent' | 'team' | 'vendor',
  id: string,
  share: number,
  window: Window,
  endMs: number,
): CostWindow {
  const span = [endMs - LENGTH_MS[window], endMs] as const;
  const cents = Math.round(totalCents(...span) * share);
  const interactions = Math.max(1, Math.round(cents / 1_560));
  const counts = {
    interactions,
    handledByAgents: scope === 'vendor' ? 0 : interactions,
    automated: 0,
    resolved: Math.round(interactions * 0.8),
    handleSeconds: Math.round(interactions * (420 + share * 3_000)),
  };
  return windowOf(scope, id, window, span, cents, counts);
}

function published(window: CostWindow): PublishRecord {
  const { key, value, headers } = encodeCostWindow(window, 'merge');
  return { key, value, headers };
}
