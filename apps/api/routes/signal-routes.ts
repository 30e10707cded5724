import { z } from 'zod';
import { noParameters } from '../controllers/parameters.js';
import { auditLine, handling, noteAnswer } from './shapes.js';
import type { RouteDeclaration } from './route.js';

export const signalPath = z.strictObject({ signalKey: z.string().min(1).max(128) });
const episode = {
  episodeId: z.string().min(1).max(160).describe('of the signal, so that nobody acts on one that has ended meanwhile'),
};
export const acknowledgeBody = z.strictObject({ ...episode, comment: z.string().max(2000).optional() });
export const snoozeBody = z.strictObject({
  ...episode,
  until: z.iso.datetime({ offset: true }).describe('later than now, at most 7 days ahead'),
  comment: z.string().max(2000).optional(),
});
export const commentBody = z.strictObject({ ...episode, text: z.string().trim().min(1).max(2000) });

const ACTING = {
  method: 'post',
  access: ['operator', 'admin'],
  tag: 'signals',
  decides: 'anew',
  pathParameters: signalPath,
  query: noParameters,
  answer: { status: 201, says: 'what was written down', schema: noteAnswer },
  problems: ['not-found', 'invalid-action', 'database-unavailable'],
} as const satisfies Partial<RouteDeclaration>;

/** One signal, and what people do with it. */
export const SIGNAL_ROUTES = {
  getSignal: {
    method: 'get',
    path: 'api/v1/signals/:signalKey',
    access: 'reading',
    tag: 'signals',
    summary:
      'One signal: its messages, newest first (200 at most), what people did, and how they left the latest episode.',
    pathParameters: signalPath,
    query: noParameters,
    answer: {
      says: 'messages as in the schema signal.v1, and steps',
      schema: z.object({
        signalKey: z.string(),
        messages: z.array(z.record(z.string(), z.unknown())),
        handling,
        audit: z.array(auditLine),
      }),
    },
    problems: ['not-found', 'database-unavailable'],
  },
  acknowledgeSignal: {
    ...ACTING,
    path: 'api/v1/signals/:signalKey/acknowledge',
    summary: 'Says that somebody looks after it.',
    body: { schema: acknowledgeBody },
  },
  snoozeSignal: {
    ...ACTING,
    path: 'api/v1/signals/:signalKey/snooze',
    summary: 'Asks for silence until a time. That the signal was resolved is told all the same.',
    body: { schema: snoozeBody },
  },
  commentSignal: {
    ...ACTING,
    path: 'api/v1/signals/:signalKey/comments',
    summary: 'Leaves a remark on its history.',
    body: { schema: commentBody },
  },
} as const satisfies Readonly<Record<string, RouteDeclaration>>;
