import { z } from 'zod';
import { noParameters, pageParameters } from '../controllers/parameters.js';
import {
  APPROVERS,
  auditLine,
  BUDGET_OWNERS,
  budgetAnswer,
  budgetBody,
  budgetPath,
  reasonBody,
  remarkBody,
} from './shapes.js';
import type { RouteDeclaration } from './route.js';

const READING = {
  access: 'reading',
  tag: 'budgets',
  method: 'get',
  problems: ['not-found', 'database-unavailable'],
} as const satisfies Partial<RouteDeclaration>;

const DECIDING = {
  method: 'post',
  tag: 'budgets',
  decides: 'on-version',
  pathParameters: budgetPath,
  query: noParameters,
  answer: { says: 'the budget as it is now', schema: budgetAnswer },
} as const satisfies Partial<RouteDeclaration>;

const FLOW_PROBLEMS = ['not-found', 'wrong-status', 'not-a-person', 'database-unavailable'] as const;

/** Budgets and their approval. */
export const BUDGET_ROUTES = {
  listBudgets: {
    ...READING,
    path: 'api/v1/budgets',
    summary: 'Budgets by id, a page at a time, with what is spent, planned and expected of those in force.',
    query: pageParameters,
    answer: {
      says: 'budgets; `next` is the next page’s `after`',
      schema: z.object({ items: z.array(budgetAnswer), next: z.string().nullable() }),
    },
  },
  getBudget: {
    ...READING,
    path: 'api/v1/budgets/:budgetId',
    summary: 'One budget; its ETag names the version that a decision is made on.',
    pathParameters: budgetPath,
    query: noParameters,
    answer: { says: 'the budget', schema: budgetAnswer },
  },
  getBudgetHistory: {
    ...READING,
    path: 'api/v1/budgets/:budgetId/history',
    summary: 'Every version of a budget, newest first, and every step that was taken.',
    pathParameters: budgetPath,
    query: noParameters,
    answer: {
      says: 'versions and audit',
      schema: z.object({ versions: z.array(budgetAnswer.shape.latest), audit: z.array(auditLine) }),
    },
  },
  createBudget: {
    method: 'post',
    path: 'api/v1/budgets',
    access: BUDGET_OWNERS,
    tag: 'budgets',
    decides: 'anew',
    summary: 'Writes a new budget down, as a draft.',
    query: noParameters,
    body: { schema: budgetBody },
    answer: { status: 201, says: 'the draft', schema: budgetAnswer },
    problems: ['invalid-budget', 'exists-already', 'database-unavailable'],
  },
  draftBudget: {
    ...DECIDING,
    method: 'put',
    path: 'api/v1/budgets/:budgetId/draft',
    access: BUDGET_OWNERS,
    summary: 'Changes the draft; where the latest version is decided on, this begins the next one.',
    body: { schema: budgetBody },
    problems: ['invalid-budget', ...FLOW_PROBLEMS],
  },
  submitBudget: {
    ...DECIDING,
    path: 'api/v1/budgets/:budgetId/submit',
    access: BUDGET_OWNERS,
    summary: 'Puts the draft to those who approve.',
    description: 'With what it would have done to the recorded past, as far as that takes less than 15 seconds.',
    body: { schema: remarkBody },
    problems: [...FLOW_PROBLEMS],
  },
  approveBudget: {
    ...DECIDING,
    path: 'api/v1/budgets/:budgetId/approve',
    access: APPROVERS,
    summary: 'Approves what somebody else submitted: from its start on it is in force, in place of the version before.',
    body: { schema: remarkBody },
    problems: ['own-budget', 'over-limit', ...FLOW_PROBLEMS],
  },
  rejectBudget: {
    ...DECIDING,
    path: 'api/v1/budgets/:budgetId/reject',
    access: APPROVERS,
    summary: 'Sends back what was submitted, with a reason; a new draft may follow.',
    body: { schema: reasonBody },
    problems: ['reason-missing', ...FLOW_PROBLEMS],
  },
  closeBudget: {
    ...DECIDING,
    path: 'api/v1/budgets/:budgetId/close',
    access: [...BUDGET_OWNERS, ...APPROVERS],
    summary: 'Ends the version in force now; a replay of the time before still sees it.',
    body: { schema: remarkBody },
    problems: [...FLOW_PROBLEMS],
  },
  listAudit: {
    ...READING,
    path: 'api/v1/audit',
    summary: 'Steps of all decisions, newest first, and whether the chain of their hashes holds.',
    query: z.strictObject({
      before: z
        .string()
        .regex(/^\d{1,15}$/)
        .optional(),
      subject: z.enum(['budget', 'initiative', 'signal']).optional(),
    }),
    answer: {
      says: 'lines; `next` is the next page’s `before`; `firstFault` the first line that does not fit, null when all do',
      schema: z.object({ items: z.array(auditLine), next: z.string().nullable(), firstFault: z.number().nullable() }),
    },
    access: ['admin', 'approver'],
  },
} as const satisfies Readonly<Record<string, RouteDeclaration>>;
