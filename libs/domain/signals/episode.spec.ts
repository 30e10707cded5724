import fc from 'fast-check';

import { schemaFaults } from '#libs/contract';

import type { Severity } from '../reference/index.js';
import { advance, withdraw, type EpisodeInput, type EpisodeState } from './episode.js';
import type { AppliedUnitCost } from './rule-set.js';
import type { SignalMessage } from './signal-message.js';
import type { SignalCause, Verdict } from './verdict.js';

const STEP_MS = 30_000;
const START_MS = Date.parse('2026-03-02T01:00:00Z');

const applied = (forMs: number, keepFiringMs: number, over: Partial<AppliedUnitCost> = {}): AppliedUnitCost => ({
  kind: 'unit-cost',
  rule: {
    kind: 'unit-cost',
    ruleId: 'r',
    version: 3,
    enabled: true,
    per: 'handled',
    window: '1h',
    minimumUnits: 1,
    severity: 'warning',
    forMs,
    keepFiringMs,
    runbook: 'https://example.test/runbook',
  },
  scope: 'channel',
  id: 'voice',
  currency: 'CNY',
  basis: '3 target 18000000',
  targetMicros: 18_000_000n,
  ...over,
});

/** A verdict whose summary differs with `figure`, so that every step is news. */
const verdict = (severity: Severity | 'none', figure: number, periodStartMs?: number): Verdict => ({
  condition: severity !== 'none',
  observed: figure,
  threshold: 18,
  unit: 'CNY per contact handled',
  severity: severity === 'none' ? 'warning' : severity,
  summary: `figure ${String(figure)}`,
  window: '1h',
  ...(periodStartMs !== undefined && { periodStartMs }),
});

interface Step {
  readonly tMs: number;
  readonly verdict: Verdict;
  readonly input: EpisodeInput;
}

function run(
  steps: readonly Step[],
  afterEach: (state: EpisodeState) => EpisodeState = (state) => state,
): SignalMessage[] {
  let state: EpisodeState | undefined;
  const messages: SignalMessage[] = [];
  for (const step of steps) {
    const next = advance(state, step.verdict, step.tMs, step.input);
    state = afterEach(next.state);
    if (next.emit) messages.push(next.emit);
  }
  return messages;
}

const SEVERITIES: Readonly<Record<string, Severity | 'none'>> = { '-': 'none', i: 'info', w: 'warning', c: 'critical' };

/** One character a step: fired or changed severity in upper case, updates in lower case, R resolved, . nothing. */
function marble(verdicts: string, stale: string, forMs: number, keepFiringMs: number): string {
  let state: EpisodeState | undefined;
  let emitted = '';
  Array.from(verdicts).forEach((letter, index) => {
    const input = {
      signalKey: 'k',
      applied: applied(forMs, keepFiringMs),
      cause: 'usage' as const,
      stale: stale[index] === 's',
    };
    const step = advance(state, verdict(SEVERITIES[letter] ?? 'none', index), START_MS + index * STEP_MS, input);
    state = step.state;
    emitted += letterOf(step.emit);
  });
  return emitted;
}

function letterOf(message: SignalMessage | undefined): string {
  if (!message) return '.';
  if (message.status === 'resolved') return 'R';
  const letter = message.severity.charAt(0);
  return message.previousSeverity ? letter.toUpperCase() : letter;
}

