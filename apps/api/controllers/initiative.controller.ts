import type { ServerResponse } from 'node:http';
import { Controller, Header, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { z } from 'zod';
import { Asker, checkedBody, checkedQuery } from '#libs/adapters/http';
import {
  auditLineView,
  changeInitiative,
  closeInitiative,
  DecisionRefused,
  DEFAULT_ORGANISATION,
  evaluateInitiative,
  initiativeOverview,
  initiativeVersionView,
  LiveView,
  proposeInitiative,
  readInitiativePlan,
  type AuditLineView,
  type BudgetDecider,
  type DecisionContext,
  type DecisionStore,
  type Expected,
  type InitiativeOverview,
  type InitiativePlan,
  type InitiativeVersion,
  type InitiativeVersionView,
  type Principal,
} from '#libs/application';
import { CLOCK, DECIDER, type WallClock } from '../ports.js';
import { INITIATIVE_ROUTES, Route } from '../routes/index.js';
import { evaluationBody, initiativeBody, initiativePath, remarkBody } from '../routes/shapes.js';
import {
  Asked,
  contextOf,
  decided,
  expectedOf,
  setETag,
  type AskedStep,
  type DecisionRequest,
} from './decision-request.js';
import { noParameters, pageParameters } from './parameters.js';

/** One step on an initiative: on which, who, when, and on what he has seen. */
interface Step {
  readonly initiativeId: string;
  readonly context: DecisionContext;
  readonly expected: Expected;
}

/** The register of initiatives and their evaluation. */
@Controller()
export class InitiativeController {
  private readonly store: DecisionStore;

  constructor(
    @Inject(DECIDER) decider: BudgetDecider,
    @Inject(LiveView) private readonly view: LiveView,
    @Inject(CLOCK) private readonly now: WallClock,
  ) {
    this.store = decider.store;
  }

  @Route(INITIATIVE_ROUTES.listInitiatives)
  @Header('Cache-Control', 'no-store')
  async list(
    @Query() query: unknown,
  ): Promise<{ readonly items: readonly InitiativeOverview[]; readonly next: string | null }> {
    const { after, limit } = checkedQuery(pageParameters, query);
    const versions = await decided(() => this.store.listInitiatives({ after, limit: limit + 1 }));
    const ids = [...new Set(versions.map(({ plan }) => plan.initiativeId))];
    const items = ids
      .slice(0, limit)
      .flatMap((id) => initiativeOverview(versions.filter(({ plan }) => plan.initiativeId === id)) ?? []);
    return { items, next: ids.length > limit ? (items.at(-1)?.initiativeId ?? null) : null };
  }

  @Route(INITIATIVE_ROUTES.getInitiative)
  @Header('Cache-Control', 'no-store')
  async get(
    @Param() path: unknown,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<InitiativeOverview> {
    checkedQuery(noParameters, query);
    return this.#overview(checkedQuery(initiativePath, path).initiativeId, response);
  }

  @Route(INITIATIVE_ROUTES.getInitiativeHistory)
  @Header('Cache-Control', 'no-store')
  async history(
    @Param() path: unknown,
    @Query() query: unknown,
  ): Promise<{ readonly versions: readonly InitiativeVersionView[]; readonly audit: readonly AuditLineView[] }> {
    checkedQuery(noParameters, query);
    const { initiativeId } = checkedQuery(initiativePath, path);
    return decided(async () => {
      const versions = await this.store.initiativeVersions(initiativeId);
      if (versions.length === 0) throw missing(initiativeId);
      const page = { subject: 'initiative', subjectIds: [initiativeId], before: null, limit: 1000 } as const;
      const audit = await this.store.audit(page);
      return { versions: versions.map(initiativeVersionView).reverse(), audit: audit.map(auditLineView) };
    });
  }

  @Route(INITIATIVE_ROUTES.proposeInitiative)
  async propose(
    @Req() request: DecisionRequest,
    @Query() query: unknown,
    @Asker() asker: Principal,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<InitiativeOverview> {
    checkedQuery(noParameters, query);
    const body = checkedBody(initiativeBody, request);
    const context = contextOf(request, asker, this.now());
    await decided(async () => proposeInitiative(this.store, context, this.#plan(body)));
    return this.#overview(body.initiativeId, response);
  }

  @Route(INITIATIVE_ROUTES.changeInitiative)
  change(@Asked() asked: AskedStep, @Res({ passthrough: true }) response: ServerResponse): Promise<InitiativeOverview> {
    return this.#step(asked, response, initiativeBody, ({ initiativeId, context, expected }, body) => {
      if (body.initiativeId !== initiativeId) {
        const fault = { path: 'initiativeId', message: `must be ${initiativeId}, as in the address` };
        throw new DecisionRefused('invalid-initiative', 'The initiative is not the one of the address.', [fault]);
      }
      return changeInitiative(this.store, context, this.#plan(body), expected);
    });
  }

  @Route(INITIATIVE_ROUTES.acceptInitiative)
  accept(@Asked() asked: AskedStep, @Res({ passthrough: true }) response: ServerResponse): Promise<InitiativeOverview> {
    return this.#step(asked, response, evaluationBody, ({ initiativeId, context, expected }, { evaluation: says }) =>
      evaluateInitiative(this.store, context, initiativeId, expected, { accepts: true, says }),
    );
  }

  @Route(INITIATIVE_ROUTES.rejectInitiative)
  reject(@Asked() asked: AskedStep, @Res({ passthrough: true }) response: ServerResponse): Promise<InitiativeOverview> {
    return this.#step(asked, response, evaluationBody, ({ initiativeId, context, expected }, { evaluation: says }) =>
      evaluateInitiative(this.store, context, initiativeId, expected, { accepts: false, says }),
    );
  }

  @Route(INITIATIVE_ROUTES.closeInitiative)
  close(@Asked() asked: AskedStep, @Res({ passthrough: true }) response: ServerResponse): Promise<InitiativeOverview> {
    return this.#step(asked, response, remarkBody, ({ initiativeId, context, expected }, { reason }) =>
      closeInitiative(this.store, context, initiativeId, expected, reason),
    );
  }

  /** Takes one step on an initiative that exists, and answers with how it stands then. */
  async #step<Body>(
    { request, path, query, asker }: AskedStep,
    response: ServerResponse,
    schema: z.ZodType<Body>,
    take: (step: Step, body: Body) => Promise<InitiativeVersion>,
  ): Promise<InitiativeOverview> {
    checkedQuery(noParameters, query);
    const { initiativeId } = checkedQuery(initiativePath, path);
    const step = { initiativeId, context: contextOf(request, asker, this.now()), expected: expectedOf(request) };
    const body = checkedBody(schema, request);
    await decided(async () => take(step, body));
    return this.#overview(initiativeId, response);
  }

  #plan(body: z.infer<typeof initiativeBody>): InitiativePlan {
    return readInitiativePlan(body, this.view.reference()?.organisation ?? DEFAULT_ORGANISATION);
  }

  async #overview(initiativeId: string, response: ServerResponse): Promise<InitiativeOverview> {
    const overview = initiativeOverview(await decided(() => this.store.initiativeVersions(initiativeId)));
    if (overview === undefined) return decided(() => Promise.reject(missing(initiativeId)));
    setETag(response, overview.latest);
    return overview;
  }
}

function missing(initiativeId: string): DecisionRefused {
  return new DecisionRefused('not-found', `There is no initiative ${initiativeId}.`);
}
