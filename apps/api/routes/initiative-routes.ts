import { z } from 'zod';
import { noParameters, pageParameters } from '../controllers/parameters.js';
import type { RouteDeclaration } from './route.js';
import {
  APPROVERS,
  auditLine,
  BUDGET_OWNERS,
  evaluationBody,
  initiativeAnswer,
  initiativeBody,
  initiativePath,
  initiativeVersion,
  remarkBody,
} from './shapes.js';

const READING = {
  access: 'reading',
  tag: 'initiatives',
  method: 'get',
  problems: ['not-found', 'database-unavailable'],
} as const satisfies Partial<RouteDeclaration>;

const DECIDING = {
  method: 'post',
  tag: 'initiatives',
  decides: 'on-version',
  pathParameters: initiativePath,
  query: noParameters,
  answer: { says: 'the initiative as it is now', schema: initiativeAnswer },
} as const satisfies Partial<RouteDeclaration>;

const FLOW_PROBLEMS = ['not-found', 'wrong-status', 'not-a-person', 'database-unavailable'] as const;

/** The register of initiatives and their evaluation. */
export const INITIATIVE_ROUTES = {
  listInitiatives: {
    ...READING,
    path: 'api/v1/initiatives',
    summary: 'Initiatives by id, a page at a time, with what was evaluated.',
    query: pageParameters,
    answer: {
      says: 'initiatives; `next` is the next page’s `after`',
      schema: z.object({ items: z.array(initiativeAnswer), next: z.string().nullable() }),
    },
  },
  getInitiative: {
    ...READING,
    path: 'api/v1/initiatives/:initiativeId',
    summary: 'One initiative; its ETag names the version that a decision is made on.',
    pathParameters: initiativePath,
    query: noParameters,
    answer: { says: 'the initiative', schema: initiativeAnswer },
  },
  getInitiativeHistory: {
    ...READING,
    path: 'api/v1/initiatives/:initiativeId/history',
    summary: 'Every version of an initiative, newest first, and every step that was taken.',
    pathParameters: initiativePath,
    query: noParameters,
    answer: {
      says: 'versions and audit',
      schema: z.object({ versions: z.array(initiativeVersion), audit: z.array(auditLine) }),
    },
  },
  proposeInitiative: {
    method: 'post',
    path: 'api/v1/initiatives',
    access: BUDGET_OWNERS,
    tag: 'initiatives',
    decides: 'anew',
    summary: 'Writes a new initiative down, as a proposal.',
    query: noParameters,
    body: { schema: initiativeBody },
    answer: { status: 201, says: 'the proposal', schema: initiativeAnswer },
    problems: ['invalid-initiative', 'exists-already', 'database-unavailable'],
  },
  changeInitiative: {
    ...DECIDING,
    method: 'put',
    path: 'api/v1/initiatives/:initiativeId/proposal',
    access: BUDGET_OWNERS,
    summary: 'Changes the proposal; where the latest version was evaluated, this begins the next one.',
    body: { schema: initiativeBody },
    problems: ['invalid-initiative', ...FLOW_PROBLEMS],
  },
  acceptInitiative: {
    ...DECIDING,
    path: 'api/v1/initiatives/:initiativeId/accept',
    access: APPROVERS,
    summary: 'Accepts what somebody else proposed, with what was looked at: from its start on it explains a cut.',
    body: { schema: evaluationBody },
    problems: ['own-initiative', 'evaluation-missing', 'invalid-initiative', ...FLOW_PROBLEMS],
  },
  rejectInitiative: {
    ...DECIDING,
    path: 'api/v1/initiatives/:initiativeId/reject',
    access: APPROVERS,
    summary: 'Rejects what somebody else proposed, with what was looked at; a new proposal may follow.',
    body: { schema: evaluationBody },
    problems: ['own-initiative', 'evaluation-missing', ...FLOW_PROBLEMS],
  },
  closeInitiative: {
    ...DECIDING,
    path: 'api/v1/initiatives/:initiativeId/close',
    access: [...BUDGET_OWNERS, ...APPROVERS],
    summary: 'Ends the version in force now; a replay of the time before still sees it.',
    body: { schema: remarkBody },
    problems: [...FLOW_PROBLEMS],
  },
} as const satisfies Readonly<Record<string, RouteDeclaration>>;
