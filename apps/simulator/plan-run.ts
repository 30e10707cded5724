import { SCENARIOS, SLOT_MS, type ScenarioName, type ScenarioPlan } from '#libs/application';
import type { Checkpoint } from './checkpoint.js';

/** No event is remembered for longer than the longest window and a shift. */
const FORGOTTEN_MS = 48 * 3_600_000;

/** What a run is asked to be. */
export interface RunRequest {
  readonly seed: number;
  readonly scenario: ScenarioName;
  /** History before now on a first run, and at most so much after a pause. */
  readonly backfillMs: number;
  /** Start here instead; epoch milliseconds. */
  readonly fromMs: number | undefined;
  /** How long it will take to catch up with the clock, roughly: the scenario starts after that. */
  readonly catchUpMs: (historyMs: number) => number;
}

/** Where a run starts and what it plays. */
export interface Run {
  readonly fromMs: number;
  readonly plans: readonly ScenarioPlan[];
}

/**
 * Goes on where the last run ended. What that one had planned stays true of what it sent: its plans end where the new
 * one's begin, at a slot that nothing was sent of.
 */
export function planRun(request: RunRequest, last: Checkpoint | undefined, nowMs: number): Run {
  const fromMs = request.fromMs ?? Math.max(nowMs - request.backfillMs, Math.min(last?.sentMs ?? 0, nowMs));
  const before = last && last.seed === request.seed ? last.plans : [];
  const boundaryMs = last ? Math.ceil((last.sentMs + 1) / SLOT_MS) * SLOT_MS : null;
  const kept = before
    .map((plan) => ({ ...plan, validUntilMs: Math.min(plan.validUntilMs ?? Infinity, boundaryMs ?? Infinity) }))
    .filter(({ validUntilMs }) => validUntilMs > nowMs - FORGOTTEN_MS);
  const { startsAfterMs, lastsMs, everyMs, rampMs } = SCENARIOS[request.scenario];
  if (request.scenario === 'normal') return { fromMs, plans: kept };
  const liveMs = nowMs + request.catchUpMs(nowMs - fromMs);
  const startMs = Math.round(liveMs + startsAfterMs);
  const plan = {
    scenario: request.scenario,
    startMs,
    lastsMs,
    everyMs,
    rampMs,
    validFromMs: boundaryMs,
    validUntilMs: null,
  };
  return { fromMs, plans: [...kept, plan] };
}
