import fc from 'fast-check';
import type { Severity } from '../reference/index.js';
import { advance, advanceEarly, type EpisodeInput, type EpisodeState } from './episode.js';
import type { AppliedBurnRate } from './rule-set.js';
import type { SignalMessage } from './signal-message.js';
import type { Verdict } from './verdict.js';

const MINUTE_MS = 60_000;
const START_MS = Date.parse('2026-03-02T01:00:00Z');
const SEVERITIES: readonly Severity[] = ['info', 'warning', 'critical'];

const applied = (forMs: number, keepFiringMs: number): AppliedBurnRate => ({
  kind: 'burn-rate',
  rule: { kind: 'burn-rate', ruleId: 'r', version: 1, enabled: true, forMs, keepFiringMs, pairs: [] },
  budget: {
    ...{ budgetId: 'b', scope: 'all', id: 'all', period: 'month', amountMicros: 1n, currency: 'CNY' },
    ...{ status: 'approved', version: 1 },
  },
  ...{ scope: 'all', id: 'all', currency: 'CNY', basis: '1' },
});

/** One contact: seconds after the one before, how much it cost. */
const contacts = fc.array(fc.record({ afterMs: fc.integer({ min: 1, max: 90_000 }), cost: fc.nat(9) }), {
  minLength: 5,
  maxLength: 60,
});

interface Spend {
  readonly tMs: number;
  readonly cost: number;
}

/** What was spent in the three minutes up to a minute, of what is known: over 12 info, over 18 warning, over 24 critical. */
function verdictOf(spends: readonly Spend[], minuteMs: number): Verdict {
  const known = spends.filter(({ tMs }) => tMs < minuteMs && tMs >= minuteMs - 3 * MINUTE_MS);
  const spent = known.reduce((sum, { cost }) => sum + cost, 0);
  const rank = [12, 18, 24].filter((limit) => spent > limit).length;
  return {
    ...{ condition: rank > 0, observed: spent, threshold: 12, unit: 'ratio', window: '3m' },
    ...{ severity: SEVERITIES[Math.max(0, rank - 1)]!, summary: `spent ${String(spent)}` },
  };
}

interface Run {
  readonly spends: readonly Spend[];
  /** After how many contacts something is judged. */
  readonly batches: readonly number[];
  readonly rule: AppliedBurnRate;
  readonly early: boolean;
  readonly behindMs: number;
}

function inputOf(rule: AppliedBurnRate): EpisodeInput {
  return { signalKey: 'k', applied: rule, cause: 'usage', stale: false };
}

/** Contacts in the order of their times, the watermark some way behind; in the end it passes all of them. */
function run({ spends, batches, rule, early, behindMs }: Run): SignalMessage[] {
  const messages: SignalMessage[] = [];
  const input = inputOf(rule);
  let state: EpisodeState | undefined;
  let judgedMs = START_MS;
  const judgeUpTo = (watermarkMs: number, known: readonly Spend[]): void => {
    for (; judgedMs + MINUTE_MS <= watermarkMs; judgedMs += MINUTE_MS) {
      const step = advance(state, verdictOf(known, judgedMs + MINUTE_MS), judgedMs + MINUTE_MS, input);
      state = step.state;
      if (step.emit) messages.push(step.emit);
    }
  };
  let count = 0;
  for (const size of batches) {
    count = Math.min(count + size, spends.length);
    const known = spends.slice(0, count);
    const heardMs = known.at(-1)!.tMs;
    judgeUpTo(heardMs - behindMs, known);
    let chain = state;
    for (let minuteMs = judgedMs + MINUTE_MS; early && minuteMs < heardMs + MINUTE_MS; minuteMs += MINUTE_MS) {
      const step = advanceEarly(chain, verdictOf(known, minuteMs), minuteMs, heardMs, input);
      if (!step) break;
      chain = step.state;
      if (!step.emit) continue;
      state = step.state;
      messages.push(step.emit);
    }
  }
  judgeUpTo(spends.at(-1)!.tMs + 20 * MINUTE_MS, spends);
  return messages;
}

/** Of each episode its name, its end, and the worst that was said of it. */
function courses(messages: readonly SignalMessage[]): unknown[] {
  const ids = [...new Set(messages.map(({ episodeId }) => episodeId))];
  return ids.map((episodeId) => {
    const ours = messages.filter((message) => message.episodeId === episodeId);
    return {
      episodeId,
      resolvedAt: ours.find(({ status }) => status === 'resolved')?.resolvedAt,
      worst: Math.max(...ours.map(({ severity }) => SEVERITIES.indexOf(severity))),
    };
  });
}

