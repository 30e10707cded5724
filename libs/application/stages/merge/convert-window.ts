import type { CostWindow } from '#libs/contract';
import {
  amountOf,
  DIMENSIONS,
  formatMicros,
  rfc3339,
  type Measures,
  type PublishedScope,
  type WindowResult,
} from '#libs/domain';

/** Measures in the contract's terms; optional counts only where there is something to count. */
function contentOf(
  measures: Measures,
): Omit<CostWindow, 'scope' | 'id' | 'window' | 'start' | 'end' | 'revision' | 'currency'> {
  const breakdown: CostWindow['breakdown'] = {};
  for (const dimension of DIMENSIONS)
    if (measures[dimension] !== 0n) breakdown[dimension] = formatMicros(measures[dimension]);
  return {
    amount: formatMicros(amountOf(measures)),
    breakdown,
    interactions: measures.interactions,
    handledByAgents: measures.handledByAgents,
    automated: measures.automated,
    resolved: measures.resolved,
    handleSeconds: measures.handleMicroseconds / 1e6,
    complaints: measures.complaints,
    csatSum: measures.csatMicros / 1e6,
    csatCount: measures.csatCount,
    overtimeAmount: formatMicros(measures.overtime),
    repetitiveByAgents: measures.repetitiveByAgents,
    errors: measures.errors,
  };
}

/** A window of a scope that has a place in the contract. */
export type PublishedWindow = Omit<WindowResult, 'scope'> & { readonly scope: PublishedScope };

/** A window as it is published. Throws MoneyOverflowError beyond the contract's ten integer digits. */
export function costWindowOf(result: PublishedWindow, currency: string): CostWindow {
  return {
    scope: result.scope,
    id: result.id,
    window: result.window,
    start: rfc3339(result.startMs),
    end: rfc3339(result.endMs),
    revision: result.revision,
    currency,
    ...contentOf(result.measures),
  };
}
