import { matchesSchema, type Signal } from '#libs/contract';

/** The signal in a record's value; undefined if it holds none, such as a deletion. */
export function readSignal(value: Uint8Array | null): Signal | undefined {
  if (value === null) return undefined;
  try {
    const payload: unknown = JSON.parse(new TextDecoder().decode(value));
    return matchesSchema('signal.v1', payload) ? (payload as Signal) : undefined;
  } catch {
    return undefined;
  }
}
