import { z } from 'zod';
import { deadLetterPath, deadLettersParameters, noParameters } from '../controllers/parameters.js';
import type { RouteDeclaration } from './route.js';
import { time } from './shapes.js';

/** Which dead letters: all of a receiver, or all there are. */
export const resendBody = z
  .strictObject({
    receiver: z.string().min(1).max(48).optional().describe('all of this receiver'),
    all: z.literal(true).optional().describe('all there are'),
  })
  .refine(({ receiver, all }) => (receiver === undefined) !== (all === undefined), {
    error: 'must say either receiver or all',
  });

const letter = z.object({
  id: z.string().describe('`receiver/episodeId:sequence`'),
  receiver: z.string(),
  state: z.enum(['dead', 'resend']).describe('`resend`: somebody asked for another attempt'),
  reason: z.string().describe('what the receiver said last'),
  givenUpAt: time,
  signal: z.record(z.string(), z.unknown()).describe('as in the schema signal.v1'),
});

const RESENDING = {
  method: 'post',
  access: ['operator', 'admin'],
  tag: 'deadLetters',
  decides: 'anew',
  answer: {
    status: 201,
    says: 'names of the letters that will be sent again',
    schema: z.object({ asked: z.array(z.string()) }),
  },
} as const satisfies Partial<RouteDeclaration>;

/** Messages about signals that a receiver did not take. */
export const DEAD_LETTER_ROUTES = {
  listDeadLetters: {
    method: 'get',
    path: 'api/v1/dead-letters',
    access: 'reading',
    tag: 'deadLetters',
    summary: 'Those that nobody has delivered yet, by name.',
    query: deadLettersParameters,
    answer: { says: 'a page of them', schema: z.object({ items: z.array(letter), next: z.string().nullable() }) },
    problems: ['stream-unavailable'],
  },
  getDeadLetter: {
    method: 'get',
    path: 'api/v1/dead-letters/:letter',
    access: 'reading',
    tag: 'deadLetters',
    summary: 'One of them.',
    pathParameters: deadLetterPath,
    query: noParameters,
    answer: { says: 'the letter', schema: letter },
    problems: ['not-found', 'stream-unavailable'],
  },
  resendDeadLetter: {
    ...RESENDING,
    path: 'api/v1/dead-letters/:letter/resend',
    summary: 'Has the delivery send it again, as soon as it runs and the receiver works.',
    pathParameters: deadLetterPath,
    query: noParameters,
    problems: ['not-found', 'stream-unavailable', 'database-unavailable'],
  },
  resendDeadLetters: {
    ...RESENDING,
    path: 'api/v1/dead-letters/resend',
    summary: 'Has the delivery send all of a receiver again, or all there are.',
    description:
      'What a newer message has overtaken is not sent to Alertmanager or PagerDuty any more, and leaves the list.',
    query: noParameters,
    body: { schema: resendBody },
    problems: ['stream-unavailable', 'database-unavailable'],
  },
} as const satisfies Readonly<Record<string, RouteDeclaration>>;
