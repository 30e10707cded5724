import { Controller, Header, Inject, Param, Query, Req } from '@nestjs/common';
import { Asker, checkedBody, checkedQuery, ProblemError } from '#libs/adapters/http';
import {
  acknowledgeSignal,
  auditLineView,
  commentSignal,
  handlingOf,
  snoozeSignal,
  type AcceptedNote,
  type AuditLineView,
  type BudgetDecider,
  type DecisionContext,
  type EpisodeHandling,
  type EpisodeName,
  type LedgerReader,
  type Principal,
} from '#libs/application';
import type { Signal } from '#libs/contract';
import { CLOCK, DECIDER, LEDGER, type WallClock } from '../ports.js';
import { Route, SIGNAL_ROUTES } from '../routes/index.js';
import { acknowledgeBody, commentBody, signalPath, snoozeBody } from '../routes/signal-routes.js';
import { contextOf, decided, type DecisionRequest } from './decision-request.js';
import { noParameters } from './parameters.js';

const MESSAGES_SHOWN = 200;

interface SignalStory {
  readonly signalKey: string;
  readonly messages: readonly Signal[];
  readonly handling: EpisodeHandling;
  readonly audit: readonly AuditLineView[];
}

/** One signal, and what people do with it. */
@Controller()
export class SignalController {
  constructor(
    @Inject(DECIDER) private readonly decider: BudgetDecider,
    @Inject(LEDGER) private readonly ledger: LedgerReader,
    @Inject(CLOCK) private readonly now: WallClock,
  ) {}

  @Route(SIGNAL_ROUTES.getSignal)
  @Header('Cache-Control', 'no-store')
  async get(@Param() path: unknown, @Query() query: unknown): Promise<SignalStory> {
    checkedQuery(noParameters, query);
    const { signalKey } = checkedQuery(signalPath, path);
    return decided(async () => {
      const [messages, lines] = await Promise.all([
        this.ledger.signalHistory(signalKey, MESSAGES_SHOWN),
        this.decider.store.audit({ subject: 'signal', subjectIds: [signalKey], before: null, limit: 1000 }),
      ]);
      const [latest] = messages;
      if (latest === undefined) throw missing(signalKey);
      const handling = handlingOf(latest, lines, this.now());
      return { signalKey, messages, handling, audit: lines.map(auditLineView) };
    });
  }

  @Route(SIGNAL_ROUTES.acknowledgeSignal)
  async acknowledge(
    @Req() request: DecisionRequest,
    @Param() path: unknown,
    @Query() query: unknown,
    @Asker() asker: Principal,
  ): Promise<AcceptedNote> {
    const { episodeId, comment } = checkedBody(acknowledgeBody, request);
    const { episode, context } = await this.#step(request, path, query, asker, episodeId);
    return decided(() => acknowledgeSignal(this.decider.store, context, episode, comment));
  }

  @Route(SIGNAL_ROUTES.snoozeSignal)
  async snooze(
    @Req() request: DecisionRequest,
    @Param() path: unknown,
    @Query() query: unknown,
    @Asker() asker: Principal,
  ): Promise<AcceptedNote> {
    const { episodeId, until, comment } = checkedBody(snoozeBody, request);
    const { episode, context } = await this.#step(request, path, query, asker, episodeId);
    const wish = { untilMs: Date.parse(until), comment };
    return decided(() => snoozeSignal(this.decider.store, context, episode, wish));
  }

  @Route(SIGNAL_ROUTES.commentSignal)
  async comment(
    @Req() request: DecisionRequest,
    @Param() path: unknown,
    @Query() query: unknown,
    @Asker() asker: Principal,
  ): Promise<AcceptedNote> {
    const { episodeId, text } = checkedBody(commentBody, request);
    const { episode, context } = await this.#step(request, path, query, asker, episodeId);
    return decided(() => commentSignal(this.decider.store, context, episode, text));
  }

  async #step(
    request: DecisionRequest,
    path: unknown,
    query: unknown,
    asker: Principal,
    episodeId: string,
  ): Promise<{ readonly episode: EpisodeName; readonly context: DecisionContext }> {
    checkedQuery(noParameters, query);
    const { signalKey } = checkedQuery(signalPath, path);
    const messages = await decided(() => this.ledger.signalHistory(signalKey, MESSAGES_SHOWN));
    if (messages.length === 0) throw missing(signalKey);
    if (!messages.some((message) => message.episodeId === episodeId)) {
      throw new ProblemError('not-found', `${signalKey} has no episode ${episodeId}: read it again.`);
    }
    return { episode: { signalKey, episodeId }, context: contextOf(request, asker, this.now()) };
  }
}

function missing(signalKey: string): ProblemError {
  return new ProblemError('not-found', `The ledger has no signal ${signalKey}. New ones take some seconds.`);
}
