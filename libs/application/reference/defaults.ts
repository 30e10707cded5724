import type { BurnRateRule, Organisation, Reference, Rule, Severity, UnitCost, UnitCostRule } from '#libs/domain';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** What holds until an organisation is applied: CNY, days cut in Asia/Shanghai, no targets. */
export const DEFAULT_ORGANISATION: Organisation = {
  name: 'My organisation',
  zone: 'Asia/Shanghai',
  currency: 'CNY',
  unitCostTargets: {},
};

const ALWAYS = { version: 1, enabled: true, forMs: 2 * MINUTE_MS, keepFiringMs: 5 * MINUTE_MS } as const;

function unitCostRule(per: UnitCost): UnitCostRule {
  return {
    ...ALWAYS,
    ruleId: `unit-cost-${per}`,
    kind: 'unit-cost',
    per,
    window: '1h',
    minimumUnits: 20,
    severity: 'warning',
  };
}

function pair(longMs: number, shortMs: number, factor: number, severity: Severity): BurnRateRule['pairs'][number] {
  return { longMs, shortMs, factor, severity };
}

/**
 * The built-in rules. A rule of the same ruleId in the reference data replaces the built-in one whole, so
 * `enabled: false` switches it off. The unit-cost rules compare with the organisation's targets and are silent
 * without; the burn rate's pairs and factors are the contract's.
 */
export const DEFAULT_RULES: readonly Rule[] = [
  unitCostRule('handled'),
  unitCostRule('interaction'),
  unitCostRule('resolution'),
  { ...ALWAYS, ruleId: 'budget-threshold', kind: 'budget-threshold', forMs: 0 },
  {
    ...ALWAYS,
    ruleId: 'burn-rate',
    kind: 'burn-rate',
    pairs: [
      pair(HOUR_MS, 5 * MINUTE_MS, 14.4, 'critical'),
      pair(6 * HOUR_MS, 30 * MINUTE_MS, 6, 'critical'),
      pair(24 * HOUR_MS, 2 * HOUR_MS, 3, 'warning'),
      pair(72 * HOUR_MS, 6 * HOUR_MS, 1, 'warning'),
    ],
  },
];

/** The reference data of a product that nobody has told anything yet. */
export const EMPTY_REFERENCE: Reference = {
  organisation: DEFAULT_ORGANISATION,
  rateCards: [],
  agents: [],
  budgets: [],
  rules: DEFAULT_RULES,
  fxRates: [],
};
