import { Controller, Header, Inject, Query } from '@nestjs/common';

import { checkedQuery } from '#libs/adapters/http';
import {
  LiveView,
  periodSpan,
  readActivities,
  readComposition,
  readCorrelation,
  readPareto,
  type ActivitiesAnswer,
  type AnalysisGrounds,
  type CompositionAnswer,
  type CorrelationAnswer,
  type LedgerReader,
  type ParetoAnswer,
  type PeriodName,
} from '#libs/application';
import { BENCHMARKS } from '#libs/domain';

import { withDatabase } from '../database-problem.js';
import { CLOCK, LEDGER, type WallClock } from '../ports.js';
import { ANALYSIS_ROUTES, Route } from '../routes/index.js';
import { activityParameters, compositionParameters, correlationParameters } from './parameters.js';

interface TimeAsked {
  readonly period?: PeriodName | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** What the ledger tells of a month: the method's analyses. */
@Controller()
export class AnalysisController {
  constructor(
    @Inject(LEDGER) private readonly ledger: LedgerReader,
    @Inject(LiveView) private readonly view: LiveView,
    @Inject(CLOCK) private readonly now: WallClock,
  ) {}

  /** The fewest members that make most of the cost. */
  @Route(ANALYSIS_ROUTES.getPareto)
  @Header('Cache-Control', 'no-store')
  async pareto(@Query() query: unknown): Promise<ParetoAnswer> {
    const asked = checkedQuery(activityParameters, query);
    return withDatabase(() => readPareto(this.#grounds(asked), asked));
  }

  /** What each activity costs. */
  @Route(ANALYSIS_ROUTES.getActivities)
  @Header('Cache-Control', 'no-store')
  async activities(@Query() query: unknown): Promise<ActivitiesAnswer> {
    const asked = checkedQuery(activityParameters, query);
    return withDatabase(() => readActivities(this.#grounds(asked), asked));
  }

  /** What the cost consists of. */
  @Route(ANALYSIS_ROUTES.getComposition)
  @Header('Cache-Control', 'no-store')
  async composition(@Query() query: unknown): Promise<CompositionAnswer> {
    const asked = checkedQuery(compositionParameters, query);
    const benchmark = BENCHMARKS.find(({ id }) => id === asked.benchmark) ?? null;
    return withDatabase(() => readComposition(this.#grounds(asked), benchmark));
  }

  /** CSAT against cost. */
  @Route(ANALYSIS_ROUTES.getCorrelation)
  @Header('Cache-Control', 'no-store')
  async correlation(@Query() query: unknown): Promise<CorrelationAnswer> {
    const asked = checkedQuery(correlationParameters, query);
    return withDatabase(() => readCorrelation(this.#grounds(asked), asked.over));
  }

  #grounds({ period = 'this-month', from, to }: TimeAsked): AnalysisGrounds {
    const { calendar, currency, asOfMs } = this.view.surroundings();
    const named = (): AnalysisGrounds['span'] => periodSpan(period, calendar, asOfMs ?? this.now());
    const span = from === undefined || to === undefined ? named() : { fromMs: from, toMs: to };
    return { ledger: this.ledger, calendar, currency, span };
  }
}
