import { divideHalfEven, type FxRate, type Micros, type Organisation } from '#libs/domain';
import { isRole, type Principal } from '../access/index.js';

/** Most that somebody may approve for a year, in micros of the organisation's currency: by role, or by person. */
export type ApprovalLimits = Readonly<Record<string, Micros>>;

/**
 * The limit of a person: his own where one is named, else the highest of his roles'. Without any limits nobody has one;
 * where there are some, who is not named may approve nothing.
 */
export function yearlyLimitOf(
  { id, roles }: Pick<Principal, 'id' | 'roles'>,
  limits: ApprovalLimits,
): Micros | undefined {
  const names = Object.keys(limits);
  if (names.length === 0) return undefined;
  if (Object.hasOwn(limits, id) && !isRole(id)) return limits[id];
  return roles.reduce((most, role) => {
    const limit = Object.hasOwn(limits, role) ? (limits[role] ?? 0n) : 0n;
    return limit > most ? limit : most;
  }, 0n);
}

const MICROS = 1_000_000n;

/**
 * An amount in the organisation's currency at the rate in force at `nowMs`, half-even to the micro; undefined without
 * one.
 */
export function inHomeCurrency(
  amountMicros: Micros,
  currency: string,
  home: { readonly organisation: Organisation; readonly fxRates: readonly FxRate[] },
  nowMs: number,
): Micros | undefined {
  if (currency === home.organisation.currency) return amountMicros;
  const rate = home.fxRates.find(
    (each) => each.currency === currency && (each.fromMs ?? -Infinity) <= nowMs && nowMs < (each.toMs ?? Infinity),
  );
  return rate && divideHalfEven(amountMicros * rate.rateMicros, MICROS);
}
