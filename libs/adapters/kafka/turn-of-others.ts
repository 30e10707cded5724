/** Resolves when everything else that is due has had its turn: heartbeats, answers of brokers, requests to this process. */
export function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