describe('an episode, a step every 30 seconds', () => {
  it.each([
    ['fires at once without for', 0, 60, '-w', '', '.W'],
    ['fires once the condition has held for 1m', 60, 60, 'www', '', '..W'],
    ['starts the wait anew after a break', 60, 60, 'ww-www', '', '.....W'],
    ['never fires on single peaks', 60, 60, 'w-w-w-w-', '', '........'],
    ['updates once a minute while it goes on', 0, 60, 'wwwwwww', '', 'W.w.w.w'],
    ['resolves once it has been clear for 1m', 0, 60, 'w---', '', 'W..R'],
    ['does not flap: a break shorter than keepFiring is none', 0, 60, 'w-w--w---', '', 'W.w..w..R'],
    ['opens a new episode after that', 0, 30, 'w--w', '', 'W.RW'],
    ['resolves at the first clear verdict without keepFiring', 0, 0, 'w-w-', '', 'WRWR'],
    ['says a rise at once, within the minute too', 0, 60, 'iwc', '', 'IWC'],
    ['eases when nothing as bad came for keepFiring', 0, 60, 'cwwwww', '', 'C.cW.w'],
    ['eases to the worst of that time', 0, 90, 'ciwi-----', '', 'C.c.W..R.'],
    ['does not ease on a short dip', 0, 60, 'cwcwcwc', '', 'C.c.c.c'],
    ['resolves rather than eases when both are due', 0, 60, 'c---', '', 'C..R'],
    ['says nothing new while clear', 0, 300, 'w-----', '', 'W.....'],
    ['stays firing on stale input', 0, 60, 'w-----', '-sssss', 'W.....'],
    ['counts clear time only once input is back', 0, 60, 'w-------', '-ssss---', 'W......R'],
    ['starts clear time anew after stale input', 0, 60, 'w------', '---s---', 'W.....R'],
    ['starts clear time anew after stale input in the middle', 0, 60, 'w------', '--s----', 'W....R.'],
    ['does not ease on stale input', 0, 60, 'cwwwww', '-sssss', 'C.c.c.'],
    ['fires on stale input', 60, 60, 'www', 'sss', '..W'],
  ])('%s', (_, forSeconds, keepSeconds, verdicts, stale, expected) => {
    expect(marble(verdicts, stale, forSeconds * 1000, keepSeconds * 1000)).toBe(expected);
  });

  it('tells nothing twice: an unchanged summary is no update', () => {
    const input: EpisodeInput = { signalKey: 'k', applied: applied(0, 0), cause: 'usage', stale: false };
    const steps = [0, 1, 2, 3, 4].map((index) => ({
      tMs: START_MS + index * 120_000,
      verdict: verdict('warning', index < 3 ? 1 : 2),
      input,
    }));
    expect(run(steps).map((message) => message.observed)).toEqual([1, 2]);
  });

  it('returns the same state object while nothing changes, so that it need not be saved', () => {
    const input: EpisodeInput = { signalKey: 'k', applied: applied(60_000, 60_000), cause: 'usage', stale: false };
    let state: EpisodeState | undefined;
    const step = (severity: Severity | 'none', tMs: number): boolean => {
      const before = state;
      state = advance(state, verdict(severity, 1), tMs, input).state;
      return state === before;
    };
    expect([step('none', 0), step('none', 1)]).toEqual([false, true]);
    expect([step('warning', 2), step('warning', 3)]).toEqual([false, true]);
    expect([step('warning', 60_002), step('warning', 60_003)]).toEqual([false, true]);
    expect([step('none', 60_004), step('none', 60_005)]).toEqual([false, true]);
  });
});

