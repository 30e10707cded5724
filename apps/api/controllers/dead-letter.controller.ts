import { Controller, Header, Inject, Param, Query, Req } from '@nestjs/common';
import { Asker, checkedBody, checkedQuery, ProblemError } from '#libs/adapters/http';
import {
  deadLetterId,
  deadLetterView,
  requestResend,
  type BudgetDecider,
  type DeadLetter,
  type DeadLetterOffice,
  type DeadLetterView,
  type Principal,
} from '#libs/application';
import { withKafka } from '../kafka-problem.js';
import { CLOCK, DEAD_LETTERS, DECIDER, type WallClock } from '../ports.js';
import { DEAD_LETTER_ROUTES, Route } from '../routes/index.js';
import { resendBody } from '../routes/dead-letter-routes.js';
import { contextOf, decided, type DecisionRequest } from './decision-request.js';
import { deadLetterPath, deadLettersParameters, noParameters } from './parameters.js';

interface Asked {
  readonly asked: readonly string[];
}

/** Messages about signals that a receiver did not take. */
@Controller()
export class DeadLetterController {
  constructor(
    @Inject(DEAD_LETTERS) private readonly office: DeadLetterOffice,
    @Inject(DECIDER) private readonly decider: BudgetDecider,
    @Inject(CLOCK) private readonly now: WallClock,
  ) {}

  @Route(DEAD_LETTER_ROUTES.listDeadLetters)
  @Header('Cache-Control', 'no-store')
  async list(@Query() query: unknown): Promise<{ readonly items: DeadLetterView[]; readonly next: string | null }> {
    const { receiver, after, limit } = checkedQuery(deadLettersParameters, query);
    const letters = (await withKafka(() => this.office.list()))
      .filter((letter) => receiver === undefined || letter.receiver === receiver)
      .map(deadLetterView)
      .filter(({ id }) => id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const items = letters.slice(0, limit);
    return { items, next: letters.length > limit ? (items.at(-1)?.id ?? null) : null };
  }

  @Route(DEAD_LETTER_ROUTES.getDeadLetter)
  @Header('Cache-Control', 'no-store')
  async get(@Param() path: unknown, @Query() query: unknown): Promise<DeadLetterView> {
    checkedQuery(noParameters, query);
    return deadLetterView(await this.#find(path));
  }

  @Route(DEAD_LETTER_ROUTES.resendDeadLetter)
  async resend(
    @Req() request: DecisionRequest,
    @Param() path: unknown,
    @Query() query: unknown,
    @Asker() asker: Principal,
  ): Promise<Asked> {
    checkedQuery(noParameters, query);
    return this.#resend(request, asker, [await this.#find(path)]);
  }

  @Route(DEAD_LETTER_ROUTES.resendDeadLetters)
  async resendAll(@Req() request: DecisionRequest, @Query() query: unknown, @Asker() asker: Principal): Promise<Asked> {
    checkedQuery(noParameters, query);
    const { receiver } = checkedBody(resendBody, request);
    const letters = await withKafka(() => this.office.list());
    const chosen = letters.filter((letter) => receiver === undefined || letter.receiver === receiver);
    return this.#resend(request, asker, chosen);
  }

  #resend(request: DecisionRequest, asker: Principal, letters: readonly DeadLetter[]): Promise<Asked> {
    const { office } = this;
    const context = contextOf(request, asker, this.now());
    return withKafka(() => decided(() => requestResend({ store: this.decider.store, office }, context, letters)));
  }

  async #find(path: unknown): Promise<DeadLetter> {
    const { letter: id } = checkedQuery(deadLetterPath, path);
    const letter = (await withKafka(() => this.office.list())).find((each) => deadLetterId(each) === id);
    if (!letter) throw new ProblemError('not-found', `There is no dead letter ${id}: it may have been delivered.`);
    return letter;
  }
}
