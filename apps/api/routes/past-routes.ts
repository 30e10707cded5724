import { noParameters, rehearsalParameters, signalPath } from '../controllers/parameters.js';
import { DOCUMENT_TYPES } from './reference-routes.js';
import type { RouteDeclaration } from './route.js';

/** What is computed again from the input that is kept. */
export const PAST_ROUTES = {
  explainSignal: {
    method: 'get',
    path: 'api/v1/signals/:signal/explanation',
    access: 'reading',
    tag: 'past',
    summary: 'What a signal rests on: window, versions, rates, bills, offsets; and whether the same comes out again.',
    description: 'Of a signal key or an episode id, the newest message that is kept. Takes seconds to minutes.',
    pathParameters: signalPath,
    query: noParameters,
    answer: { says: 'the explanation' },
    problems: ['not-found', 'busy', 'stream-unavailable'],
  },
  rehearse: {
    method: 'post',
    path: 'api/v1/rehearsals',
    access: ['operator', 'budget-owner', 'approver', 'admin'],
    tag: 'past',
    summary: 'What proposed rules, budgets or rates would have done to the recorded past. Changes nothing.',
    description: '`from` and `to` are RFC 3339, by default the last day. Takes seconds to minutes.',
    query: rehearsalParameters,
    body: { mediaTypes: DOCUMENT_TYPES, says: 'a reference document with what is proposed and nothing else' },
    answer: { says: 'what would have fired, against today and what was told; and what would have cost otherwise' },
    problems: ['invalid-document', 'busy', 'unsupported-media-type', 'stream-unavailable'],
  },
} as const satisfies Readonly<Record<string, RouteDeclaration>>;
