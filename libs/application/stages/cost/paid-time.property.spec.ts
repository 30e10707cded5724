import fc from 'fast-check';
import type { CostEvent, CostWindow } from '#libs/contract';
import { divideHalfEven, parseMicros, type AgentStateName, type WindowingOptions } from '#libs/domain';
import { zonedCalendar } from '#libs/adapters/calendar';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { agentState, REFERENCE } from '../centre.fixture.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** 23:20 in Shanghai: most runs cross its midnight. */
const START = Date.UTC(2026, 10, 23, 15, 20);
const WINDOWING: WindowingOptions = {
  rolling: [
    { name: '1m', sizeMs: MINUTE, stepMs: 10 * SECOND },
    { name: '1h', sizeMs: 60 * MINUTE, stepMs: 5 * MINUTE },
  ],
  monthStepMs: MINUTE,
  graceMs: 5 * MINUTE,
  correctionMs: 20 * MINUTE,
};
/** Agents of both partitions; the first two in team north. */
const AGENTS = ['a-1', 'a-2', 'a-3'] as const;
/** Seven does not divide an hour's micros: rounding shows. */
const RATE_MICROS = 97_000_007n;
const PAID: ReadonlySet<string> = new Set(['available', 'break', 'training', 'meeting']);

interface Step {
  readonly agent: number;
  readonly state: AgentStateName;
  readonly scheduled: boolean;
  readonly gapMs: number;
  readonly backMs: number;
  readonly again: boolean;
  readonly together: boolean;
  readonly restart: boolean;
}

const sometimes = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true));
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    agent: fc.nat({ max: AGENTS.length - 1 }),
    state: fc.constantFrom<AgentStateName>('available', 'handling', 'break', 'training', 'meeting', 'offline'),
    scheduled: fc.boolean(),
    gapMs: fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 3 * MINUTE }) }, fc.nat({ max: 40 * MINUTE })),
    backMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 4 * MINUTE })),
    again: sometimes,
    together: fc.boolean(),
    restart: sometimes,
  }),
  { minLength: 3, maxLength: 25 },
);

interface Entered {
  readonly agent: string;
  readonly state: AgentStateName;
  readonly scheduled: boolean;
  readonly atMs: number;
}
interface Interval extends Entered {
  readonly endMs: number;
}

/** The paid intervals of these states, cut at midnight, as plainly as they can be said. */
function paidIntervals(states: readonly Entered[], lastMs: number): Interval[] {
  const calendar = zonedCalendar('Asia/Shanghai');
  return AGENTS.flatMap((agent) => {
    const own = states.filter((each) => each.agent === agent).sort((a, b) => a.atMs - b.atMs);
    return own.flatMap((entered, index) => {
      const pieces: Interval[] = [];
      const endMs = own[index + 1]?.atMs ?? lastMs;
      for (let atMs = entered.atMs; PAID.has(entered.state) && atMs < endMs; atMs = calendar.dayOf(atMs).endMs)
        pieces.push({ ...entered, atMs, endMs: Math.min(endMs, calendar.dayOf(atMs).endMs) });
      return pieces;
    });
  });
}

function accrued({ atMs, endMs, scheduled }: Interval, tMs: number): bigint {
  const elapsedMs = BigInt(Math.max(0, Math.min(tMs, endMs) - atMs));
  return divideHalfEven(RATE_MICROS * (scheduled ? 2n : 3n) * elapsedMs, 2n * 3_600_000n);
}

function costBetween(intervals: readonly Interval[], fromMs: number, toMs: number): { all: bigint; overtime: bigint } {
  const sum = { all: 0n, overtime: 0n };
  for (const interval of intervals) {
    const micros = accrued(interval, toMs) - accrued(interval, fromMs);
    sum.all += micros;
    if (!interval.scheduled) sum.overtime += micros;
  }
  return sum;
}

const SCOPES: readonly [scope: string, id: string, agents: readonly string[]][] = [
  ['all', 'all', AGENTS],
  ['agent', 'a-1', ['a-1']],
  ['agent', 'a-3', ['a-3']],
  ['team', 'north', ['a-1', 'a-2']],
];

