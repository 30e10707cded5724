import type { BillingLine, CostEvent } from '#libs/contract';
import { formatMicros, numberOf, rfc3339, type Contact, type CostLine, type StateEntered } from '#libs/domain';

/** Longest id that the contract's schemas allow. */
const MAX_ID_LENGTH = 128;

/**
 * Deterministic id of a cost event: `<source>:<sourceId>:<revision>`, its middle replaced by a fingerprint where that
 * would be longer than an id may be.
 */
export function costEventId(
  source: CostEvent['source'],
  sourceId: string,
  revision: number,
  fingerprint: (text: string) => string,
): string {
  const id = `${source}:${sourceId}:${String(revision)}`;
  return id.length <= MAX_ID_LENGTH ? id : `${source}:#${fingerprint(sourceId)}:${String(revision)}`;
}

type Money = Pick<CostEvent, 'amount' | 'currency' | 'breakdown' | 'lines'>;

function moneyOf(lines: readonly CostLine[], currency: string): Money {
  const byDimension = new Map<CostLine['dimension'], bigint>();
  let totalMicros = 0n;
  for (const line of lines) {
    totalMicros += line.amountMicros;
    byDimension.set(line.dimension, (byDimension.get(line.dimension) ?? 0n) + line.amountMicros);
  }
  const breakdown: CostEvent['breakdown'] = {};
  for (const [dimension, amountMicros] of byDimension) breakdown[dimension] = formatMicros(amountMicros);
  return {
    amount: formatMicros(totalMicros),
    currency,
    breakdown,
    lines: lines.map(({ amountMicros, ...line }) => ({ ...line, amount: formatMicros(amountMicros) })),
  };
}

/** The published form of a costed contact. */
export function contactCostEvent(
  contact: Contact,
  lines: readonly CostLine[],
  currency: string,
  revision: number,
  fingerprint: (text: string) => string,
): CostEvent {
  const { agentId, vendorId, botId, team, queue, region, topic, stage, customerTier, complexity } = contact;
  return {
    costEventId: costEventId('interaction', contact.interactionId, revision, fingerprint),
    source: 'interaction',
    sourceId: contact.interactionId,
    revision,
    occurredAt: rfc3339(contact.endedAtMs),
    ...(agentId !== undefined && { agentId }),
    ...(vendorId !== undefined && { vendorId }),
    ...(botId !== undefined && { botId }),
    channel: contact.channel,
    ...(team !== undefined && { team }),
    ...(queue !== undefined && { queue }),
    ...(region !== undefined && { region }),
    ...(topic !== undefined && { topic }),
    ...(stage !== undefined && { stage }),
    ...(customerTier !== undefined && { customerTier }),
    ...(complexity !== undefined && { complexity }),
    outcome: contact.outcome,
    ...(contact.handledBy !== 'bot' && { handleSeconds: numberOf(contact.handleSeconds) }),
    ...moneyOf(lines, currency),
  };
}

/** A day's part of an interval of paid time. */
export interface PaidInterval {
  readonly startMs: number;
  readonly lines: readonly CostLine[];
  readonly revision: number;
  readonly currency: string;
}

/**
 * The published form of paid time. Its sourceId is `<agentId>/<state>/<start>`, so that the same interval keeps its id
 * when its end moves; a long agentId is replaced by a fingerprint.
 */
export function agentStateCostEvent(
  { agentId, state, team, region }: StateEntered,
  { startMs, lines, revision, currency }: PaidInterval,
  fingerprint: (text: string) => string,
): CostEvent {
  const occurredAt = rfc3339(startMs);
  const plainId = `${agentId}/${state}/${occurredAt}`;
  const sourceId = plainId.length <= MAX_ID_LENGTH ? plainId : `#${fingerprint(agentId)}/${state}/${occurredAt}`;
  return {
    costEventId: costEventId('agent-state', sourceId, revision, fingerprint),
    source: 'agent-state',
    sourceId,
    revision,
    occurredAt,
    agentId,
    ...(team !== undefined && { team }),
    ...(region !== undefined && { region }),
    ...moneyOf(lines, currency),
  };
}

/** The published form of a bill: one event for the whole line; windows get it as it accrues. */
export function billingCostEvent(
  line: BillingLine,
  costLine: CostLine,
  occurredAtMs: number,
  currency: string,
  fingerprint: (text: string) => string,
): CostEvent {
  const direct = line.allocate?.id === undefined ? {} : directScope(line.allocate.to, line.allocate.id);
  return {
    costEventId: costEventId('billing', line.lineId, 0, fingerprint),
    source: 'billing',
    sourceId: line.lineId,
    revision: 0,
    occurredAt: rfc3339(occurredAtMs),
    ...(line.vendorId !== undefined && { vendorId: line.vendorId }),
    ...direct,
    ...moneyOf([costLine], currency),
  };
}

/** The next revision of a bill that a correction took back: nothing is left of it. The correction has an event of its own. */
export function takenBackCostEvent(
  lineId: string,
  occurredAtMs: number,
  currency: string,
  fingerprint: (text: string) => string,
): CostEvent {
  return {
    costEventId: costEventId('billing', lineId, 1, fingerprint),
    source: 'billing',
    sourceId: lineId,
    revision: 1,
    occurredAt: rfc3339(occurredAtMs),
    ...moneyOf([], currency),
  };
}

function directScope(to: NonNullable<BillingLine['allocate']>['to'], id: string): Partial<CostEvent> {
  switch (to) {
    case 'agent':
      return { agentId: id };
    case 'channel':
      return { channel: id };
    case 'team':
      return { team: id };
    case 'region':
      return { region: id };
    case 'vendor':
      return { vendorId: id };
  }
}