describe('what the messages say', () => {
  const input = (over: Partial<EpisodeInput> = {}): EpisodeInput => ({
    signalKey: 'r:channel:voice',
    applied: applied(0, 60_000),
    cause: 'usage',
    stale: false,
    ...over,
  });
  const at = (seconds: number): number => START_MS + seconds * 1000;

  it('is the whole contract, from firing to resolved', () => {
    const evidence = { watermark: '2026-03-02T01:00:00.000Z' };
    const messages = run([
      { tMs: at(0), verdict: verdict('warning', 21), input: input({ details: () => ({ evidence }) }) },
      { tMs: at(30), verdict: verdict('critical', 30), input: input() },
      { tMs: at(60), verdict: verdict('none', 9), input: input({ cause: 'correction' }) },
      { tMs: at(120), verdict: verdict('none', 8), input: input() },
    ]);
    const fixed = {
      signalKey: 'r:channel:voice',
      episodeId: 'r:channel:voice@2026-03-02T01:00:00.000Z',
      rule: { id: 'r', kind: 'unit-cost', version: 3 },
      scope: 'channel',
      id: 'voice',
      window: '1h',
      startedAt: '2026-03-02T01:00:00.000Z',
      threshold: 18,
      unit: 'CNY per contact handled',
      currency: 'CNY',
      runbook: 'https://example.test/runbook',
    };
    expect(messages).toEqual([
      {
        ...fixed,
        sequence: 0,
        status: 'firing',
        severity: 'warning',
        previousSeverity: 'none',
        observedAt: '2026-03-02T01:00:00.000Z',
        observed: 21,
        summary: 'figure 21',
        cause: 'usage',
        evidence,
      },
      {
        ...fixed,
        sequence: 1,
        status: 'firing',
        severity: 'critical',
        previousSeverity: 'warning',
        observedAt: '2026-03-02T01:00:30.000Z',
        observed: 30,
        summary: 'figure 30',
        cause: 'usage',
      },
      {
        ...fixed,
        sequence: 2,
        status: 'resolved',
        severity: 'critical',
        observedAt: '2026-03-02T01:02:00.000Z',
        resolvedAt: '2026-03-02T01:02:00.000Z',
        observed: 8,
        summary: 'figure 8',
        cause: 'correction',
      },
    ]);
  });

  const newTarget = applied(60_000, 60_000, { basis: '3 target 20000000' });
  it.each<[string, SignalCause, readonly Step[]]>([
    [
      'what made the condition true, not what came after',
      'late',
      [
        { tMs: at(0), verdict: verdict('none', 1), input: input({ applied: applied(60_000, 0) }) },
        { tMs: at(30), verdict: verdict('warning', 2), input: input({ applied: applied(60_000, 0), cause: 'late' }) },
        { tMs: at(90), verdict: verdict('warning', 3), input: input({ applied: applied(60_000, 0), cause: 'clock' }) },
      ],
    ],
    [
      'a plan change that fires',
      'plan-change',
      [
        { tMs: at(0), verdict: verdict('none', 1), input: input() },
        { tMs: at(30), verdict: verdict('warning', 1), input: input({ applied: newTarget }) },
        { tMs: at(90), verdict: verdict('warning', 1), input: input({ applied: newTarget }) },
      ],
    ],
    [
      'a plan change that resolves',
      'plan-change',
      [
        { tMs: at(0), verdict: verdict('warning', 1), input: input() },
        { tMs: at(30), verdict: verdict('none', 1), input: input({ applied: newTarget }) },
        { tMs: at(90), verdict: verdict('none', 1), input: input({ applied: newTarget }) },
      ],
    ],
    [
      'a new period that resolves, even with a new budget',
      'expiry',
      [
        { tMs: at(0), verdict: verdict('warning', 1, 100), input: input() },
        { tMs: at(30), verdict: verdict('none', 1, 200), input: input({ applied: newTarget }) },
        { tMs: at(90), verdict: verdict('none', 1, 200), input: input({ applied: newTarget }) },
      ],
    ],
    [
      'what moved the figures, when the plan stayed',
      'clock',
      [
        { tMs: at(0), verdict: verdict('warning', 1, 100), input: input() },
        { tMs: at(30), verdict: verdict('none', 1, 100), input: input({ cause: 'clock' }) },
        { tMs: at(90), verdict: verdict('none', 1, 100), input: input() },
      ],
    ],
  ])('names as cause %s', (_, cause, steps) => {
    expect(run(steps).at(-1)?.cause).toBe(cause);
  });

  it('gives every episode an id of its own, also when all happens at one moment', () => {
    const now = input({ applied: applied(0, 0) });
    const course = (['warning', 'none', 'warning', 'none'] as const).map((severity, index) => ({
      tMs: at(index < 3 ? 0 : 10),
      verdict: verdict(severity, 1),
      input: now,
    }));
    expect(run(course).map(({ status, observedAt }) => `${status} ${observedAt}`)).toEqual([
      'firing 2026-03-02T01:00:00.000Z',
      'resolved 2026-03-02T01:00:10.000Z',
    ]);
  });

  it('takes back a firing signal whose rule is gone, and nothing else', () => {
    const firing = advance(undefined, verdict('warning', 21), at(0), input());
    expect(withdraw(firing.state, at(10), 'expiry')).toMatchObject({
      episodeId: 'r:channel:voice@2026-03-02T01:00:00.000Z',
      sequence: 1,
      status: 'resolved',
      severity: 'warning',
      observedAt: '2026-03-02T01:00:10.000Z',
      resolvedAt: '2026-03-02T01:00:10.000Z',
      cause: 'expiry',
      summary: 'figure 21. No longer judged: the rule or its budget is not in force any more',
    });
    expect(withdraw(firing.state, at(10), 'expiry')).not.toHaveProperty('previousSeverity');
    expect(withdraw(advance(undefined, verdict('none', 1), at(0), input()).state, at(10), 'expiry')).toBeUndefined();
  });
});

