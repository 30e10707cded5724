import { MAX_INPUT_BYTES, type Interaction, type RejectReason } from '#libs/contract';
import { rfc3339 } from '#libs/domain';
import type { ContactEvent } from './event.js';
import { recordOf, type SimulatedRecord } from './record.js';

const HOUR_MS = 3_600_000;

/** A way in which a contact's record can be broken. */
export interface Defect {
  readonly name: string;
  readonly weight: number;
  /** Why the record must be refused. */
  readonly reason: RejectReason;
  readonly spoil: (event: ContactEvent) => SimulatedRecord;
}

/** The ways, each seen with real sources. The id is a new one, so that the good record is not touched. */
export const DEFECTS: readonly Defect[] = [
  defect('no-value', 3, 'empty', (record) => ({ ...record, value: null })),
  defect('cut-off', 4, 'not-json', (record) => ({ ...record, value: text(record).slice(0, 60) })),
  defect('not-a-number', 2, 'not-json', (record) => {
    return { ...record, value: text(record).replace('"outcome":', '"talkSeconds":NaN,"outcome":') };
  }),
  defect('latin-1', 2, 'not-json', (record) => {
    const good = text(record);
    const at = good.indexOf('"topic":"') + '"topic":"'.length;
    // An umlaut in ISO 8859-1 is no UTF-8.
    return { ...record, value: Uint8Array.from(good, (_, place) => (place === at ? 0xfc : good.charCodeAt(place))) };
  }),
  defect('oversized', 1, 'too-large', (record) => {
    return { ...record, value: text(record).replace('{', `{"note":"${'x'.repeat(MAX_INPUT_BYTES)}",`) };
  }),
  defect('old-envelope', 2, 'envelope', (record) => {
    return { ...record, headers: { ...record.headers, ce_specversion: '0.3' } };
  }),
  changed('no-end', 3, 'schema', { endedAt: undefined }),
  changed('no-handler', 3, 'schema', { handledBy: 'agent', agentId: undefined }),
  changed('unknown-handler', 2, 'schema', { handledBy: 'robot' }),
  changed('words-for-a-number', 3, 'schema', { talkSeconds: 'a while' }),
  changed('negative', 3, 'schema', { talkSeconds: -30 }),
  changed('channel-name', 2, 'schema', { channel: 'Voice Line 1' }),
  changed('too-fine', 2, 'schema', { charges: [{ dimension: 'system', amount: '1.23456789', currency: 'CNY' }] }),
  changed('unknown-currency', 2, 'unknown-currency', {
    charges: [{ dimension: 'system', amount: '1.50', currency: 'XQZ' }],
  }),
  changed('no-such-day', 3, 'bad-time', { endedAt: '2026-02-30T10:00:00Z' }),
  defectOf('ends-before-start', 4, 'ends-before-start', ({ startedAt }, atMs) => {
    return { startedAt: rfc3339(atMs + HOUR_MS), answeredAt: startedAt };
  }),
  defectOf('from-the-future', 3, 'future', (_, atMs) => ({ endedAt: rfc3339(atMs + 6 * HOUR_MS) })),
];

function defect(
  name: string,
  weight: number,
  reason: RejectReason,
  spoil: (record: SimulatedRecord) => SimulatedRecord,
): Defect {
  return { name, weight, reason, spoil: (event) => spoil(recordOf(renamed(event))) };
}

function changed(name: string, weight: number, reason: RejectReason, fields: object): Defect {
  return defectOf(name, weight, reason, () => fields);
}

function defectOf(
  name: string,
  weight: number,
  reason: RejectReason,
  fieldsOf: (data: Interaction, atMs: number) => object,
): Defect {
  return {
    name,
    weight,
    reason,
    spoil: (event) => {
      const other = renamed(event);
      return recordOf({ ...other, data: { ...other.data, ...fieldsOf(event.data, event.atMs) } });
    },
  };
}

function renamed(event: ContactEvent): ContactEvent {
  const id = `${event.id}-broken`;
  return { ...event, id, data: { ...event.data, interactionId: id } };
}

function text({ value }: SimulatedRecord): string {
  return typeof value === 'string' ? value : '';
}
