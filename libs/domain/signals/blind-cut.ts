import type { Measures } from '../facts/index.js';
import { savedHours } from '../initiative/index.js';
import type { BlindCutRule } from '../reference/index.js';
import { parseDuration } from '../time/index.js';
import type { AppliedBlindCut } from './rule-set.js';
import type { Verdict } from './verdict.js';
import { ratioText, subjectName } from './wording.js';

/** Chance alone gives so many standard deviations once in 700 windows. */
const DEVIATIONS = 3;

const HOUR_MICROSECONDS = 3_600_000_000;

/** Scores of 1 to 5, which is what most surveys ask for, spread at most so widely. */
const SCORE_DEVIATION = 1.5;

/** The last hours of the rule's window, and the same hours of past weeks, newest first; whole hours. */
export interface CutObservation {
  readonly observed: Measures;
  readonly past: readonly Measures[];
  /** Event time at which it is judged. */
  readonly asOfMs: number;
  /** Event time of the end of the hours, and of those of past weeks. */
  readonly endMs: number;
  readonly pastEndsMs: readonly number[];
}

/** What customers felt of it. */
interface Harm {
  readonly text: string;
  /** How much, of what the rule takes for harm; 1 is at its limit. */
  readonly extent: number;
  /** CSAT fell by the ratio at which it is critical. */
  readonly isCritical: boolean;
}

/**
 * Rule blind-cut (contract section 8; method section 6, "headcount cut followed by a CSAT fall (40%): flag capacity cuts
 * without an evaluated initiative, and the fall"). With P the paid hours, S the mean CSAT and A = abandoned / contacts of
 * the own people and the bot in the window (default 24h, whole hours), and P0, S0, A0 those of the same hours of past
 * weeks (at least `minimumWeeks`, default 1; together, the paid hours divided by the weeks):
 *
 *     P <= P0 x (1 - `cutRatio`)                                  default 0.1
 *     and one of
 *       S <= S0 x (1 - `csatFallRatio`) and S0 - S > 3 x 1.5 x sqrt(1 / n + 1 / n0)           default 0.1
 *       A >= A0 x `abandonFactor` (1.5), A >= A0 + `abandonRise` (0.03)
 *         and abandoned > n A0 + 3 sqrt(n A0 (1 - A0))
 *
 * so neither a quiet week nor chance fires it. Unit: paid hours as a ratio of the usual ones. Critical where CSAT fell by
 * `criticalFallRatio` (0.4, the method's case), else warning. With fewer than `minimumUnits` (200) contacts on a side
 * abandonment is not judged, with fewer than a quarter of that in scores CSAT is not.
 *
 * An initiative that somebody evaluated explains what it was expected to save: the hours a week of the accepted initiatives of
 * the register (`initiativesOn`) that are in force in the window, as far as past weeks did not have them in force already, are
 * added to P. So a cut within what was evaluated is silent, and one beyond it is not. Silent altogether at times of an
 * initiative that the rule itself lists.
 *
 * Paid hours are handle time of agents, and their paid time of other states where agent states are sent.
 */
