import { amountOf, type Measures } from '../facts/index.js';
import { divideHalfEven } from '../money/index.js';
import type { OverAutomationRule } from '../reference/index.js';
import type { AppliedRuleOf } from './rule-set.js';
import type { Verdict } from './verdict.js';
import { amountText, subjectName } from './wording.js';

/** Chance alone gives more complaints than this many standard deviations over the usual once in 700 windows. */
const DEVIATIONS = 3;

/**
 * Rule over-automation (contract section 8; method section 6, "automation rate up and complaint rate up: 5% to 12%"):
 * more is completed without a person than before, and more of it is complained of. With a = automated / interactions
 * and c = complaints / interactions, of the window (default 1h) and of the baseline before it (default three days):
 *
 *     a > a0 + `automationRise` (default 0.05), c >= `complaintRatio` (0.08) and c >= c0 x `complaintFactor` (1.5),
 *     and complaints > n c0 + 3 sqrt(n c0 (1 - c0)): not what chance makes of the usual rate
 *
 * Unit: complaint rate as a ratio. Fewer than `minimumUnits` interactions on either side are not judged. The summary
 * says what the automation saves at the scope's own figures: contacts that people would have handled at the former rate
 * x cost per contact handled, less the complaints over the usual at the same price, since a person answers each.
 */
export function evaluateOverAutomation(
  applied: AppliedRuleOf<OverAutomationRule>,
  window: Measures,
  baseline: Measures,
): Verdict {
  const { rule, scope, id, currency } = applied;
  const subject = subjectName(scope, id);
  const about = {
    threshold: rule.complaintRatio,
    unit: 'ratio',
    severity: rule.severity,
    window: rule.window,
  } as const;
  if (window.interactions < rule.minimumUnits || baseline.interactions < rule.minimumUnits) {
    const summary = `${subject}: too few interactions to compare automation and complaints over ${rule.window}`;
    return { ...about, condition: false, observed: 0, summary };
  }
  const [automation, usualAutomation] = [window, baseline].map(automationOf) as [number, number];
  const [complaints, usualComplaints] = [window, baseline].map(complaintsOf) as [number, number];
  const expected = window.interactions * usualComplaints;
  const byChance = expected + DEVIATIONS * Math.sqrt(expected * (1 - usualComplaints));
  const isMoreAutomated = automation > usualAutomation + rule.automationRise;
  const isWorse =
    complaints >= rule.complaintRatio &&
    complaints >= usualComplaints * rule.complaintFactor &&
    window.complaints > byChance;
  const saving = netSaving(window, usualAutomation, usualComplaints);
  const rates = `${percent(automation)} automated (${percent(usualAutomation)} before) and ${percent(complaints)} complained of (${percent(usualComplaints)} before)`;
  return {
    ...about,
    condition: isMoreAutomated && isWorse,
    observed: complaints,
    ...(isMoreAutomated && { nearness: complaints / rule.complaintRatio }),
    summary: `${subject} over ${rule.window}: ${rates}; net saving ${currency} ${amountText(saving)}`,
  };
}

/** Contacts kept from people less complaints caused, at what a contact handled by a person costs in the window. */
function netSaving(window: Measures, usualAutomation: number, usualComplaints: number): bigint {
  if (window.handledByAgents === 0) return 0n;
  const keptFromPeople = window.automated - Math.round(window.interactions * usualAutomation);
  const complained = window.complaints - Math.round(window.interactions * usualComplaints);
  const cost = window.labour > 0n ? window.labour : amountOf(window);
  return divideHalfEven(cost * BigInt(keptFromPeople - complained), BigInt(window.handledByAgents));
}

function automationOf({ automated, interactions }: Measures): number {
  return automated / interactions;
}

function complaintsOf({ complaints, interactions }: Measures): number {
  return complaints / interactions;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}%`;
}
