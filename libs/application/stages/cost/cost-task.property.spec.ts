import fc from 'fast-check';
import type { CostWindow } from '#libs/contract';
import { parseMicros, type WindowingOptions } from '#libs/domain';
import { partitionOf, PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { agentState, at, BASE, contact, feedback, REFERENCE } from '../centre.fixture.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const PARTITIONS = 2;
const DISORDER = 10 * SECOND;
const HORIZON = 20 * MINUTE;
const WINDOWING: WindowingOptions = {
  rolling: [
    { name: '1m', sizeMs: MINUTE, stepMs: 10 * SECOND },
    { name: '10m', sizeMs: 10 * MINUTE, stepMs: MINUTE },
    { name: '1h', sizeMs: 60 * MINUTE, stepMs: 5 * MINUTE },
  ],
  monthStepMs: MINUTE,
  graceMs: 5 * MINUTE,
  correctionMs: HORIZON,
};
/** Agents of both partitions, one to a channel; only the first two have a team. */
const AGENTS = ['a-1', 'a-2', 'a-3', 'a-4'] as const;
const CHANNELS = { 'a-1': 'voice', 'a-2': 'chat', 'a-3': 'voice', 'a-4': 'email' } as const;
type Agent = (typeof AGENTS)[number];
const partitionOfAgent = (agent: Agent) => partitionOf(agent, PARTITIONS);

/** What somebody sends. Times are relative to the clock of the centre, which only goes forward. */
type Item =
  | {
      readonly kind: 'contact';
      readonly id: number;
      readonly backMs: number;
      /** A copy keeps the time of the one before it, so that it says the same, unless it moves. */
      readonly moves: boolean;
      readonly rank: number | undefined;
      readonly halfMinutes: number;
    }
  | { readonly kind: 'feedback'; readonly id: number; readonly backMs: number; readonly complaint: boolean }
  | { readonly kind: 'state'; readonly agent: Agent; readonly backMs: number }
  | { readonly kind: 'bad'; readonly what: 'json' | 'schema' | 'fx' };

const backMs = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 20 * SECOND }) },
  { weight: 2, arbitrary: fc.nat({ max: 4 * MINUTE }) },
  { weight: 1, arbitrary: fc.integer({ min: 6 * MINUTE, max: 24 * MINUTE }) },
);
const contacts: fc.Arbitrary<Item> = fc.record({
  kind: fc.constant('contact' as const),
  id: fc.nat({ max: 11 }),
  backMs,
  moves: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  rank: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  halfMinutes: fc.integer({ min: 1, max: 3 }),
});
const others: fc.Arbitrary<Item> = fc.oneof(
  fc.record({ kind: fc.constant('feedback' as const), id: fc.nat({ max: 7 }), backMs, complaint: fc.boolean() }),
  fc.record({ kind: fc.constant('state' as const), agent: fc.constantFrom(...AGENTS), backMs }),
  fc.record({ kind: fc.constant('bad' as const), what: fc.constantFrom('json', 'schema', 'fx' as const) }),
);
const steps = fc.array(
  fc.record({
    gapMs: fc.oneof({ weight: 6, arbitrary: fc.nat({ max: 2 * MINUTE }) }, fc.nat({ max: 15 * MINUTE })),
    item: fc.oneof({ weight: 4, arbitrary: contacts }, { weight: 2, arbitrary: others }),
    /** Whether the record goes out with the one before it. */
    together: fc.boolean(),
    restart: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
  }),
  { minLength: 10, maxLength: 70 },
);

interface Copy {
  readonly atMs: number;
  readonly halfMinutes: number;
  readonly rank: number | undefined;
  readonly agent: Agent;
  readonly calendarOnly: boolean;
}
type Fate = 'counted' | 'duplicate' | 'stale' | 'late' | 'rejected';

/** The contract's sections 4 and 5 for one partition, as plainly as they can be said. */
class Oracle {
  readonly fates: Record<Fate, number> = { counted: 0, duplicate: 0, stale: 0, late: 0, rejected: 0 };
  readonly contacts: Copy[] = [];
  readonly complaints: { atMs: number; agent: Agent; calendarOnly: boolean }[] = [];
  private readonly latest = new Map<number, Copy>();
  private readonly feedback = new Map<number, { atMs: number; complaint: boolean }>();
  private readonly states = new Map<string, number>();
  private readonly newest = new Map<string, number>();
  private watermarkMs = -Infinity;

  private seen(topic: string, atMs: number): void {
    this.newest.set(topic, Math.max(this.newest.get(topic) ?? -Infinity, atMs));
    this.watermarkMs = Math.max(this.watermarkMs, Math.min(...this.newest.values()) - DISORDER);
  }

  private isRemembered(atMs: number): boolean {
    return atMs >= this.watermarkMs - HORIZON;
  }

  private isLate(atMs: number): boolean {
    return atMs < this.watermarkMs - WINDOWING.graceMs;
  }

