import type { RecordMetadata } from 'kafkajs';
import { AcknowledgementError } from './errors.js';
import { partitionName, type Wave } from './message-waves.js';

/** Partitions of a send that were not acknowledged exactly once. */
export interface Unacknowledged {
  readonly missing: readonly string[];
  readonly repeated: readonly string[];
}

/**
 * When a leader moves in mid-send, kafkajs resolves with the answers of part of the partitions: its retry leaves out
 * the records that moved to a broker which had answered already, and writes those twice that moved away from one.
 */
export function unacknowledged(wave: Wave, acknowledged: readonly RecordMetadata[]): Unacknowledged {
  const seen = new Map<string, number>();
  for (const { topicName, partition } of acknowledged) {
    const name = partitionName(topicName, partition);
    seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  return {
    missing: [...wave.partitions].filter((name) => !seen.has(name)),
    repeated: [...seen].filter(([, times]) => times > 1).map(([name]) => name),
  };
}

/** Throws an {@link AcknowledgementError} unless every partition was acknowledged exactly once. */
export function checkAcknowledged(wave: Wave, acknowledged: readonly RecordMetadata[]): void {
  const { missing, repeated } = unacknowledged(wave, acknowledged);
  if (missing.length === 0 && repeated.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`no acknowledgement from ${missing.join(', ')}`] : []),
    ...(repeated.length > 0 ? [`more than one from ${repeated.join(', ')}`] : []),
  ];
  throw new AcknowledgementError(`A send was not acknowledged as a whole: ${parts.join('; ')}`);
}
