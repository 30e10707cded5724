/** How many requests one sender may make. */
export interface RateLimit {
  /** Refilled evenly over a minute. */
  readonly perMinute: number;
  readonly now: () => number;
}

const MINUTE_MS = 60_000;
/** Senders that are remembered; who is forgotten starts anew with all of it. */
const SENDERS_MAX = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets by sender: a minute's requests may come at once, then as many as flow in. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();

  constructor(private readonly limit: RateLimit) {}

  /** Takes one request of `sender`: 0 when it may pass, else milliseconds until one may. */
  take(sender: string): number {
    const { perMinute, now } = this.limit;
    const atMs = now();
    const bucket = this.#buckets.get(sender) ?? { tokens: perMinute, atMs };
    const refilled = bucket.tokens + ((atMs - bucket.atMs) * perMinute) / MINUTE_MS;
    bucket.tokens = Math.min(perMinute, refilled);
    bucket.atMs = atMs;
    this.#remember(sender, bucket);
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * MINUTE_MS) / perMinute);
    bucket.tokens -= 1;
    return 0;
  }

  /** The latest senders stand last, so the first is who has been quiet the longest. */
  #remember(sender: string, bucket: Bucket): void {
    this.#buckets.delete(sender);
    this.#buckets.set(sender, bucket);
    const [quietest] = this.#buckets.keys();
    if (this.#buckets.size > SENDERS_MAX && quietest !== undefined) this.#buckets.delete(quietest);
  }
}
