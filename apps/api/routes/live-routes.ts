import { breakdownParameters, noParameters, signalParameters } from '../controllers/parameters.js';
import type { RouteDeclaration } from './route.js';

/** What is going on now. */
export const LIVE_ROUTES = {
  getLive: {
    method: 'get',
    path: 'api/v1/live',
    access: 'reading',
    tag: 'live',
    summary: 'Everything that the live page shows.',
    query: noParameters,
    answer: { says: 'the figures, the chart and the signals' },
  },
  getStream: {
    method: 'get',
    path: 'api/v1/stream',
    access: 'reading',
    tag: 'live',
    summary: 'The same as server-sent events: `snapshot`, then `delta`s, and a `heartbeat` each 15 s.',
    query: noParameters,
    answer: { says: 'an endless stream of events', mediaType: 'text/event-stream' },
    problems: ['too-many-streams'],
  },
  listAgents: {
    method: 'get',
    path: 'api/v1/agents',
    access: 'reading',
    tag: 'live',
    summary: 'Agents by cost of an open window, dearest first.',
    query: breakdownParameters,
    answer: { says: 'agents and their figures' },
  },
  listChannels: {
    method: 'get',
    path: 'api/v1/channels',
    access: 'reading',
    tag: 'live',
    summary: 'Channels side by side in an open window, and the cost that no channel bears.',
    query: breakdownParameters,
    answer: { says: 'channels and their figures' },
  },
  listSignals: {
    method: 'get',
    path: 'api/v1/signals',
    access: 'reading',
    tag: 'live',
    summary: 'Signals that fire, the worst first; `status=all` adds those that were resolved lately.',
    query: signalParameters,
    answer: { says: 'signals' },
  },
} as const satisfies Readonly<Record<string, RouteDeclaration>>;
