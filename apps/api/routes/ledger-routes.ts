import { costEventPath, noParameters, windowParameters } from '../controllers/parameters.js';
import type { RouteDeclaration } from './route.js';

/** What was. */
export const LEDGER_ROUTES = {
  listWindows: {
    method: 'get',
    path: 'api/v1/windows',
    access: 'reading',
    tag: 'ledger',
    summary: 'Closed windows of one scope that end in [from, to), oldest first.',
    description:
      'Before them stands the one that holds at `from`: a window is only published when it differs from the one before. At most `limit`, the newest.',
    query: windowParameters,
    answer: { says: 'windows as in the schema cost-window.v1' },
    problems: ['database-unavailable'],
  },
  listCostEvents: {
    method: 'get',
    path: 'api/v1/cost-events/:source/:sourceId',
    access: 'reading',
    tag: 'ledger',
    summary: 'What one contact, agent state or billing line cost: all revisions, oldest first.',
    pathParameters: costEventPath,
    query: noParameters,
    answer: { says: 'cost events as in the schema cost-event.v1' },
    problems: ['not-found', 'database-unavailable'],
  },
} as const satisfies Readonly<Record<string, RouteDeclaration>>;
