import type { ServerResponse } from 'node:http';
import { Controller, Header, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { Asker, checkedBody, checkedQuery } from '#libs/adapters/http';
import {
  approveBudget,
  auditLineView,
  budgetOverview,
  closeBudget,
  createBudget,
  DecisionRefused,
  DEFAULT_ORGANISATION,
  draftBudget,
  LiveView,
  readBudgetPlan,
  rejectBudget,
  submitBudget,
  versionView,
  type AuditLineView,
  type BudgetDecider,
  type BudgetOverview,
  type BudgetVersion,
  type BudgetVersionView,
  type Principal,
} from '#libs/application';
import { CLOCK, DECIDER, type WallClock } from '../ports.js';
import { BUDGET_ROUTES, Route } from '../routes/index.js';
import { budgetBody, budgetPath, reasonBody, remarkBody } from '../routes/shapes.js';
import { contextOf, decided, expectedOf, setETag, type DecisionRequest } from './decision-request.js';
import { noParameters, pageParameters } from './parameters.js';

const AUDIT_PAGE = 100;

/** Budgets and their approval. */
@Controller()
export class BudgetController {
  constructor(
    @Inject(DECIDER) private readonly decider: BudgetDecider,
    @Inject(LiveView) private readonly view: LiveView,
    @Inject(CLOCK) private readonly now: WallClock,
  ) {}

  @Route(BUDGET_ROUTES.listBudgets)
  @Header('Cache-Control', 'no-store')
  async list(
    @Query() query: unknown,
  ): Promise<{ readonly items: readonly BudgetOverview[]; readonly next: string | null }> {
    const { after, limit } = checkedQuery(pageParameters, query);
    const versions = await decided(() => this.decider.store.listBudgets({ after, limit: limit + 1 }));
    const ids = [...new Set(versions.map(({ plan }) => plan.budgetId))];
    const budgets = ids.map((id) => versions.filter(({ plan }) => plan.budgetId === id));
    const around = this.view.budgetSurroundings();
    const items = budgets.slice(0, limit).flatMap((each) => budgetOverview(each, around) ?? []);
    return { items, next: budgets.length > limit ? (items.at(-1)?.budgetId ?? null) : null };
  }

  @Route(BUDGET_ROUTES.getBudget)
  @Header('Cache-Control', 'no-store')
  async get(
    @Param() path: unknown,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<BudgetOverview> {
    checkedQuery(noParameters, query);
    return this.#overview(checkedQuery(budgetPath, path).budgetId, response);
  }

  @Route(BUDGET_ROUTES.getBudgetHistory)
  @Header('Cache-Control', 'no-store')
  async history(
    @Param() path: unknown,
    @Query() query: unknown,
  ): Promise<{ readonly versions: readonly BudgetVersionView[]; readonly audit: readonly AuditLineView[] }> {
    checkedQuery(noParameters, query);
    const { budgetId } = checkedQuery(budgetPath, path);
    return decided(async () => {
      const { store } = this.decider;
      const versions = await store.budgetVersions(budgetId);
      if (versions.length === 0) throw missing(budgetId);
      const audit = await store.audit({ subject: 'budget', subjectIds: [budgetId], before: null, limit: 1000 });
      return { versions: versions.map(versionView).reverse(), audit: audit.map(auditLineView) };
    });
  }

  @Route(BUDGET_ROUTES.createBudget)
  async create(
    @Req() request: DecisionRequest,
    @Query() query: unknown,
    @Asker() asker: Principal,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<BudgetOverview> {
    checkedQuery(noParameters, query);
    const body = checkedBody(budgetBody, request);
    const context = contextOf(request, asker, this.now());
    await decided(() => createBudget(this.decider, context, this.#plan(body)));
    return this.#overview(body.budgetId, response);
  }

  @Route(BUDGET_ROUTES.draftBudget)
  async draft(
    @Req() request: DecisionRequest,
    @Param() path: unknown,
    @Query() query: unknown,
    @Asker() asker: Principal,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<BudgetOverview> {
    const { budgetId, ...step } = this.#step(request, path, query, asker);
    const body = checkedBody(budgetBody, request);
    await decided(() => {
      if (body.budgetId !== budgetId) {
        const fault = { path: 'budgetId', message: `must be ${budgetId}, as in the address` };
        throw new DecisionRefused('invalid-budget', 'The budget is not the one of the address.', [fault]);
      }
      return draftBudget(this.decider, step.context, this.#plan(body), step.expected);
    });
    return this.#overview(budgetId, response);
  }

  @Route(BUDGET_ROUTES.submitBudget)
  async submit(
    @Req() request: DecisionRequest,
    @Param() path: unknown,
    @Query() query: unknown,
    @Asker() asker: Principal,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<BudgetOverview> {
    const { budgetId, context, expected } = this.#step(request, path, query, asker);
    checkedBody(remarkBody, request);
    await decided(() => submitBudget(this.decider, context, budgetId, expected));
    return this.#overview(budgetId, response);
  }

  @Route(BUDGET_ROUTES.approveBudget)
  async approve(
    @Req() request: DecisionRequest,
    @Param() path: unknown,
    @Query() query: unknown,
    @Asker() asker: Principal,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<BudgetOverview> {
    const { budgetId, context, expected } = this.#step(request, path, query, asker);
    const { reason } = checkedBody(remarkBody, request);
    await decided(() => approveBudget(this.decider, context, budgetId, expected, reason));
    return this.#overview(budgetId, response);
  }

  @Route(BUDGET_ROUTES.rejectBudget)
  async reject(
    @Req() request: DecisionRequest,
    @Param() path: unknown,
    @Query() query: unknown,
    @Asker() asker: Principal,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<BudgetOverview> {
    const { budgetId, context, expected } = this.#step(request, path, query, asker);
    const { reason } = checkedBody(reasonBody, request);
    await decided(() => rejectBudget(this.decider, context, budgetId, expected, reason));
    return this.#overview(budgetId, response);
  }

  @Route(BUDGET_ROUTES.closeBudget)
  async close(
    @Req() request: DecisionRequest,
    @Param() path: unknown,
    @Query() query: unknown,
    @Asker() asker: Principal,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<BudgetOverview> {
    const { budgetId, context, expected } = this.#step(request, path, query, asker);
    const { reason } = checkedBody(remarkBody, request);
    await decided(() => closeBudget(this.decider, context, budgetId, expected, reason));
    return this.#overview(budgetId, response);
  }

  @Route(BUDGET_ROUTES.listAudit)
  @Header('Cache-Control', 'no-store')
  async audit(@Query() query: unknown): Promise<{
    readonly items: readonly AuditLineView[];
    readonly next: string | null;
    readonly firstFault: number | null;
  }> {
    const { before, subject } = checkedQuery(BUDGET_ROUTES.listAudit.query, query);
    return decided(async () => {
      const page = { subject, subjectIds: [], before: before === undefined ? null : Number(before), limit: AUDIT_PAGE };
      const lines = await this.decider.store.audit(page);
      const next = lines.length === AUDIT_PAGE ? String(lines.at(-1)?.auditId) : null;
      return { items: lines.map(auditLineView), next, firstFault: await this.decider.store.auditFault() };
    });
  }

  #step(request: DecisionRequest, path: unknown, query: unknown, asker: Principal) {
    checkedQuery(noParameters, query);
    const { budgetId } = checkedQuery(budgetPath, path);
    return { budgetId, context: contextOf(request, asker, this.now()), expected: expectedOf(request) };
  }

  #plan(body: Readonly<Record<string, unknown>>): ReturnType<typeof readBudgetPlan> {
    return readBudgetPlan(body, this.view.reference()?.organisation ?? DEFAULT_ORGANISATION);
  }

  async #overview(budgetId: string, response: ServerResponse): Promise<BudgetOverview> {
    const versions: readonly BudgetVersion[] = await decided(() => this.decider.store.budgetVersions(budgetId));
    const overview = budgetOverview(versions, this.view.budgetSurroundings());
    if (overview === undefined) return decided(() => Promise.reject(missing(budgetId)));
    setETag(response, overview.latest);
    return overview;
  }
}

function missing(budgetId: string): DecisionRefused {
  return new DecisionRefused('not-found', `There is no budget ${budgetId}.`);
}