const settings = fc.record({
  forMs: fc.constantFrom(0, MINUTE_MS, 90_000, 2 * MINUTE_MS),
  keepFiringMs: fc.constantFrom(0, MINUTE_MS, 3 * MINUTE_MS),
  behindMs: fc.integer({ min: 0, max: 150_000 }),
});

function spendsOf(steps: readonly { readonly afterMs: number; readonly cost: number }[]): Spend[] {
  let tMs = START_MS;
  return steps.map(({ afterMs, cost }) => ({ tMs: (tMs += afterMs), cost }));
}

describe('a verdict ahead of the watermark', () => {
  it('is of the episode that the watermark tells of, which ends when it would have, whatever the batches', () => {
    let ahead = 0;
    fc.assert(
      fc.property(
        contacts,
        settings,
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 60, maxLength: 60 }),
        (steps, { forMs, keepFiringMs, behindMs }, batches) => {
          const common = { spends: spendsOf(steps), batches, rule: applied(forMs, keepFiringMs), behindMs };
          const late = run({ ...common, early: false });
          const early = run({ ...common, early: true });
          expect(courses(early)).toEqual(courses(late));
          const begun = (all: readonly SignalMessage[]) => all.filter(({ sequence }) => sequence === 0);
          for (const [index, first] of begun(early).entries()) {
            const other = begun(late)[index]!;
            expect(first.startedAt <= other.startedAt).toBe(true);
            if (first.startedAt < other.startedAt) ahead += 1;
          }
          for (const [index, message] of early.entries()) {
            const before = early[index - 1];
            if (before) expect(message.observedAt >= before.observedAt).toBe(true);
            if (before?.episodeId !== message.episodeId)
              expect([message.sequence, message.startedAt]).toEqual([0, message.observedAt]);
            else if (before.severity === message.severity && message.status === 'firing')
              expect(Date.parse(message.observedAt) - Date.parse(before.observedAt)).toBeGreaterThanOrEqual(MINUTE_MS);
          }
          expect(early.filter(({ cause }) => cause !== 'usage')).toEqual([]);
        },
      ),
      { numRuns: 1_000 },
    );
    expect(ahead).toBeGreaterThan(100);
  });

  const minute = (count: number): number => START_MS + count * MINUTE_MS;
  const over: Verdict = verdictOf([{ tMs: minute(1) - 1, cost: 20 }], minute(1));
  const clear: Verdict = verdictOf([], minute(1));

  it('does not fire before its time is held, also where the minute is sure to', () => {
    const input = inputOf(applied(MINUTE_MS, 0));
    const pending = advanceEarly(undefined, over, minute(1), minute(1) - 1, input);
    expect(pending).toMatchObject({ state: { phase: 'pending', sinceMs: minute(1) } });
    expect(advanceEarly(pending!.state, over, minute(2), minute(2) - 1, input)?.emit).toBeUndefined();
    const fired = advanceEarly(pending!.state, over, minute(2), minute(2) + 500, input);
    expect(fired?.emit).toMatchObject({ startedAt: new Date(minute(2)).toISOString() });
  });

  it('that does not hold when the minute is complete was corrected', () => {
    const input = inputOf(applied(0, 0));
    const told = advanceEarly(undefined, over, minute(1), minute(1) - 20_000, input)!;
    expect(told.emit).toMatchObject({ status: 'firing', observedAt: new Date(minute(1) - 20_000).toISOString() });
    expect(advance(told.state, clear, minute(0), input)).toEqual({ state: told.state });
    expect(advance(told.state, clear, minute(1), input).emit).toMatchObject({
      status: 'resolved',
      cause: 'correction',
    });
    expect(advance(told.state, over, minute(1), input).emit).toBeUndefined();
  });

  it('says nothing of a signal that fires while a minute before may be clear', () => {
    const input = inputOf(applied(0, 0));
    const { state } = advanceEarly(undefined, { ...over, severity: 'info' }, minute(1), minute(1), input)!;
    expect(advanceEarly(state, clear, minute(2), minute(3), input)).toBeUndefined();
  });
});
