import { amountOf, emptyMeasures, isZero, type Measures, type ScopeRef } from '../facts/index.js';
import type { Micros } from '../money/index.js';
import { DIMENSIONS, type BudgetScope, type Dimension } from '../reference/index.js';
import type { AccrualLine } from './accrual-line.js';

/** What of a scope's spend is meant: all of it, or a part that has no windows of its own. */
export interface SpendPart {
  readonly scope: BudgetScope;
  readonly id: string;
  /** Of what was added up without bills. */
  readonly only: (measures: Measures) => Measures;
  /** Which of the scope's bills are in it; absent: all. */
  readonly holds?: (line: AccrualLine) => boolean;
  /** Whether its hours can be told from those of the whole scope. */
  readonly hasHours: boolean;
}

/** All of a scope's spend. */
export function wholeOf({ scope, id }: ScopeRef): SpendPart {
  return { scope, id, only: (measures) => measures, hasHours: true };
}

/**
 * Spend of the whole centre in one cost dimension, exactly what its windows say under `breakdown`. Counts are the whole's:
 * handle time and contacts are what its labour was spent on.
 */
export function dimensionPart(dimension: Dimension): SpendPart {
  return {
    scope: 'dimension',
    id: dimension,
    only: (measures) => ({ ...measures, ...NO_MONEY, [dimension]: measures[dimension] }),
    holds: (line) => line.dimension === dimension,
    hasHours: true,
  };
}

/** What a system of the inventory costs: the bills that name it, in whatever dimension. Contacts name no system. */
export function systemPart(system: string): SpendPart {
  return {
    scope: 'system',
    id: system,
    only: () => emptyMeasures(),
    holds: (line) => line.system === system,
    hasHours: false,
  };
}

/** The parts of the whole centre: its dimensions, the systems that its bills name, and `others` that are known of. */
export function partsOfTheWhole(lines: Iterable<AccrualLine>, others: Iterable<string>): SpendPart[] {
  const systems = new Set(others);
  for (const { system } of lines) if (system !== undefined) systems.add(system);
  return [...DIMENSIONS.map(dimensionPart), ...[...systems].sort().map(systemPart)];
}

/** Whether anything was spent in the part, or done where it is all of a scope. */
export function isNews(part: SpendPart, measures: Measures): boolean {
  return part.scope === 'dimension' || part.scope === 'system'
    ? amountIn(part, measures) !== 0n
    : !isZero(part.only(measures));
}

/** The part's amount in measures without bills. */
export function amountIn(part: SpendPart, measures: Measures): Micros {
  return amountOf(part.only(measures));
}

const NO_MONEY = { labour: 0n, system: 0n, marketing: 0n, outsourcing: 0n, training: 0n, overtime: 0n } as const;