export function evaluateBlindCut(
  applied: AppliedBlindCut,
  { observed, past, asOfMs, endMs, pastEndsMs }: CutObservation,
): Verdict {
  const { rule, scope, id, registered } = applied;
  const subject = subjectName(scope, id);
  const about = { threshold: 1 - rule.cutRatio, unit: 'ratio', window: rule.window } as const;
  const unjudged = (why: string): Verdict => ({
    ...about,
    condition: false,
    observed: 1,
    severity: 'warning',
    summary: `${subject}: ${why}`,
  });
  if (past.length < rule.minimumWeeks)
    return unjudged(
      `${String(past.length)} of ${String(rule.minimumWeeks)} weeks seen that these hours can be compared with`,
    );
  const usual = past.reduce(together, { paid: 0, interactions: 0, abandoned: 0, csatMicros: 0, csatCount: 0 });
  const usualPaid = usual.paid / past.length;
  if (usualPaid === 0) return unjudged('no paid hours in past weeks to compare with');
  const paid = observed.paidMicroseconds / usualPaid;
  const lengthMs = parseDuration(rule.window);
  const saved = (toMs: number): number => savedHours(registered, toMs - lengthMs, toMs);
  const savedBefore = pastEndsMs.reduce((sum, pastMs) => sum + saved(pastMs), 0) / past.length;
  const explained = (Math.max(0, saved(endMs) - savedBefore) * HOUR_MICROSECONDS) / usualPaid;
  const harm = [csatFall(rule, observed, usual), abandonRise(rule, observed, usual)]
    .filter((each) => each !== undefined)
    .sort((a, b) => b.extent - a.extent)[0];
  const known = rule.initiatives.find(({ fromMs = -Infinity, toMs = Infinity }) => asOfMs > fromMs && asOfMs <= toMs);
  const cut = (1 - paid - explained) / rule.cutRatio;
  const isCut = cut >= 1 && harm !== undefined && harm.extent >= 1;
  const hours = `${percent(1 - paid)} fewer paid hours over ${rule.window} than in past weeks (limit ${ratioText(rule.cutRatio)})`;
  const reason = known ? `; initiative ${known.initiativeId} accounts for it` : explainedText(explained);
  return {
    ...about,
    condition: isCut && !known,
    observed: paid,
    severity: harm?.isCritical === true ? 'critical' : 'warning',
    ...(!known && harm && { nearness: Math.min(cut, harm.extent) }),
    summary: `${subject} has ${paid < 1 ? hours : 'no fewer paid hours than in past weeks'}${harm ? `, and ${harm.text}` : ''}${reason}`,
  };
}

function explainedText(explained: number): string {
  return explained > 0 ? `; evaluated initiatives account for ${percent(explained)}` : '';
}

interface Totals {
  readonly paid: number;
  readonly interactions: number;
  readonly abandoned: number;
  readonly csatMicros: number;
  readonly csatCount: number;
}

function together(sum: Totals, week: Measures): Totals {
  return {
    paid: sum.paid + week.paidMicroseconds,
    interactions: sum.interactions + week.interactions,
    abandoned: sum.abandoned + week.abandoned,
    csatMicros: sum.csatMicros + week.csatMicros,
    csatCount: sum.csatCount + week.csatCount,
  };
}

function csatFall(rule: BlindCutRule, observed: Measures, usual: Totals): Harm | undefined {
  const fewest = rule.minimumUnits / 4;
  if (observed.csatCount < fewest || usual.csatCount < fewest || usual.csatMicros <= 0) return undefined;
  const [score, usualScore] = [observed, usual].map(({ csatMicros, csatCount }) => csatMicros / csatCount / 1e6) as [
    number,
    number,
  ];
  const byChance = DEVIATIONS * SCORE_DEVIATION * Math.sqrt(1 / observed.csatCount + 1 / usual.csatCount);
  const fall = usualScore - score;
  const ratio = fall / usualScore;
  return {
    text: `CSAT fell from ${usualScore.toFixed(2)} to ${score.toFixed(2)}`,
    extent: Math.min(ratio / rule.csatFallRatio, fall / byChance),
    isCritical: ratio >= rule.criticalFallRatio,
  };
}

function abandonRise(rule: BlindCutRule, observed: Measures, usual: Totals): Harm | undefined {
  if (observed.interactions < rule.minimumUnits || usual.interactions < rule.minimumUnits) return undefined;
  const rate = observed.abandoned / observed.interactions;
  const usualRate = usual.abandoned / usual.interactions;
  const expected = observed.interactions * usualRate;
  const byChance = expected + DEVIATIONS * Math.sqrt(expected * (1 - usualRate));
  const limit = Math.max(
    usualRate * rule.abandonFactor,
    usualRate + rule.abandonRise,
    byChance / observed.interactions,
  );
  return {
    text: `${percent(rate)} were abandoned (${percent(usualRate)} before)`,
    extent: rate / limit,
    isCritical: false,
  };
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}%`;
}
