import fc from 'fast-check';
import type { CostEvent } from '#libs/contract';
import { divideHalfEven, parseMicros, splitLargestRemainder, type WindowingOptions } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { BASE, bill, contact, REFERENCE } from '../centre.fixture.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HORIZON = 2 * 60 * MINUTE;
const WINDOWING: WindowingOptions = {
  rolling: [
    { name: '2m', sizeMs: 2 * MINUTE, stepMs: 10 * SECOND },
    { name: '10m', sizeMs: 10 * MINUTE, stepMs: MINUTE },
  ],
  monthStepMs: MINUTE,
  graceMs: 5 * MINUTE,
  correctionMs: HORIZON,
};
const AGENTS = ['a-1', 'a-2', 'a-3', 'a-4'] as const;
const TEAMS: Record<string, string> = { 'a-1': 'north', 'a-2': 'north', 'a-3': 'south', 'a-4': 'south' };

interface Contact {
  readonly agent: string;
  readonly atMs: number;
  readonly seconds: number;
}
type Allocate = Readonly<{
  to: 'agent' | 'team';
  id?: string;
  by?: 'handle-seconds' | 'contacts' | 'even' | 'weights';
  weights?: Record<string, number>;
}>;
interface Line {
  readonly micros: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly allocate: Allocate | undefined;
}

const contacts = fc.array(
  fc.record({
    agent: fc.constantFrom(...AGENTS),
    gapMs: fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 40 * SECOND }) }, fc.nat({ max: 4 * MINUTE })),
    backMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 4 * MINUTE })),
    seconds: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 700 })),
    together: fc.boolean(),
    restart: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
  }),
  { minLength: 4, maxLength: 30 },
);
const allocates: fc.Arbitrary<Allocate | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom<Allocate>({ to: 'team', id: 'north' }, { to: 'agent', id: 'a-3' }, { to: 'team' }),
  fc.record({
    to: fc.constantFrom('agent' as const, 'team' as const),
    by: fc.constantFrom('handle-seconds' as const, 'contacts' as const, 'even' as const),
  }),
  fc.constant<Allocate>({ to: 'team', by: 'weights', weights: { north: 1, south: 1.7, east: 0.003 } }),
);
const lines: fc.Arbitrary<Line> = fc
  .record({
    micros: fc.integer({ min: -5_000_003, max: 90_000_007 }),
    startMs: fc.integer({ min: 0, max: 20 * MINUTE }).map((ms) => BASE + ms),
    lastsMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 * MINUTE })),
    allocate: allocates,
  })
  .map(({ lastsMs, ...line }) => ({ ...line, endMs: line.startMs + lastsMs }));

/** Accrued before `tMs`, as the contract says it. */
function accrued({ micros, startMs, endMs }: Line, tMs: number): bigint {
  if (tMs <= startMs) return 0n;
  if (tMs >= endMs) return BigInt(micros);
  return divideHalfEven(BigInt(micros) * BigInt(tMs - startMs), BigInt(endMs - startMs));
}

/** Contract section 6 of one minute, as plainly as it can be said. */
function sharesOf(line: Line, minuteMs: number, all: readonly Contact[]): Map<string, bigint> {
  const { to = 'team', by, weights = {} } = line.allocate ?? {};
  const amount = accrued(line, minuteMs + MINUTE) - accrued(line, minuteMs);
  const values = new Map<string, number>();
  for (const { agent, atMs, seconds } of all) {
    if (atMs < minuteMs || atMs >= minuteMs + MINUTE) continue;
    const id = to === 'agent' ? agent : TEAMS[agent]!;
    const value = by === 'even' ? 1 : (values.get(id) ?? 0) + (by === 'contacts' ? 1 : seconds);
    if (value > 0) values.set(id, value);
  }
  if (by === 'weights') for (const [id, weight] of Object.entries(weights)) values.set(id, weight * 1000);
  const ids = [...values.keys()].sort();
  if (by === undefined || ids.length === 0) return new Map([['unallocated', amount]]);
  const shares = splitLargestRemainder(
    amount,
    ids.map((id) => BigInt(Math.round(values.get(id)!))),
  );
  return new Map(ids.map((id, index) => [id, shares[index]!]));
}

/** What a line gives to a scope's id in all, and in the windows that end at each minute. */
function costOf(line: Line, scope: string, id: string, fromMs: number, toMs: number, all: readonly Contact[]): bigint {
  const { allocate } = line;
  const own = accrued(line, toMs) - accrued(line, fromMs);
  if (scope === 'all') return own;
  if (allocate?.to !== scope) return 0n;
  if (allocate.id !== undefined) return allocate.id === id ? own : 0n;
  if (allocate.by === undefined) return id === 'unallocated' ? own : 0n;
  let sum = 0n;
  for (let minuteMs = fromMs; minuteMs < toMs; minuteMs += MINUTE) sum += sharesOf(line, minuteMs, all).get(id) ?? 0n;
  return sum;
}

const IDS: readonly [scope: string, id: string][] = [
  ['all', 'all'],
  ...[...AGENTS, 'unallocated'].map((id): [string, string] => ['agent', id]),
  ...['north', 'south', 'east', 'unallocated'].map((id): [string, string] => ['team', id]),
];

