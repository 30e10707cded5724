/** Which of the workloads: windows over amounts that are given (w1), or that are computed, with an event each (w3). */
export type Workload = 'w1' | 'w3';

/** Windows advance by this, and so are the panes that they are made of. */
export const MINUTE_MS = 60_000;

/** Minutes of a window. */
export const WINDOW_MINUTES = 60;

/** A window is complete when an event this much later than its end has come. */
export const LATENESS_MS = 10_000;

/** An id that was seen within this time, counted back from the newest event, is a copy; w3 alone. */
export const DEDUP_MS = 15 * MINUTE_MS;

/** Price of an agent's hour in w3: 100, and the number behind `agent-` modulo 50. */
export function hourlyRate(agentId: string): number {
  return 100 + (Number(agentId.slice('agent-'.length)) % 50);
}

/** Price in millionths of so many seconds, half to even: a tie cannot be, as the divisor of what is left is 9. */
export function priceMicros(seconds: number, rate: number): number {
  return Math.round((seconds * rate * 2_500) / 9);
}
