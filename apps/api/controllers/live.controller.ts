import type { IncomingMessage, ServerResponse } from 'node:http';

import { Controller, Header, Inject, Query, Req, Res } from '@nestjs/common';

import { checkedQuery, LiveStreams } from '#libs/adapters/http';
import {
  LiveFeed,
  LiveView,
  type AgentRow,
  type Figures,
  type LiveSnapshot,
  type LiveWindow,
  type SignalView,
} from '#libs/application';

import { LIVE_ROUTES, Route } from '../routes/index.js';
import { breakdownParameters, noParameters, signalParameters } from './parameters.js';

/** One line of a breakdown: whose figures they are. */
type Item<Row> = Row & { readonly figures: Figures };

interface Breakdown<Row> {
  readonly window: LiveWindow;
  readonly asOf: string | null;
  readonly items: readonly Item<Row>[];
}

/** What is going on now, from memory: no database is asked. */
@Controller()
export class LiveController {
  constructor(
    @Inject(LiveView) private readonly view: LiveView,
    @Inject(LiveFeed) private readonly feed: LiveFeed,
    @Inject(LiveStreams) private readonly streams: LiveStreams,
  ) {}

  /** Everything that the live page shows. */
  @Route(LIVE_ROUTES.getLive)
  @Header('Cache-Control', 'no-store')
  live(@Query() query: unknown): LiveSnapshot {
    checkedQuery(noParameters, query);
    return this.feed.snapshot();
  }

  /** The same as server-sent events: `snapshot`, then `delta`s, and a `heartbeat` each 15 s. */
  @Route(LIVE_ROUTES.getStream)
  stream(@Query() query: unknown, @Req() request: IncomingMessage, @Res() response: ServerResponse): void {
    checkedQuery(noParameters, query);
    this.streams.serve(request, response);
  }

  /** Agents by cost of an open window, dearest first. */
  @Route(LIVE_ROUTES.listAgents)
  @Header('Cache-Control', 'no-store')
  agents(@Query() query: unknown): Breakdown<Pick<AgentRow, 'id' | 'team'>> {
    const { window, limit } = checkedQuery(breakdownParameters, query);
    const items = this.view
      .agents(window, limit)
      .flatMap(({ id, team, windows: { [window]: figures } }) => (figures ? [{ id, team, figures }] : []));
    return { window, asOf: this.#asOf(), items };
  }

  /** Channels side by side in an open window, and the cost that no channel bears. */
  @Route(LIVE_ROUTES.listChannels)
  @Header('Cache-Control', 'no-store')
  channels(@Query() query: unknown): Breakdown<{ readonly id: string }> & { readonly outside: string | null } {
    const { window, limit } = checkedQuery(breakdownParameters, query);
    const { rows, outside } = this.view.channels();
    const items = rows
      .slice(0, limit)
      .flatMap(({ id, windows: { [window]: figures } }) => (figures ? [{ id, figures }] : []));
    return { window, asOf: this.#asOf(), items, outside: outside[window] ?? null };
  }

  /** Signals that fire, the worst first; `status=all` adds those that were resolved lately. */
  @Route(LIVE_ROUTES.listSignals)
  @Header('Cache-Control', 'no-store')
  signals(@Query() query: unknown): { readonly asOf: string | null; readonly items: readonly SignalView[] } {
    const { status } = checkedQuery(signalParameters, query);
    return { asOf: this.#asOf(), items: this.view.signals(status) };
  }

  #asOf(): string | null {
    return this.feed.snapshot().clock.asOf;
  }
}
