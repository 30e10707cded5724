import { BOT_OUTCOMES, COMPLAINT_RATE, ERROR_RATES } from './calibration.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** What a scenario can turn; {@link NORMAL} is the ordinary day. Shares and rates are 0 to 1, factors multiply. */
export interface Effects {
  /** Contacts of bots and vendors. */
  readonly demandFactor: number;
  /** Agents' waits between contacts. */
  readonly gapFactor: number;
  /** Handle time of agents on voice. */
  readonly voiceHandleFactor: number;
  /** Agents' contacts on other channels that are calls instead. */
  readonly voiceSurge: number;
  /** Agents' contacts that are handled in overtime. */
  readonly overtimeShare: number;
  /** Agents off duty who are called in, in overtime. */
  readonly callInShare: number;
  /** Contacts of people that come with a gift, a direct marketing cost. */
  readonly giftShare: number;
  readonly botResolvedShare: number;
  readonly complaintRate: number;
  readonly vendorErrorRate: number;
  readonly vendorHandleFactor: number;
  /** Surveys that are answered with one or two stars whatever they would have been. */
  readonly unhappyShare: number;
  /** Records that are followed by a broken, repeated, better or late copy. */
  readonly badInputShare: number;
}

/** An ordinary day. */
export const NORMAL: Effects = {
  demandFactor: 1,
  gapFactor: 1,
  voiceHandleFactor: 1,
  voiceSurge: 0,
  overtimeShare: 0,
  callInShare: 0,
  giftShare: 0,
  botResolvedShare: BOT_OUTCOMES.resolved,
  complaintRate: COMPLAINT_RATE,
  vendorErrorRate: ERROR_RATES.vendor,
  vendorHandleFactor: 1,
  unhappyShare: 0,
  badInputShare: 0,
};

const EFFECT_NAMES = Object.keys(NORMAL) as (keyof Effects)[];

/** Names of the scenarios. */
export const SCENARIO_NAMES = [
  'normal',
  'overspend-voice',
  'promotion',
  'over-automation',
  'vendor-errors',
  'bad-input',
] as const;
/** Name of a scenario. */
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** A scenario: what it changes, and when unless told otherwise. */
export interface Scenario {
  /** One sentence for people. */
  readonly summary: string;
  readonly effects: Effects;
  /** From going live to the start; negative: under way by then. */
  readonly startsAfterMs: number;
  /** Null: until the end. */
  readonly lastsMs: number | null;
  /** Null: once. */
  readonly everyMs: number | null;
  /** From nothing to the full effect, and back. */
  readonly rampMs: number;
}

const FROM_LIVE_ON = { startsAfterMs: MINUTE_MS, lastsMs: null, everyMs: null, rampMs: 2 * MINUTE_MS };

/** The scenarios. */
export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  normal: { summary: 'An ordinary day.', effects: NORMAL, ...FROM_LIVE_ON },
  'overspend-voice': {
    summary: 'Calls take three times as long and staff is called in on overtime: fifteen minutes, every hour.',
    effects: { ...NORMAL, voiceHandleFactor: 3, voiceSurge: 1, gapFactor: 0.05, overtimeShare: 1, callInShare: 1 },
    // Under way when it goes live: contacts have to end, and windows to fill with them, before anybody is told, which
    // takes two to five minutes, whatever the time of day.
    startsAfterMs: -3.5 * MINUTE_MS,
    lastsMs: 15 * MINUTE_MS,
    everyMs: HOUR_MS,
    rampMs: 30 * SECOND_MS,
  },
  promotion: {
    summary: 'A promotion doubles the traffic; gifts and overtime are spent on it.',
    effects: { ...NORMAL, demandFactor: 2, gapFactor: 0.3, overtimeShare: 0.25, callInShare: 0.3, giftShare: 0.35 },
    ...FROM_LIVE_ON,
  },
  'over-automation': {
    summary: 'The bot takes what people should: more is automated, and complaints go from 5% to 12%.',
    effects: {
      ...NORMAL,
      demandFactor: 1.3,
      gapFactor: 4,
      botResolvedShare: 0.88,
      complaintRate: 0.12,
      unhappyShare: 0.4,
    },
    ...FROM_LIVE_ON,
  },
  'vendor-errors': {
    summary: 'Outsourced contacts take longer, and a third of them have errors.',
    effects: { ...NORMAL, vendorErrorRate: 0.33, vendorHandleFactor: 1.6 },
    ...FROM_LIVE_ON,
  },
  'bad-input': {
    summary: 'A few per cent of the records come broken, twice, corrected or late.',
    effects: { ...NORMAL, badInputShare: 0.04 },
    ...FROM_LIVE_ON,
  },
};

