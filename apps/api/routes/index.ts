import { ACCESS_ROUTES } from './access-routes.js';
import { ANALYSIS_ROUTES } from './analysis-routes.js';
import { BUDGET_ROUTES } from './budget-routes.js';
import { CONTRACT_ROUTES } from './contract-routes.js';
import { DEAD_LETTER_ROUTES } from './dead-letter-routes.js';
import { INITIATIVE_ROUTES } from './initiative-routes.js';
import { LEDGER_ROUTES } from './ledger-routes.js';
import { LIVE_ROUTES } from './live-routes.js';
import { PAST_ROUTES } from './past-routes.js';
import { REFERENCE_ROUTES } from './reference-routes.js';
import { SIGNAL_ROUTES } from './signal-routes.js';
import type { RouteDeclaration } from './route.js';

export {
  SIGNAL_ROUTES,
  BUDGET_ROUTES,
  ACCESS_ROUTES,
  ANALYSIS_ROUTES,
  CONTRACT_ROUTES,
  DEAD_LETTER_ROUTES,
  INITIATIVE_ROUTES,
  LEDGER_ROUTES,
  LIVE_ROUTES,
  PAST_ROUTES,
  REFERENCE_ROUTES,
};
export * from './route.js';

/** Every route of the API by its name, which is its `operationId`. */
export const ROUTES: Readonly<Record<string, RouteDeclaration>> = {
  ...LIVE_ROUTES,
  ...LEDGER_ROUTES,
  ...ANALYSIS_ROUTES,
  ...SIGNAL_ROUTES,
  ...DEAD_LETTER_ROUTES,
  ...BUDGET_ROUTES,
  ...INITIATIVE_ROUTES,
  ...REFERENCE_ROUTES,
  ...PAST_ROUTES,
  ...ACCESS_ROUTES,
  ...CONTRACT_ROUTES,
};
