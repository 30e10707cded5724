import {
  partsOfTheWhole,
  scopesOf,
  wholeOf,
  type BudgetScope,
  type Reference,
  type ScopeWindows,
  type SpendPart,
  type WindowSet,
} from '#libs/domain';

/** Scopes of a set that any rule or budget looks at; most agents have none. */
export class WatchedScopes {
  private found: ReadonlySet<ScopeWindows> = new Set();
  private foundOf: { reference: Reference; scopes: number } | undefined;
  /** Systems that have a budget, if any rule or budget is about a part of the whole's spend. */
  private plannedSystems: readonly string[] | undefined;

  constructor(private readonly set: WindowSet) {}

  /** In the order of their keys; the same set while there are no other scopes, and no other reference. */
  of(reference: Reference): ReadonlySet<ScopeWindows> {
    const { scopes } = this.set;
    if (this.foundOf?.reference !== reference || this.foundOf.scopes !== scopes.size) {
      this.foundOf = { reference, scopes: scopes.size };
      const byRule = new Set<BudgetScope>(reference.rules.flatMap(scopesOf));
      const named = new Set([...byRule, ...reference.budgets.map(({ scope }) => scope)]);
      const systems = reference.budgets.flatMap(({ scope, id }) => (scope === 'system' ? [id] : []));
      this.plannedSystems = named.has('dimension') || named.has('system') ? systems : undefined;
      if (this.plannedSystems) byRule.add('all');
      const byBudget = new Set(reference.budgets.map((budget) => `${budget.scope}:${budget.id}`));
      const watched = [...scopes]
        .filter(([key, windows]) => byRule.has(windows.ref.scope) || byBudget.has(key))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      this.found = new Set(watched.map(([, windows]) => windows));
    }
    return this.found;
  }

  /** The watched scopes, and behind the whole centre the parts of its spend that have no windows of their own. */
  *parts(reference: Reference): Iterable<{ readonly windows: ScopeWindows; readonly part: SpendPart }> {
    for (const windows of this.of(reference)) {
      for (const part of this.partsOf(windows)) yield { windows, part };
    }
  }

  /** All of a scope's spend; of the whole centre also its parts, where any of them is planned or watched. */
  partsOf(windows: ScopeWindows): SpendPart[] {
    const whole = wholeOf(windows.ref);
    if (windows.ref.scope !== 'all' || !this.plannedSystems) return [whole];
    return [whole, ...partsOfTheWhole(windows.lines.values(), this.plannedSystems)];
  }
}
