import {
  formatDuration,
  formatMicros,
  rfc3339,
  type Budget,
  type EffectiveDated,
  type RateCard,
  type Rule,
} from '#libs/domain';
import { z } from 'zod';
import { isReferenceKind, referenceEntry, type ReferenceEntry } from './entry.js';
import { WIRE_SCALARS } from './scalars.js';
import { entrySchemas } from './schemas.js';

/** A wire value as JSON has it: decimal texts, RFC 3339 UTC times, durations such as `5m`. */
export type WireObject = Readonly<Record<string, unknown>>;

/** An entry read from the wire, or why it is none. */
export type WireResult =
  | { readonly ok: true; readonly entry: ReferenceEntry }
  | { readonly ok: false; readonly reason: 'unknown-kind' | 'not-json' | 'invalid-entry'; readonly detail: string };

const SCHEMAS = entrySchemas(WIRE_SCALARS);
const VERSIONED = z.object({ version: z.int().min(1).default(1) });

/**
 * Reads the value of one `spendline.reference` record (JSON text). What this program does not know, such as a kind of
 * rule that a newer one has written, is a refusal and not an error, so that an older reader lives on without it.
 */
export function referenceEntryFromWire(kind: string, json: string): WireResult {
  if (!isReferenceKind(kind))
    return { ok: false, reason: 'unknown-kind', detail: `no kind of reference data: ${kind}` };
  let wire: unknown;
  try {
    wire = JSON.parse(json);
  } catch (error) {
    return { ok: false, reason: 'not-json', detail: String(error) };
  }
  const version = VERSIONED.safeParse(wire);
  const value = SCHEMAS[kind].safeParse(wire);
  if (!version.success || !value.success) {
    const issues = [...(version.error?.issues ?? []), ...(value.error?.issues ?? [])];
    const detail = issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    return { ok: false, reason: 'invalid-entry', detail: `${kind}: ${detail}` };
  }
  // The schema of `kind` answers with that kind's value, which the indexed access above loses.
  const entry = referenceEntry(kind, value.data as never, version.data.version);
  return { ok: true, entry };
}

/** The JSON text of one `spendline.reference` record; {@link referenceEntryFromWire} reads it back equal. */
export function referenceEntryToWire(entry: ReferenceEntry): string {
  return JSON.stringify({ ...referenceValueToWire(entry), version: entry.version });
}

/** The wire object of an entry's value, without its version. */
export function referenceValueToWire(entry: ReferenceEntry): WireObject {
  switch (entry.kind) {
    case 'organisation': {
      const targets = Object.entries(entry.value.unitCostTargets);
      const unitCostTargets = Object.fromEntries(targets.map(([per, amount]) => [per, formatMicros(amount)]));
      return { ...entry.value, unitCostTargets };
    }
    case 'agent':
    case 'agent-group':
      return convertDates(entry.value);
    case 'rate-card':
      return convertRateCard(entry.value);
    case 'budget':
      return convertBudget(entry.value);
    case 'initiative': {
      const { version: _, ...rest } = convertDates(entry.value);
      return rest;
    }
    case 'rule':
      return convertRule(entry.value);
    case 'fx-rate': {
      const { rateMicros, ...rest } = convertDates(entry.value);
      return { ...rest, rate: formatMicros(rateMicros) };
    }
  }
}

function convertRateCard(card: RateCard): WireObject {
  const { amountMicros, splitPpm, overtimeMultiplierMicros, ...rest } = convertDates(card);
  return {
    ...rest,
    amount: formatMicros(amountMicros),
    ...(splitPpm && {
      split: Object.fromEntries(Object.entries(splitPpm).map(([part, ppm]) => [part, formatMicros(BigInt(ppm))])),
    }),
    ...(overtimeMultiplierMicros !== undefined && { overtimeMultiplier: formatMicros(overtimeMultiplierMicros) }),
  };
}

function convertBudget(budget: Budget): WireObject {
  const { amountMicros, toleranceRatio, thresholdRatios, version: _, ...rest } = convertDates(budget);
  return {
    ...rest,
    amount: formatMicros(amountMicros),
    ...(toleranceRatio !== undefined && { tolerance: toleranceRatio }),
    ...(thresholdRatios && { thresholds: thresholdRatios }),
  };
}

/** A rule's fields without the units in their names: `forMs` 120000 is `for` "2m", `planMicros` 1n is `plan` "0.000001". */
function convertRule(rule: Rule): WireObject {
  const { version: _, ...rest } = convertDates(rule);
  return withoutUnits(rest);
}

function withoutUnits(value: object): WireObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]: [string, unknown]) => {
      if (typeof field === 'bigint') return [name.replace(/Micros$/, ''), formatMicros(field)];
      if (typeof field === 'number' && name.endsWith('Ms')) return [name.replace(/Ms$/, ''), formatDuration(field)];
      if (Array.isArray(field))
        return [name, field.map((each: unknown) => (isObject(each) ? withoutUnits(each) : each))];
      return [name, field];
    }),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function convertDates<T extends EffectiveDated>(value: T): Undated<T> & { from?: string; to?: string } {
  const { fromMs, toMs, ...rest } = value;
  const dates = {
    ...(fromMs !== undefined && { from: rfc3339(fromMs) }),
    ...(toMs !== undefined && { to: rfc3339(toMs) }),
  };
  return { ...(rest as Undated<T>), ...dates };
}

type Undated<T> = T extends unknown ? Omit<T, keyof EffectiveDated> : never;
