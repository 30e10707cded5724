import type { InputTopicKey } from '#libs/contract';
import type { RecordHeaders } from '../stages/index.js';

/** A record of an input topic, as it is still kept. */
export interface PastRecord {
  readonly topic: InputTopicKey;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

/** The records of one partition, oldest first; each pull gives some of them. */
export type PastPartition = AsyncIterator<readonly PastRecord[], unknown>;

/** Where past input is read from. */
export interface PastSource {
  /** One for each partition that has any, up to where it ends now. To be pulled one at a time. */
  open(): Promise<{ readonly partitions: PastPartition[]; readonly close: () => Promise<void> }>;
}

/** The field that has the event time, of the facts that move time; bills and revenue accrue whenever they come. */
const TIME_FIELD: Readonly<Partial<Record<InputTopicKey, string>>> = {
  interactions: 'endedAt',
  agentStates: 'at',
  feedback: 'at',
};

/** Event time in epoch ms; undefined where the record has none or cannot be read: then it belongs where it stands. */
export function eventTimeOf({ topic, value }: PastRecord): number | undefined {
  const field = TIME_FIELD[topic];
  if (field === undefined || value === null) return undefined;
  try {
    const payload = JSON.parse(value.toString('utf8')) as Record<string, unknown>;
    // In structured CloudEvents the payload is in `data`.
    const data = (payload[field] === undefined ? payload['data'] : payload) as Record<string, unknown> | undefined;
    const time = data?.[field];
    const timeMs = typeof time === 'number' ? time : Date.parse(String(time));
    return Number.isFinite(timeMs) ? timeMs : undefined;
  } catch {
    return undefined;
  }
}
