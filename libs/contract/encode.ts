import { SPEC_VERSION } from './envelope.js';
import { EVENT_TYPES } from './topics.js';
import type { CostEvent, CostWindow, Signal } from './types.generated.js';
import { windowKey } from './window-key.js';

/** A record ready to send: CloudEvents 1.0 binary mode, value JSON text in UTF-8. */
export interface EncodedRecord {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/** The stage that publishes, last part of `ce_source`. */
export type PublishingStage = 'cost' | 'merge';

/**
 * A costed fact. `ce_id` is its costEventId. The key is that of the fact: `key` where the caller knows it, else
 * lineId of a billing line, else agentId, vendorId or botId. `late`: it came beyond the grace (header `late: true`).
 */
export function encodeCostEvent(
  event: CostEvent,
  { key, late = false }: { readonly key?: string; readonly late?: boolean } = {},
): EncodedRecord {
  return { key: key ?? factKey(event), value: JSON.stringify(event), headers: costEventHeaders(event, late) };
}

/** The headers of a cost event, for a caller that has its JSON text already. */
export function costEventHeaders(
  event: Pick<CostEvent, 'costEventId' | 'occurredAt' | 'sourceId'>,
  late: boolean,
): Record<string, string> {
  const headers = headersOf('cost', EVENT_TYPES.costEvents, event.costEventId, event.occurredAt, event.sourceId);
  if (late) headers['late'] = 'true';
  return headers;
}

/** A window. `ce_id` is `scope:id:window:end:revision`, `ce_time` its end, `ce_subject` its key. */
export function encodeCostWindow(window: CostWindow, stage: PublishingStage): EncodedRecord {
  const key = windowKey(window.scope, window.id, window.window);
  return { key, value: JSON.stringify(window), headers: costWindowHeaders(key, window, stage) };
}

/** The headers of a window, for a caller that has its key and its JSON text already. */
export function costWindowHeaders(
  key: string,
  { end, revision }: Pick<CostWindow, 'end' | 'revision'>,
  stage: PublishingStage,
): Record<string, string> {
  return headersOf(stage, EVENT_TYPES.costWindows, `${key}:${end}:${String(revision)}`, end, key);
}

/** A signal. `ce_id` is `episodeId:sequence`, `ce_time` when it was observed, key and `ce_subject` its signalKey. */
export function encodeSignal(signal: Signal, stage: PublishingStage = 'merge'): EncodedRecord {
  const id = `${signal.episodeId}:${String(signal.sequence)}`;
  const headers = headersOf(stage, EVENT_TYPES.signals, id, signal.observedAt, signal.signalKey);
  return { key: signal.signalKey, value: JSON.stringify(signal), headers };
}

function factKey(event: CostEvent): string {
  if (event.source === 'billing') return event.sourceId;
  return event.agentId ?? event.vendorId ?? event.botId ?? event.sourceId;
}

function headersOf(
  stage: PublishingStage,
  type: string,
  id: string,
  time: string,
  subject: string,
): Record<string, string> {
  return {
    ce_specversion: SPEC_VERSION,
    ce_id: id,
    ce_source: `/spendline/${stage}`,
    ce_type: type,
    ce_time: time,
    ce_subject: subject,
    'content-type': 'application/json',
  };
}
