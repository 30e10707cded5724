import type { ServerResponse } from 'node:http';
import { Controller, Header, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { z } from 'zod';
import { zonedCalendar } from '#libs/adapters/calendar';
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
  lastPeriodProfile,
  LiveView,
  readBudgetPlan,
  rehearseBudget,
  rejectBudget,
  submitBudget,
  versionView,
  type AuditLineView,
  type BudgetDecider,
  type BudgetOverview,
  type BudgetPlan,
  type BudgetRehearsal,
  type BudgetVersion,
  type BudgetVersionView,
  type Expected,
  type LedgerReader,
  type PastInsight,
  type Principal,
} from '#libs/application';
import { CLOCK, DECIDER, LEDGER, PAST, type WallClock } from '../ports.js';
import { BUDGET_ROUTES, Route } from '../routes/index.js';
import { budgetBody, budgetPath, reasonBody, remarkBody } from '../routes/shapes.js';
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

const AUDIT_PAGE = 100;

/** Somebody waits for it: a past that takes longer is rehearsed on from the command line. */
const REHEARSAL_LIMIT_MS = 15_000;

/** One step on a budget: on which, who, when, and on what he has seen. */
interface Step {
  readonly budgetId: string;
  readonly context: ReturnType<typeof contextOf>;
  readonly expected: Expected;
}

/** Budgets and their approval. */
@Controller()
export class BudgetController {
  constructor(
    @Inject(DECIDER) private readonly decider: BudgetDecider,
    @Inject(LiveView) private readonly view: LiveView,
    @Inject(LEDGER) private readonly ledger: LedgerReader,
    @Inject(PAST) private readonly past: PastInsight,
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
    await decided(async () => createBudget(this.decider, context, await this.#plan(body)));
    return this.#overview(body.budgetId, response);
  }

  @Route(BUDGET_ROUTES.draftBudget)
  draft(@Asked() asked: AskedStep, @Res({ passthrough: true }) response: ServerResponse): Promise<BudgetOverview> {
    return this.#step(asked, response, budgetBody, async ({ budgetId, context, expected }, body) => {
      if (body.budgetId !== budgetId) {
        const fault = { path: 'budgetId', message: `must be ${budgetId}, as in the address` };
        throw new DecisionRefused('invalid-budget', 'The budget is not the one of the address.', [fault]);
      }
      return draftBudget(this.decider, context, await this.#plan(body), expected);
    });
  }

  @Route(BUDGET_ROUTES.submitBudget)
  submit(@Asked() asked: AskedStep, @Res({ passthrough: true }) response: ServerResponse): Promise<BudgetOverview> {
    return this.#step(asked, response, remarkBody, async ({ budgetId, context, expected }) => {
      const rehearsal = await this.#rehearsal(budgetId, expected);
      return submitBudget(this.decider, context, budgetId, expected, rehearsal);
    });
  }

  @Route(BUDGET_ROUTES.approveBudget)
  approve(@Asked() asked: AskedStep, @Res({ passthrough: true }) response: ServerResponse): Promise<BudgetOverview> {
    return this.#step(asked, response, remarkBody, ({ budgetId, context, expected }, { reason }) =>
      approveBudget(this.decider, context, budgetId, expected, reason),
    );
  }

  @Route(BUDGET_ROUTES.rejectBudget)
  reject(@Asked() asked: AskedStep, @Res({ passthrough: true }) response: ServerResponse): Promise<BudgetOverview> {
    return this.#step(asked, response, reasonBody, ({ budgetId, context, expected }, { reason }) =>
      rejectBudget(this.decider, context, budgetId, expected, reason),
    );
  }

  @Route(BUDGET_ROUTES.closeBudget)
  close(@Asked() asked: AskedStep, @Res({ passthrough: true }) response: ServerResponse): Promise<BudgetOverview> {
    return this.#step(asked, response, remarkBody, ({ budgetId, context, expected }, { reason }) =>
      closeBudget(this.decider, context, budgetId, expected, reason),
    );
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

  /** Takes one step on a budget that exists, and answers with how it stands then. */
  async #step<Body>(
    { request, path, query, asker }: AskedStep,
    response: ServerResponse,
    schema: z.ZodType<Body>,
    take: (step: Step, body: Body) => Promise<BudgetVersion>,
  ): Promise<BudgetOverview> {
    checkedQuery(noParameters, query);
    const { budgetId } = checkedQuery(budgetPath, path);
    const step = { budgetId, context: contextOf(request, asker, this.now()), expected: expectedOf(request) };
    const body = checkedBody(schema, request);
    await decided(async () => take(step, body));
    return this.#overview(budgetId, response);
  }

  /** Of the draft that is about to be submitted; null where it is none, which the submission will refuse. */
  async #rehearsal(budgetId: string, { number, revision }: Expected): Promise<BudgetRehearsal | null> {
    const draft = (await this.decider.store.budgetVersions(budgetId)).at(-1);
    if (draft?.status !== 'draft' || draft.number !== number || draft.revision !== revision) return null;
    return rehearseBudget(this.past, draft.plan, this.now(), AbortSignal.timeout(REHEARSAL_LIMIT_MS));
  }

  async #plan({ profile, ...rest }: z.infer<typeof budgetBody>): Promise<BudgetPlan> {
    const home = this.view.reference()?.organisation ?? DEFAULT_ORGANISATION;
    if (profile !== 'last-period') return readBudgetPlan({ ...rest, ...(profile && { profile }) }, home);
    const plan = readBudgetPlan(rest, home);
    return { ...plan, profile: await lastPeriodProfile(this.ledger, plan, zonedCalendar(home.zone), this.now()) };
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
