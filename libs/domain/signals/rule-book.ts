import type { BudgetScope, Reference } from '../reference/index.js';
import { rulesFor, type AppliedRule } from './rule-set.js';

/** What was found for a scope and id, and the time in which that is the answer. */
interface Found {
  readonly startMs: number;
  readonly endMs: number;
  readonly rules: readonly AppliedRule[];
}

/**
 * The rules that apply to each scope and id under one reference, as {@link rulesFor} gives them: they are asked for each
 * minute and hardly ever change, so they are found once for each stretch of time in which no rule and no budget begins or
 * ends. Asked for the same stretch it gives the same list of the same objects.
 */
export class RuleBook {
  /** When a rule or a budget begins or ends, in order. */
  private readonly turnsMs: readonly number[];
  private readonly found = new Map<string, Found>();

  constructor(private readonly reference: Reference) {
    const dated = [...reference.rules, ...reference.budgets];
    const turns = new Set(dated.flatMap(({ fromMs = -Infinity, toMs = Infinity }) => [fromMs, toMs]));
    this.turnsMs = [...turns].filter(Number.isFinite).sort((a, b) => a - b);
  }

  /** See {@link rulesFor}. */
  rulesFor(scope: BudgetScope, id: string, tMs: number): readonly AppliedRule[] {
    const key = `${scope}:${id}`;
    const known = this.found.get(key);
    if (known && tMs >= known.startMs && tMs < known.endMs) return known.rules;
    const rules = rulesFor(this.reference, scope, id, tMs);
    const startMs = this.turnsMs.findLast((turnMs) => turnMs <= tMs) ?? -Infinity;
    const endMs = this.turnsMs.find((turnMs) => turnMs > tMs) ?? Infinity;
    this.found.set(key, { startMs, endMs, rules });
    return rules;
  }
}
