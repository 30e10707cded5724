import type { InputTopicKey } from '#libs/contract';
import { rfc3339 } from '#libs/domain';
import type { SimulatedEvent } from './event.js';

const SPEC_VERSION = '1.0';
const SOURCE = '/spendline/simulator';
const TYPES: Readonly<Record<InputTopicKey, string>> = {
  interactions: 'callcenter.interaction.v1',
  agentStates: 'callcenter.agent-state.v1',
  feedback: 'callcenter.feedback.v1',
  billingLines: 'billing.line.v1',
  revenue: 'finance.revenue.v1',
};

/** A Kafka record to send. */
export interface SimulatedRecord {
  readonly topic: InputTopicKey;
  readonly key: string;
  /** Bytes or nothing only where it is broken on purpose. */
  readonly value: string | Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  /** When it is to be sent, epoch milliseconds: the event time, except for what comes late or again. */
  readonly sendMs: number;
}

/** The record of an event: CloudEvents 1.0 in binary mode, the value plain JSON. */
export function recordOf(event: SimulatedEvent): SimulatedRecord {
  const { topic, key, atMs } = event;
  return { topic, key, value: JSON.stringify(event.data), headers: headersOf(event), sendMs: atMs };
}

function headersOf({ topic, id, atMs }: SimulatedEvent): Record<string, string> {
  return {
    ce_specversion: SPEC_VERSION,
    ce_id: id,
    ce_source: SOURCE,
    ce_type: TYPES[topic],
    ce_time: rfc3339(atMs),
    'content-type': 'application/json',
  };
}
