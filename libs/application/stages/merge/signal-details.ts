import {
  amountOf,
  contributors,
  DIMENSIONS,
  formatMicros,
  rfc3339,
  type AppliedRule,
  type Measures,
  type Rule,
  type SignalContributor,
  type SignalDetails,
  type SignalVariance,
} from '#libs/domain';
import type { ScopeView } from './scope-view.js';

/** What a signal says beside its verdict: who is `named`, else what the content judged is made of, largest first. */
export function detailsOf(
  content: Measures,
  tMs: number,
  named: SignalContributor[] = dimensionsOf(content),
  variance?: SignalVariance,
): SignalDetails {
  return {
    ...(named.length > 0 && { contributors: named }),
    ...(variance && { variance }),
    evidence: { watermark: rfc3339(tMs) },
  };
}

/** Kinds that are about what was spent lately, save those that know their driver. */
const ABOUT_THE_LAST_HOUR: ReadonlySet<Rule['kind']> = new Set(['burn-rate', 'unit-cost'] as const);

/**
 * The channels and vendors that drive an overspend of the whole: what they cost more in the last hour than a day before, and
 * their share of all that contacts cost more; a vendor's part is in its channels' too. Undefined where none is known.
 */
export function partsOf(rule: AppliedRule, view: ScopeView): SignalContributor[] | undefined {
  if (!ABOUT_THE_LAST_HOUR.has(rule.kind)) return undefined;
  const parts = view.partsOfLastHour();
  const channels = parts.filter(({ scope }) => scope === 'channel');
  const excessMicros = channels.reduce(
    (sum, { amountMicros, expectedMicros = 0n }) => sum + amountMicros - expectedMicros,
    0n,
  );
  const named = contributors(parts, excessMicros);
  return named.length > 0 ? named : undefined;
}

function dimensionsOf(content: Measures): SignalContributor[] {
  const total = amountOf(content);
  if (total <= 0n) return [];
  return DIMENSIONS.filter((dimension) => content[dimension] !== 0n)
    .sort((a, b) => (content[b] > content[a] ? 1 : content[b] < content[a] ? -1 : 0))
    .map((dimension) => ({
      scope: 'dimension',
      id: dimension,
      amount: formatMicros(content[dimension]),
      share: Number(content[dimension]) / Number(total),
    }));
}
