import { Controller, Inject, Param, Query } from '@nestjs/common';

import { checkedQuery, ProblemError } from '#libs/adapters/http';
import type { LedgerReader, RecordedCostEvent } from '#libs/application';
import type { CostWindow } from '#libs/contract';

import { withDatabase } from '../database-problem.js';
import { CLOCK, LEDGER, type WallClock } from '../ports.js';
import { LEDGER_ROUTES, Route } from '../routes/index.js';
import { costEventPath, noParameters, spanOf, windowParameters } from './parameters.js';

/** What was: from the ledger. */
@Controller()
export class LedgerController {
  constructor(
    @Inject(LEDGER) private readonly ledger: LedgerReader,
    @Inject(CLOCK) private readonly now: WallClock,
  ) {}

  /**
   * Closed windows of one scope that end in [from, to), oldest first, and before them the one that holds at `from`: a
   * window is only published when it differs from the one before. At most `limit`, the newest.
   */
  @Route(LEDGER_ROUTES.listWindows)
  async windows(@Query() query: unknown): Promise<{ readonly items: readonly CostWindow[] }> {
    const { from, to, ...asked } = checkedQuery(windowParameters, query);
    const span = spanOf({ from, to }, this.now());
    return { items: await withDatabase(() => this.ledger.windows({ ...asked, ...span })) };
  }

  /** What one contact, agent state or billing line cost: all revisions, oldest first. */
  @Route(LEDGER_ROUTES.listCostEvents)
  async costEvents(
    @Param() path: unknown,
    @Query() query: unknown,
  ): Promise<{ readonly items: readonly RecordedCostEvent[] }> {
    checkedQuery(noParameters, query);
    const { source, sourceId } = checkedQuery(costEventPath, path);
    const found = await withDatabase(() => this.ledger.costEvents(sourceId));
    const items = found.filter(({ event }) => event.source === source);
    if (items.length === 0) {
      throw new ProblemError('not-found', `The ledger has no ${source} ${sourceId}. New ones take some seconds.`);
    }
    return { items };
  }
}