/**
 * A scenario at a place in time. It moves only what is decided in [validFromMs, validUntilMs): a contact is decided when
 * it is answered. So a plan that is added later changes nothing that was sent before, and a restart regenerates the same.
 * All epoch milliseconds of event time.
 */
export interface ScenarioPlan {
  readonly scenario: ScenarioName;
  readonly startMs: number;
  readonly lastsMs: number | null;
  readonly everyMs: number | null;
  readonly rampMs: number;
  /** Null: since ever. */
  readonly validFromMs: number | null;
  /** Null: until further notice. */
  readonly validUntilMs: number | null;
}

/** The effects at `atMs` on what is decided at `decidedMs`. */
export function effectsAt(plans: readonly ScenarioPlan[], decidedMs: number, atMs: number): Effects {
  let effects = NORMAL;
  for (const plan of plans) {
    const share = intensity(plan, decidedMs, atMs);
    if (share > 0) effects = towards(effects, SCENARIOS[plan.scenario].effects, share);
  }
  return effects;
}

/**
 * How much longer a call takes that is answered at `answeredMs` and would ordinarily take `handleMs`. What counts is when
 * it would end if it ran long: at the start of an overspend calls that run long are ending already, as they would be if
 * it were real; otherwise the first to end would be the shortest, and unit cost would dip before it rises.
 */
export function voiceHandleFactorAt(plans: readonly ScenarioPlan[], answeredMs: number, handleMs: number): number {
  return plans.reduce((factor, plan) => {
    const longer = SCENARIOS[plan.scenario].effects.voiceHandleFactor;
    return factor * (1 + (longer - 1) * intensity(plan, answeredMs, answeredMs + handleMs * longer));
  }, 1);
}

/** One time that a plan comes round: from the start of its ramp to the start of its end. */
export interface Occurrence {
  readonly scenario: ScenarioName;
  readonly startMs: number;
  /** Infinity where it never ends. */
  readonly endMs: number;
  /** Nothing decided before this is moved by it. */
  readonly validFromMs: number;
  /** Nor anything from here on. */
  readonly validUntilMs: number;
}

/** The occurrences that start in [fromMs, toMs). */
export function occurrencesIn(plans: readonly ScenarioPlan[], fromMs: number, toMs: number): Occurrence[] {
  return plans.flatMap((plan) => {
    const { startMs, everyMs } = plan;
    if (everyMs === null) return startMs >= fromMs && startMs < toMs ? occurrence(plan, startMs) : [];
    const first = Math.max(0, Math.ceil((fromMs - startMs) / everyMs));
    const count = Math.max(0, Math.ceil((toMs - startMs) / everyMs) - first);
    return Array.from({ length: count }, (_, at) => occurrence(plan, startMs + (first + at) * everyMs)).flat();
  });
}

function occurrence(plan: ScenarioPlan, startMs: number): Occurrence[] {
  const validFromMs = plan.validFromMs ?? -Infinity;
  const validUntilMs = plan.validUntilMs ?? Infinity;
  const endMs = plan.lastsMs === null ? Infinity : startMs + plan.lastsMs;
  if (startMs >= validUntilMs || endMs <= validFromMs) return [];
  return [{ scenario: plan.scenario, startMs, endMs, validFromMs, validUntilMs }];
}

function intensity(plan: ScenarioPlan, decidedMs: number, atMs: number): number {
  if (plan.validFromMs !== null && decidedMs < plan.validFromMs) return 0;
  if (plan.validUntilMs !== null && decidedMs >= plan.validUntilMs) return 0;
  if (atMs < plan.startMs) return 0;
  const sinceMs = plan.everyMs === null ? atMs - plan.startMs : (atMs - plan.startMs) % plan.everyMs;
  const risen = plan.rampMs === 0 ? 1 : Math.min(1, sinceMs / plan.rampMs);
  if (plan.lastsMs === null || sinceMs < plan.lastsMs) return risen;
  return plan.rampMs === 0 ? 0 : Math.max(0, 1 - (sinceMs - plan.lastsMs) / plan.rampMs);
}

function towards(from: Effects, to: Effects, share: number): Effects {
  if (share === 1 && from === NORMAL) return to;
  const mixed: Record<keyof Effects, number> = { ...from };
  for (const name of EFFECT_NAMES) mixed[name] += (to[name] - NORMAL[name]) * share;
  return mixed;
}
