import {
  AFTER_CONTACT_SECONDS,
  endedAtOf,
  factsOf,
  RING_SECONDS,
  type BenchFacts,
  type BenchShape,
} from './interactions.js';

/** Content of a window, or of everything: how many contacts, and what they cost. */
export interface ExpectedSum {
  readonly interactions: number;
  readonly amountMicros: bigint;
}

/** Prices of the bench's reference data: 120 an hour of handling, 0.06 a minute on the telephone. */
const HOURLY_MICROS = 120_000_000n;
const PER_MINUTE_MICROS = 60_000n;

/** `amount / by`, half to even, as the contract rounds a line; both positive. */
function divideHalfEven(amount: bigint, by: bigint): bigint {
  const whole = amount / by;
  const twice = 2n * (amount % by);
  return twice > by || (twice === by && whole % 2n === 1n) ? whole + 1n : whole;
}

/** What an interaction of the bench costs, counted anew from the contract's text; shares no code with the product. */
export function expectedMicros({ channel, talkSeconds, holdSeconds }: BenchFacts): bigint {
  const handleSeconds = BigInt(talkSeconds + holdSeconds + AFTER_CONTACT_SECONDS);
  const labour = divideHalfEven(handleSeconds * HOURLY_MICROS, 3600n);
  if (channel !== 'voice') return labour;
  return labour + divideHalfEven(BigInt(talkSeconds + RING_SECONDS) * PER_MINUTE_MICROS, 60n);
}

/** Micros of a decimal text with at most six digits behind the point. */
export function microsOf(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
}

/** The contacts of one scope in the order of their ends, with running sums. */
interface ScopeSums {
  readonly indexes: Uint32Array;
  readonly runningMicros: BigInt64Array;
}

/** A batch computation over the generated events: what any window of any scope has to hold. */
export class ExpectedCosts {
  readonly totalMicros: bigint;
  private readonly scopes = new Map<string, ScopeSums>();

  constructor(readonly shape: BenchShape) {
    const { events, agents } = shape;
    const lists = new Map<string, number[]>();
    const push = (name: string, index: number): void => {
      const list = lists.get(name);
      if (list) list.push(index);
      else lists.set(name, [index]);
    };
    const micros = new BigInt64Array(events);
    for (let index = 0; index < events; index += 1) {
      const facts = factsOf(index, agents);
      micros[index] = expectedMicros(facts);
      push('all:all', index);
      push(`agent:${facts.agentId}`, index);
      push(`channel:${facts.channel}`, index);
      push(`team:${facts.team}`, index);
    }
    for (const [name, list] of lists) {
      const runningMicros = new BigInt64Array(list.length + 1);
      for (const [at, index] of list.entries()) runningMicros[at + 1] = runningMicros[at]! + micros[index]!;
      this.scopes.set(name, { indexes: Uint32Array.from(list), runningMicros });
    }
    this.totalMicros = this.scopes.get('all:all')?.runningMicros.at(-1) ?? 0n;
  }

  /** Names of the scopes that something was booked in, as `scope:id`. */
  get names(): Iterable<string> {
    return this.scopes.keys();
  }

  /** Contacts that end in [startMs, endMs). */
  sum(name: string, startMs: number, endMs: number): ExpectedSum {
    const sums = this.scopes.get(name);
    if (!sums) return { interactions: 0, amountMicros: 0n };
    const from = this.firstFrom(sums.indexes, startMs);
    const to = this.firstFrom(sums.indexes, endMs);
    return { interactions: to - from, amountMicros: sums.runningMicros[to]! - sums.runningMicros[from]! };
  }

  /** Place of the first contact that ends at `tMs` or later. */
  private firstFrom(indexes: Uint32Array, tMs: number): number {
    let low = 0;
    let high = indexes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (endedAtOf(indexes[middle]!, this.shape) < tMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