  contact(id: number, copy: Omit<Copy, 'calendarOnly'>): void {
    let known = this.latest.get(id);
    if (known && !this.isRemembered(known.atMs)) known = undefined;
    const order = (copy.rank ?? 0) - (known?.rank ?? 0);
    if (known && known.atMs === copy.atMs && known.halfMinutes === copy.halfMinutes) {
      this.fates.duplicate += 1;
      if (order > 0) this.replace(id, known, { ...known, rank: copy.rank });
    } else if (known && order < 0) this.fates.stale += 1;
    else if (known && order === 0) this.fates.rejected += 1;
    else {
      const calendarOnly = known?.calendarOnly ?? this.isLate(copy.atMs);
      this.fates[!known && calendarOnly ? 'late' : 'counted'] += 1;
      this.replace(id, known, { ...copy, calendarOnly });
      this.seen('interactions', copy.atMs);
    }
  }

  private replace(id: number, known: Copy | undefined, copy: Copy): void {
    if (known) this.contacts.splice(this.contacts.indexOf(known), 1);
    this.contacts.push(copy);
    this.latest.set(id, copy);
  }

  takeFeedback(id: number, agent: Agent, atMs: number, complaint: boolean): void {
    const known = this.feedback.get(id);
    if (known && this.isRemembered(known.atMs)) {
      this.fates[known.atMs === atMs && known.complaint === complaint ? 'duplicate' : 'rejected'] += 1;
      return;
    }
    const calendarOnly = this.isLate(atMs);
    this.fates[calendarOnly ? 'late' : 'counted'] += 1;
    this.feedback.set(id, { atMs, complaint });
    if (complaint) this.complaints.push({ atMs, agent, calendarOnly });
    this.seen('feedback', atMs);
  }

  state(agent: Agent, atMs: number): void {
    const key = `${agent} ${String(atMs)}`;
    if (this.states.has(key) && this.isRemembered(atMs)) {
      this.fates.duplicate += 1;
      return;
    }
    this.fates[this.isLate(atMs) ? 'late' : 'counted'] += 1;
    this.states.set(key, atMs);
    this.seen('agentStates', atMs);
  }
}

const amountOf = ({ halfMinutes, agent }: Copy) =>
  BigInt(halfMinutes) * 1_000_000n + (CHANNELS[agent] === 'voice' ? 480_000n : 0n);

interface Total {
  interactions: number;
  complaints: number;
  micros: bigint;
}

function recount(oracles: readonly Oracle[], of: (agent: Agent) => boolean, startMs: number, endMs: number): Total {
  const total: Total = { interactions: 0, complaints: 0, micros: 0n };
  const rolling = startMs !== -Infinity;
  const isIn = (fact: { atMs: number; agent: Agent; calendarOnly: boolean }) =>
    of(fact.agent) && fact.atMs >= startMs && fact.atMs < endMs && !(rolling && fact.calendarOnly);
  for (const oracle of oracles) {
    for (const copy of oracle.contacts) {
      if (!isIn(copy)) continue;
      total.interactions += 1;
      total.micros += amountOf(copy);
    }
    for (const complaint of oracle.complaints) if (isIn(complaint)) total.complaints += 1;
  }
  return total;
}

const SCOPES: readonly [scope: string, id: string, of: (agent: Agent) => boolean][] = [
  ['all', 'all', () => true],
  ['agent', 'a-1', (agent) => agent === 'a-1'],
  ['agent', 'a-4', (agent) => agent === 'a-4'],
  ['channel', 'voice', (agent) => CHANNELS[agent] === 'voice'],
  ['team', 'north', (agent) => agent === 'a-1' || agent === 'a-2'],
];

/** Every end of every rolling window, and the month's last, as a reader has them who carries the last value forward. */
function expectRecounted(windows: readonly CostWindow[], oracles: readonly Oracle[], toMs: number): void {
  const latest = new Map<string, CostWindow>();
  for (const window of windows)
    latest.set(`${window.scope}:${window.id}:${window.window} ${String(Date.parse(window.end))}`, window);
  for (const [scope, id, of] of SCOPES) {
    for (const { name, sizeMs, stepMs } of [...WINDOWING.rolling, { name: 'month', sizeMs: 0, stepMs: MINUTE }]) {
      let carried: CostWindow | undefined;
      const firstMs = Math.floor((BASE - 40 * MINUTE) / stepMs) * stepMs;
      for (let endMs = firstMs; endMs <= toMs; endMs += stepMs) {
        carried = latest.get(`${scope}:${id}:${name} ${String(endMs)}`) ?? carried;
        // Ends of the month in between keep what was known of late facts then.
        if (name === 'month' && endMs + stepMs <= toMs) continue;
        const expected = recount(oracles, of, name === 'month' ? -Infinity : endMs - sizeMs, endMs);
        const published: Total = {
          interactions: carried?.interactions ?? 0,
          complaints: carried?.complaints ?? 0,
          micros: parseMicros(carried?.amount ?? '0'),
        };
        // Compared by hand: there are many thousands of ends.
        const equal = (Object.keys(expected) as (keyof Total)[]).every((field) => published[field] === expected[field]);
        if (!equal) expect([scope, id, name, at((endMs - BASE) / SECOND), published]).toEqual(expected);
      }
    }
  }
}

