import type { IncomingMessage } from 'node:http';
import { Controller, Header, Inject, Param, Query, Req } from '@nestjs/common';
import { checkedQuery, ProblemError } from '#libs/adapters/http';
import { BusyError, type Explanation, type PastInsight, type Rehearsal } from '#libs/application';
import { withKafka } from '../kafka-problem.js';
import { CLOCK, PAST, type WallClock } from '../ports.js';
import { PAST_ROUTES, Route } from '../routes/index.js';
import { documentOf } from './document.js';
import { noParameters, rehearsalParameters, signalPath, spanOf } from './parameters.js';

/** What the recorded past tells: why a signal fired, and what a change would have done. */
@Controller()
export class PastController {
  constructor(
    @Inject(PAST) private readonly past: PastInsight,
    @Inject(CLOCK) private readonly now: WallClock,
  ) {}

  /** What a signal rests on, computed again. */
  @Route(PAST_ROUTES.explainSignal)
  @Header('Cache-Control', 'no-store')
  async explain(@Param() path: unknown, @Query() query: unknown): Promise<Explanation> {
    checkedQuery(noParameters, query);
    const { signal } = checkedQuery(signalPath, path);
    const explanation = await answered(() => this.past.explain(signal));
    if (!explanation) throw new ProblemError('not-found', `No signal or episode ${signal} is kept.`);
    return explanation;
  }

  /** What a proposal would have done. */
  @Route(PAST_ROUTES.rehearse)
  async rehearse(@Req() request: IncomingMessage & { body?: unknown }, @Query() query: unknown): Promise<Rehearsal> {
    const span = spanOf(checkedQuery(rehearsalParameters, query), this.now());
    const document = documentOf(request);
    const result = await answered(() => this.past.rehearse(document, span));
    if (!result.ok) throw new ProblemError('invalid-document', 'Nothing was rehearsed.', result.faults);
    return result.rehearsal;
  }
}

async function answered<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await withKafka(work);
  } catch (error) {
    if (error instanceof BusyError)
      throw new ProblemError('busy', 'One explanation or rehearsal is worked on at a time: try again in a minute.');
    throw error;
  }
}
