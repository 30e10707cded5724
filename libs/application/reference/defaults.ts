import type { Organisation, Reference } from '#libs/domain';
import { DEFAULT_RULES } from './rule-defaults.js';

/** What holds until an organisation is applied: CNY, days cut in Asia/Shanghai, no targets. */
export const DEFAULT_ORGANISATION: Organisation = {
  name: 'My organisation',
  zone: 'Asia/Shanghai',
  currency: 'CNY',
  unitCostTargets: {},
};

/** The reference data of a product that nobody has told anything yet. */
export const EMPTY_REFERENCE: Reference = {
  organisation: DEFAULT_ORGANISATION,
  rateCards: [],
  agents: [],
  agentGroups: [],
  budgets: [],
  initiatives: [],
  rules: DEFAULT_RULES,
  fxRates: [],
};