describe('any course of events', () => {
  const steps = fc
    .record({
      forMs: fc.constantFrom(0, 20_000, 120_000),
      keepFiringMs: fc.constantFrom(0, 20_000, 60_000, 300_000),
      course: fc.array(
        fc.record({
          afterMs: fc.oneof(fc.constantFrom(0, 10_000), fc.integer({ min: 0, max: 400_000 })),
          severity: fc.constantFrom<Severity | 'none'>('none', 'none', 'info', 'warning', 'critical'),
          figure: fc.integer({ min: 0, max: 3 }),
          stale: fc.boolean(),
          cause: fc.constantFrom<SignalCause>('usage', 'late', 'correction', 'clock'),
          period: fc.constantFrom(undefined, 100, 200),
          basis: fc.constantFrom('a', 'b'),
        }),
        { maxLength: 60 },
      ),
    })
    .map(({ forMs, keepFiringMs, course }) => {
      let tMs = START_MS;
      return course.map(({ afterMs, severity, figure, stale, cause, period, basis }): Step => {
        tMs += afterMs;
        const rule = applied(forMs, keepFiringMs, { basis });
        return {
          tMs,
          verdict: verdict(severity, figure, period),
          input: { signalKey: 'k', applied: rule, cause, stale },
        };
      });
    });

  it('never says the same severity of one episode twice within a minute while it goes on', () => {
    fc.assert(
      fc.property(steps, (course) => {
        const firing = run(course).filter((message) => message.status === 'firing');
        firing.forEach((message, index) => {
          const before = firing[index - 1];
          if (before?.episodeId !== message.episodeId || before.severity !== message.severity) return;
          expect(Date.parse(message.observedAt) - Date.parse(before.observedAt)).toBeGreaterThanOrEqual(60_000);
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('opens, goes on and resolves one episode at a time, in sequence and in the form of the contract', () => {
    fc.assert(
      fc.property(steps, (course) => {
        let open: SignalMessage | undefined;
        for (const message of run(course)) {
          expect(schemaFaults('signal.v1', message)).toBe('');
          if (!open) {
            expect(message).toMatchObject({ sequence: 0, status: 'firing', previousSeverity: 'none' });
            expect(message.startedAt).toBe(message.observedAt);
          } else {
            expect(message.episodeId).toBe(open.episodeId);
            expect(message.startedAt).toBe(open.startedAt);
            expect(message.sequence).toBe(open.sequence + 1);
            if (message.status === 'resolved') expect(message.severity).toBe(open.severity);
            else expect(message.previousSeverity).toBe(message.severity === open.severity ? undefined : open.severity);
          }
          expect(message.resolvedAt).toBe(message.status === 'resolved' ? message.observedAt : undefined);
          open = message.status === 'resolved' ? undefined : message;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('goes on as if nothing had happened after a restart at any point', () => {
    fc.assert(
      fc.property(steps, (course) => {
        const restarted = run(course, (state) => JSON.parse(JSON.stringify(state)) as EpisodeState);
        expect(restarted).toEqual(run(course));
      }),
      { numRuns: 500 },
    );
  });

  it('never resolves or eases on stale input, and fires all the same', () => {
    fc.assert(
      fc.property(steps, (course) => {
        const stale = course.map((step) => ({ ...step, input: { ...step.input, stale: true } }));
        const messages = run(stale);
        expect(messages.every((message) => message.status === 'firing')).toBe(true);
        const first = (all: readonly SignalMessage[]): string | undefined => all[0]?.observedAt;
        const fresh = course.map((step) => ({ ...step, input: { ...step.input, stale: false } }));
        expect(first(messages)).toBe(first(run(fresh)));
      }),
      { numRuns: 500 },
    );
  });
});

describe('hysteresis', () => {
  const base = applied(0, 0);
  const withHysteresis = (hysteresisRatio: number): EpisodeInput => ({
    signalKey: 'k',
    applied: { ...base, rule: { ...base.rule, hysteresisRatio } },
    cause: 'usage',
    stale: false,
  });
  const statuses = (input: EpisodeInput, nearness: readonly (number | undefined)[]): string[] =>
    run(
      nearness.map((near, index) => ({
        tMs: START_MS + index * STEP_MS,
        verdict: {
          ...verdict((near ?? 0) > 1 ? 'warning' : 'none', index),
          ...(near !== undefined && { nearness: near }),
        },
        input,
      })),
    ).map(({ status, observedAt }) => `${status} ${String((Date.parse(observedAt) - START_MS) / STEP_MS)}`);

  it('keeps a firing signal until its figure is below the limit by the share', () => {
    expect(statuses(withHysteresis(0.05), [0.99, 1.01, 0.99, 0.95])).toEqual(['firing 1', 'resolved 3']);
    expect(statuses(withHysteresis(0), [0.99, 1.01, 0.99, 0.95])).toEqual(['firing 1', 'resolved 2']);
  });

  it('holds nothing where nothing was judged', () => {
    expect(statuses(withHysteresis(0.05), [1.01, undefined])).toEqual(['firing 0', 'resolved 1']);
  });
});