const decimal = (micros: number): string => {
  const digits = String(Math.abs(micros)).padStart(7, '0');
  return `${micros < 0 ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
};

function lineRecord(lineId: string, { micros, startMs, endMs, allocate }: Line, correctionOf?: string): DriverRecord {
  const period = endMs > startMs ? { periodStart: startMs, periodEnd: endMs } : {};
  const more = { ...(allocate && { allocate }), ...(correctionOf !== undefined && { correctionOf }) };
  return bill(lineId, { amount: decimal(micros), billedAt: startMs, ...period, ...more });
}

class Run {
  readonly driver = new PipelineDriver({
    reference: {
      ...REFERENCE,
      rateCards: [],
      agents: AGENTS.map((agentId) => ({ agentId, team: TEAMS[agentId]! })),
    },
    stage: { dedupHorizonMs: HORIZON, windowing: WINDOWING },
  });
  readonly contacts: Contact[] = [];
  nowMs = BASE;
  private pending: DriverRecord[] = [];

  constructor() {
    for (const agent of AGENTS) this.contact({ agent, atMs: BASE, seconds: 60 });
  }

  contact(each: Contact): void {
    this.contacts.push(each);
    const { agent: agentId, atMs, seconds: talkSeconds } = each;
    const times = { startedAt: atMs - 700 * SECOND, endedAt: atMs, talkSeconds };
    this.pending.push(contact(`i-${String(this.contacts.length)}`, 0, { agentId, ...times }));
  }

  flush(): void {
    if (this.pending.length > 0) this.driver.send(...this.pending);
    this.pending = [];
  }

  /** Plays contacts; before the one at `at[i]` the i-th record is sent. */
  play(steps: Step[], records: readonly { readonly at: number; readonly record: DriverRecord }[]): void {
    steps.forEach(({ agent, gapMs, backMs, seconds, together, restart }, index) => {
      const due = records.filter(({ at }) => at === index);
      if (!together || restart || due.length > 0) this.flush();
      if (restart) this.driver.restart();
      for (const { record } of due) this.driver.send(record);
      this.nowMs += gapMs;
      this.contact({ agent, atMs: Math.max(BASE, this.nowMs - backMs), seconds });
    });
    this.flush();
    for (const { record } of records.filter(({ at }) => at >= steps.length)) this.driver.send(record);
    // A clock for both partitions beyond every period, with a contact for nobody's minute.
    this.nowMs = Math.max(this.nowMs, BASE + 41 * MINUTE);
    for (const agent of AGENTS) this.contact({ agent, atMs: this.nowMs, seconds: 0 });
    this.flush();
    this.driver.finish();
    expect(this.driver.unaccounted).toBe(0);
  }

  amountAt(scope: string, id: string, window: string, endMs: number): bigint {
    const end = new Date(endMs).toISOString();
    return parseMicros(this.driver.windowAt(scope, id, window, end)?.amount ?? '0');
  }
}

type Step = typeof contacts extends fc.Arbitrary<(infer S)[]> ? S : never;

/** Sum of the newest revisions of all bills. */
function billed(events: readonly CostEvent[]): bigint {
  const newest = new Map<string, CostEvent>();
  for (const event of events.filter(({ source }) => source === 'billing'))
    if (event.revision >= (newest.get(event.sourceId)?.revision ?? 0)) newest.set(event.sourceId, event);
  return [...newest.values()].reduce((sum, { amount }) => sum + parseMicros(amount), 0n);
}

describe('bills', () => {
  it('that come first are in every window of every id as a batch shares them, whatever is late and whenever it restarts', () => {
    fc.assert(
      fc.property(contacts, lines, (steps, line) => {
        const run = new Run();
        run.flush();
        run.play(steps, [{ at: 0, record: lineRecord('l', line) }]);
        const lastMs = Math.ceil(run.nowMs / MINUTE) * MINUTE;
        for (const [scope, id] of IDS) {
          for (let endMs = BASE; endMs <= lastMs; endMs += MINUTE) {
            for (const [window, sizeMs] of [
              ['2m', 2 * MINUTE],
              ['10m', 10 * MINUTE],
              ['month', endMs - BASE],
            ] as const) {
              if (window === 'month' && endMs < lastMs) continue;
              const expected = costOf(line, scope, id, endMs - sizeMs, endMs, run.contacts);
              const amount = run.amountAt(scope, id, window, endMs);
              if (amount !== expected) expect([scope, id, window, (endMs - BASE) / MINUTE, amount]).toEqual(expected);
            }
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it('and their corrections, in any order, leave the month as if the last of them had been the only one', () => {
    const chains = fc.array(fc.record({ line: lines, at: fc.nat({ max: 32 }) }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(contacts, chains, (steps, chain) => {
        const run = new Run();
        const records = chain.map(({ line, at }, index) => ({
          at,
          record: lineRecord(`l-${String(index)}`, line, index > 0 ? `l-${String(index - 1)}` : undefined),
        }));
        run.play(steps, records);
        const { line } = chain.at(-1)!;
        const lastMs = Math.ceil(run.nowMs / MINUTE) * MINUTE + MINUTE;
        for (const [scope, id] of IDS) {
          const expected = costOf(line, scope, id, BASE, lastMs, run.contacts);
          const amount = run.amountAt(scope, id, 'month', lastMs);
          if (amount !== expected) expect([scope, id, amount]).toEqual(expected);
        }
        expect(billed(run.driver.costEvents)).toBe(BigInt(line.micros));
      }),
      { numRuns: 40 },
    );
  });
});