/** Every end of every window equals the batch computation, for a reader who carries the last value forward. */
function expectRecounted(windows: readonly CostWindow[], intervals: readonly Interval[], toMs: number): void {
  const latest = new Map<string, CostWindow>();
  for (const each of windows) latest.set(`${each.scope}:${each.id}:${each.window} ${each.end}`, each);
  for (const [scope, id, agents] of SCOPES) {
    const own = intervals.filter(({ agent }) => agents.includes(agent));
    for (const { name, sizeMs, stepMs } of [
      ...WINDOWING.rolling,
      { name: 'month', sizeMs: Infinity, stepMs: MINUTE },
    ]) {
      let carried: CostWindow | undefined;
      for (let endMs = Math.floor((START - 60 * MINUTE) / stepMs) * stepMs; endMs <= toMs; endMs += stepMs) {
        carried = latest.get(`${scope}:${id}:${name} ${new Date(endMs).toISOString()}`) ?? carried;
        const expected = costBetween(own, Math.max(0, endMs - sizeMs), endMs);
        const amount = parseMicros(carried?.amount ?? '0');
        const overtime = parseMicros(carried?.overtimeAmount ?? '0');
        if (amount !== expected.all || overtime !== expected.overtime)
          expect([scope, id, name, new Date(endMs).toISOString(), { all: amount, overtime }]).toEqual(expected);
      }
    }
  }
}

/** The newest revision of each cost event. */
function currentEvents(events: readonly CostEvent[]): CostEvent[] {
  const newest = new Map<string, CostEvent>();
  for (const event of events) {
    expect(event.revision).toBe((newest.get(event.sourceId)?.revision ?? -1) + 1);
    newest.set(event.sourceId, event);
  }
  return [...newest.values()];
}

function expectEvents(events: readonly CostEvent[], intervals: readonly Interval[]): void {
  const said = currentEvents(events)
    .filter(({ lines }) => lines.length > 0)
    .map(({ agentId, occurredAt, amount, lines }) => [agentId, occurredAt, amount, lines[0]?.subcategory]);
  const expected = intervals.map((interval) => [
    interval.agent,
    new Date(interval.atMs).toISOString(),
    accrued(interval, interval.endMs),
    interval.state,
  ]);
  const inOrder = (rows: unknown[][]) => rows.map((row) => row.map(String).join(' ')).sort();
  expect(
    inOrder(said.map((row) => row.map((each, index) => (index === 2 ? parseMicros(String(each)) : each)))),
  ).toEqual(inOrder(expected));
}

describe('paid time', () => {
  it('is in every window and in the cost events as a batch computes it, in any order, cut and after any restart', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const driver = new PipelineDriver({
          reference: {
            ...REFERENCE,
            rateCards: [{ rateId: 'r', for: 'default', kind: 'hourly', amountMicros: RATE_MICROS, currency: 'CNY' }],
          },
          stage: { dedupHorizonMs: 20 * MINUTE, windowing: WINDOWING },
        });
        const states: Entered[] = [];
        let pending: DriverRecord[] = [];
        const flush = () => {
          driver.send(...pending);
          pending = [];
        };
        const send = (entered: Entered) => {
          const { agent, state, scheduled, atMs } = entered;
          pending.push({ ...agentState(0, { agentId: agent, state, scheduled, at: atMs }), key: agent });
        };
        let nowMs = START;
        let lastMs = START;
        // Each partition has a clock, so that the windows of both begin.
        for (const agent of AGENTS) {
          const entered: Entered = { agent, state: 'offline', scheduled: true, atMs: START };
          states.push(entered);
          send(entered);
        }
        for (const { agent, state, scheduled, gapMs, backMs, again, together, restart } of all) {
          nowMs += gapMs;
          const atMs = Math.max(START + 1, nowMs - backMs);
          const entered: Entered = { agent: AGENTS[agent]!, state, scheduled, atMs };
          // Of two states at one instant the later holds; that is a test of its own.
          if (states.some((each) => each.agent === entered.agent && each.atMs === atMs)) continue;
          lastMs = Math.max(lastMs, atMs);
          states.push(entered);
          if (!together || restart) flush();
          if (restart) driver.restart();
          send(entered);
          if (again) send(entered);
        }
        flush();
        driver.finish(lastMs);
        expect(driver.unaccounted).toBe(0);
        const intervals = paidIntervals(states, lastMs);
        expectEvents(driver.costEvents, intervals);
        expectRecounted(driver.windows, intervals, lastMs + 5 * MINUTE);
      }),
      { numRuns: 40 },
    );
  });
});