/** A generated run: what is sent, what the oracle makes of it. */
class Run {
  readonly driver = new PipelineDriver({
    reference: REFERENCE,
    partitions: PARTITIONS,
    stage: { dedupHorizonMs: HORIZON, windowing: WINDOWING },
  });
  readonly oracles = Array.from({ length: PARTITIONS }, () => new Oracle());
  nowMs = BASE;
  private sent = 0;
  private readonly endOf = new Map<number, number>();
  private pending: DriverRecord[] = [];

  constructor() {
    // So that each partition has a clock before anything of it can be late.
    for (const [at, agent] of AGENTS.entries())
      this.contact(agent, { kind: 'contact', id: 100 + at, backMs: 0, moves: false, rank: 1, halfMinutes: 1 });
    this.flush();
  }

  take(item: Item): void {
    this.sent += 1;
    switch (item.kind) {
      case 'contact':
        this.sent -= 1;
        this.contact(AGENTS[item.id % AGENTS.length]!, item);
        return;
      case 'feedback': {
        const agent = AGENTS[item.id % AGENTS.length]!;
        const atMs = this.nowMs - item.backMs;
        this.oracleOf(agent).takeFeedback(item.id, agent, atMs, item.complaint);
        const kind = item.complaint ? 'complaint' : 'quality-error';
        const fields = { kind, agentId: agent, channel: CHANNELS[agent], at: atMs };
        this.send({ ...feedback(`f-${String(item.id)}`, 0, fields), key: agent });
        return;
      }
      case 'state': {
        const atMs = this.nowMs - item.backMs;
        this.oracleOf(item.agent).state(item.agent, atMs);
        this.send({ ...agentState(0, { agentId: item.agent, at: atMs }), key: item.agent });
        return;
      }
      case 'bad': {
        this.oracleOf('a-1').fates.rejected += 1;
        const bad = {
          json: { topic: 'interactions' as const, key: 'a-1', value: '{"interactionId":' },
          schema: contact('bad', 0, { outcome: 'lost' }),
          fx: contact('bad', 0, { charges: [{ dimension: 'system', amount: '1', currency: 'EUR' }] }),
        };
        this.send(bad[item.what]);
      }
    }
  }

  private contact(
    agent: Agent,
    { id, backMs: back, moves, rank, halfMinutes }: Extract<Item, { kind: 'contact' }>,
  ): void {
    this.sent += 1;
    const before = this.endOf.get(id);
    const atMs = before === undefined || moves ? this.nowMs - back : before;
    this.endOf.set(id, atMs);
    this.oracleOf(agent).contact(id, { atMs, halfMinutes, rank, agent });
    const fields = {
      agentId: agent,
      channel: CHANNELS[agent],
      startedAt: atMs - 480 * SECOND,
      endedAt: atMs,
      talkSeconds: halfMinutes * 30,
      ...(rank !== undefined && { updatedAt: at(rank) }),
    };
    this.send(contact(`i-${String(id)}`, 0, fields));
  }

  private oracleOf(agent: Agent): Oracle {
    return this.oracles[partitionOfAgent(agent)]!;
  }

  private send(record: DriverRecord): void {
    // One topic in a batch: batches of several leave topic by topic, and the oracle reads in the order sent.
    if (this.pending[0] && this.pending[0].topic !== record.topic) this.flush();
    this.pending.push(record);
  }

  flush(): void {
    this.driver.send(...this.pending);
    this.pending = [];
    expect(this.driver.unaccounted).toBe(0);
  }

  expectFates(): void {
    const count = (name: string) => this.driver.counters.get(`spendline_${name}_total`) ?? 0;
    const expected = (fate: Fate) => this.oracles.reduce((sum, oracle) => sum + oracle.fates[fate], 0);
    expect({
      in: count('events'),
      counted: count('counted'),
      duplicate: count('duplicates'),
      stale: count('stale'),
      late: count('late'),
      rejected: count('rejected'),
    }).toEqual({
      in: this.sent,
      counted: expected('counted'),
      duplicate: expected('duplicate'),
      stale: expected('stale'),
      late: expected('late'),
      rejected: expected('rejected'),
    });
  }
}

describe('the cost stage', () => {
  it('accounts for every record, and its windows equal a recount of the latest copies, whatever comes and whenever it restarts', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const run = new Run();
        for (const { gapMs, item, together, restart } of all) {
          run.nowMs += gapMs;
          if (!together || restart) run.flush();
          if (restart) run.driver.restart();
          run.take(item);
        }
        run.flush();
        run.expectFates();
        run.driver.finish();
        expect(run.driver.unaccounted).toBe(0);
        expectRecounted(run.driver.windows, run.oracles, run.nowMs + 5 * MINUTE);
      }),
      { numRuns: 15 },
    );
  });
});
