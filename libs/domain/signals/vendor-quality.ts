import { amountOf, type Measures } from '../facts/index.js';
import { divideHalfEven, type Micros } from '../money/index.js';
import type { VendorQualityRule } from '../reference/index.js';
import { formatDuration } from '../time/index.js';
import type { AppliedRuleOf } from './rule-set.js';
import type { Verdict } from './verdict.js';
import { amountText, ratioText, subjectName } from './wording.js';

/**
 * Chance alone gives more errors than this many standard deviations over the limit once in some 2,000 windows that have
 * nothing in common. Three were not enough: a window is judged each minute, and a centre has several vendors.
 */
const DEVIATIONS = 3.5;

/** What a vendor and the own people did in the window, by channel; bills of the vendor apart. */
export interface VendorObservation {
  readonly vendor: ReadonlyMap<string, Measures>;
  readonly inHouse: ReadonlyMap<string, Measures>;
  /** Retainers and other bills of the vendor, accrued in the window. */
  readonly billsMicros: Micros;
}

/** Cost and resolutions, with the rework that errors make. */
interface TrueCost {
  readonly amountMicros: Micros;
  readonly resolved: number;
}

/**
 * Rule vendor-quality (contract section 8; method section 6, "vendor error rate (8%) makes its true cost per resolution
 * exceed the in-house one"): errors / contacts of a vendor over `errorRatio` (default 0.08) in the window (default 6h) by
 * more than chance makes: errors > n p + 3.5 sqrt(n p (1 - p)). Unit: ratio. Fewer than `minimumUnits` contacts (default
 * 30) are not judged. Critical when its true cost per resolution is over the in-house one as well:
 *
 *     true cost = cost of its contacts + its bills + errors x in-house cost per contact, since a person does each again
 *     in-house  = the own people's cost, resolutions and errors per contact in each channel, on the vendor's mix
 *
 * A channel that the own people do not serve counts at their average over the others. Idle time and bills for systems
 * are in neither side.
 */
export function evaluateVendorQuality(
  applied: AppliedRuleOf<VendorQualityRule>,
  observation: VendorObservation,
): Verdict {
  const { rule, scope, id, currency } = applied;
  const window = formatDuration(rule.windowMs);
  const contacts = sumOf(observation.vendor, ({ interactions }) => interactions);
  const errors = sumOf(observation.vendor, (measures) => measures.errors);
  const about = { threshold: rule.errorRatio, unit: 'ratio', window } as const;
  const subject = subjectName(scope, id);
  if (contacts < rule.minimumUnits) {
    const summary = `${subject}: too few contacts over ${window} to judge its errors`;
    return { ...about, condition: false, observed: 0, severity: 'warning', summary };
  }
  const expected = contacts * rule.errorRatio;
  const isOver = errors > expected + DEVIATIONS * Math.sqrt(expected * (1 - rule.errorRatio));
  const observed = errors / contacts;
  const [own, inHouse] = trueCosts(observation, contacts, errors);
  const rate = `${(observed * 100).toFixed(1)}% errors over ${window}, limit ${ratioText(rule.errorRatio)}`;
  const costs =
    own.resolved > 0 && inHouse.resolved > 0
      ? `; ${currency} ${perResolution(own)} per resolution, in-house ${perResolution(inHouse)} on the same mix`
      : '';
  return {
    ...about,
    condition: isOver,
    observed,
    severity: isDearer(own, inHouse) ? 'critical' : 'warning',
    nearness: observed / rule.errorRatio,
    summary: `${subject} has ${rate}${costs}`,
  };
}

function trueCosts(
  { vendor, inHouse, billsMicros }: VendorObservation,
  contacts: number,
  errors: number,
): [own: TrueCost, inHouse: TrueCost] {
  const average = [...inHouse.values()];
  const onMix = (figure: (measures: Measures) => bigint): bigint =>
    [...vendor].reduce((sum, [channel, { interactions }]) => {
      const same = inHouse.get(channel);
      const cells = same && same.interactions > 0 ? [same] : average;
      const base = cells.reduce((count, each) => count + each.interactions, 0);
      if (base === 0) return sum;
      const total = cells.reduce((all, each) => all + figure(each), 0n);
      return sum + divideHalfEven(total * BigInt(interactions), BigInt(base));
    }, 0n);
  const handling = onMix(amountOf);
  const rework = (count: number): Micros => divideHalfEven(handling * BigInt(count), BigInt(contacts));
  const spent = [...vendor.values()].reduce((sum, measures) => sum + amountOf(measures), billsMicros);
  return [
    { amountMicros: spent + rework(errors), resolved: sumOf(vendor, ({ resolved }) => resolved) },
    {
      amountMicros: handling + rework(Number(onMix((measures) => BigInt(measures.errors)))),
      resolved: Number(onMix(({ resolved }) => BigInt(resolved))),
    },
  ];
}

function isDearer(own: TrueCost, inHouse: TrueCost): boolean {
  if (own.resolved <= 0 || inHouse.resolved <= 0) return false;
  return own.amountMicros * BigInt(inHouse.resolved) > inHouse.amountMicros * BigInt(own.resolved);
}

function perResolution({ amountMicros, resolved }: TrueCost): string {
  return amountText(divideHalfEven(amountMicros, BigInt(resolved)));
}

function sumOf(cells: ReadonlyMap<string, Measures>, figure: (measures: Measures) => number): number {
  return [...cells.values()].reduce((sum, measures) => sum + figure(measures), 0);
}
