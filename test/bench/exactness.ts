import { TopicReader } from '#libs/adapters/kafka';
import type { KafkaSettings } from '#libs/application';
import { ExpectedCosts, microsOf } from './expected-costs.js';
import { ID_PREFIX, type BenchShape } from './interactions.js';
import { progressBar } from './progress.js';

/** What the outputs of a run came to, read as a consumer with read_committed reads them. */
export interface Exactness {
  readonly costEvents: number;
  readonly windows: number;
  /** Everything that is not as a batch computation over the same events has it; empty: exact. */
  readonly faults: readonly string[];
}

interface WindowPayload {
  readonly scope: string;
  readonly id: string;
  readonly window: string;
  readonly start: string;
  readonly end: string;
  readonly amount: string;
  readonly interactions: number;
}

/** Steps of the rolling windows, milliseconds, by their names: the contract's. */
const STEPS = new Map([
  ['5m', 10_000],
  ['1h', 60_000],
  ['24h', 900_000],
]);
const SIZES = new Map([
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['24h', 86_400_000],
]);

/**
 * Reads cost events and windows and holds them against a batch computation: each event once, the exact sum; each window
 * that came holds what it should; and of the scopes above agents no window is missing, up to the last one that came.
 */
export async function checkOutputs(settings: KafkaSettings, shape: BenchShape): Promise<Exactness> {
  const costs = new CostEventCheck(shape.events);
  const windows = new WindowCheck(new ExpectedCosts(shape));
  const progress = progressBar('reading what came out', shape.events);
  let failure: Error | undefined;
  const reader = new TopicReader({
    settings,
    topics: ['costEvents', 'costWindows'],
    onBatch: ({ topic, records }) => {
      for (const { value } of records) if (value) (topic === 'costEvents' ? costs : windows).take(value);
      progress.update(costs.count);
    },
    onFatal: (error) => (failure = error),
    role: 'exactness',
  });
  await reader.start();
  await reader.caughtUp;
  await reader.stop();
  progress.stop();
  if (failure) throw failure;
  const faults = [...costs.faults(windows.expected.totalMicros), ...windows.faults()];
  return { costEvents: costs.count, windows: windows.count, faults };
}

/** One line of what was found. */
export function exactnessText({ costEvents, windows, faults }: Exactness): string {
  if (faults.length > 0) return `NOT EXACT: ${faults.length.toLocaleString('en')} faults`;
  return `exact: ${costEvents.toLocaleString('en')} cost events, each once, sum equal; ${windows.toLocaleString('en')} windows, all equal`;
}

/** Every cost event once, with the exact sum. */
export class CostEventCheck {
  count = 0;
  private sumMicros = 0n;
  private twice = 0;
  private unknown = 0;
  private readonly seen: Uint8Array;

  /** `events`: how many interactions there were; their numbers are 0 to that. */
  constructor(private readonly events: number) {
    this.seen = new Uint8Array(events);
  }

  take(value: Buffer): void {
    const { sourceId, amount } = JSON.parse(value.toString('utf8')) as { sourceId: string; amount: string };
    const index = Number.parseInt(sourceId.slice(ID_PREFIX.length), 16);
    this.count += 1;
    this.sumMicros += microsOf(amount);
    if (!sourceId.startsWith(ID_PREFIX) || !(index < this.events)) this.unknown += 1;
    else if (this.seen[index] === 1) this.twice += 1;
    else this.seen[index] = 1;
  }

  faults(expectedMicros: bigint): string[] {
    const missing = this.seen.reduce((total, each) => total + 1 - each, 0);
    return [
      ...(missing > 0 ? [`${String(missing)} interactions without a cost event`] : []),
      ...(this.twice > 0 ? [`${String(this.twice)} cost events twice`] : []),
      ...(this.unknown > 0 ? [`${String(this.unknown)} cost events of nothing`] : []),
      ...(this.sumMicros === expectedMicros
        ? []
        : [`cost events sum up to ${String(this.sumMicros)} micros, not ${String(expectedMicros)}`]),
    ];
  }
}

/** Every window against the batch computation. */
export class WindowCheck {
  count = 0;
  private readonly wrong: string[] = [];
  /** Ends that came, by `scope:id window`, of the scopes above agents. */
  private readonly ends = new Map<string, Set<number>>();
  private lastEndMs = 0;

  constructor(readonly expected: ExpectedCosts) {}

  take(value: Buffer): void {
    const { scope, id, window, start, end, amount, interactions } = JSON.parse(value.toString('utf8')) as WindowPayload;
    this.count += 1;
    const name = `${scope}:${id}`;
    const endMs = Date.parse(end);
    const should = this.expected.sum(name, Date.parse(start), endMs);
    if (should.interactions !== interactions || should.amountMicros !== microsOf(amount))
      this.wrong.push(
        `${name} ${window} up to ${end}: ${String(interactions)} and ${amount}, not ${String(should.interactions)} and ${String(should.amountMicros)} micros`,
      );
    if (scope === 'agent') return;
    const key = `${name} ${window}`;
    let ends = this.ends.get(key);
    if (!ends) this.ends.set(key, (ends = new Set()));
    ends.add(endMs);
    if (window === '5m' && scope === 'all') this.lastEndMs = Math.max(this.lastEndMs, endMs);
  }

  faults(): string[] {
    const faults = [...this.wrong];
    for (const name of this.expected.names)
      if (!name.startsWith('agent:')) for (const window of STEPS.keys()) faults.push(...this.missing(name, window));
    const lastContactMs = this.expected.shape.baseMs + this.expected.shape.spanMs;
    // The watermark is 10 s behind the partition that ends first; a minute is more than any of them is before the others.
    if (this.lastEndMs < lastContactMs - 60_000)
      faults.push(`windows end at ${new Date(this.lastEndMs).toISOString()}, long before the events do`);
    return faults;
  }

  /** A window is due where its content differs from the one a step before. */
  private missing(name: string, window: string): string[] {
    const stepMs = STEPS.get(window) ?? 1;
    const sizeMs = SIZES.get(window) ?? 1;
    const { baseMs } = this.expected.shape;
    const came = this.ends.get(`${name} ${window}`) ?? new Set<number>();
    const missing: string[] = [];
    let before = this.expected.sum(name, baseMs - sizeMs, baseMs);
    for (let endMs = Math.ceil(baseMs / stepMs) * stepMs; endMs <= this.lastEndMs; endMs += stepMs) {
      const now = this.expected.sum(name, endMs - sizeMs, endMs);
      const differs = now.interactions !== before.interactions || now.amountMicros !== before.amountMicros;
      if (differs && !came.has(endMs))
        missing.push(`${name} ${window} up to ${new Date(endMs).toISOString()} is missing`);
      before = now;
    }
    return missing;
  }
}
