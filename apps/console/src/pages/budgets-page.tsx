import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import type { BudgetOverview, BudgetSpending } from '#libs/application/live/wire';

import type { Session } from '../api/session.js';
import { useAnswer } from '../api/use-answer.js';
import type { Formats } from '../format/formats.js';
import { addressOf } from '../page-address.js';
import { TEXTS } from '../texts.js';
import { BudgetForm } from './budget-form.js';
import { Trouble } from '../elements/trouble.js';

const texts = TEXTS.budgets;
const REFRESH_MS = 10_000;

interface BudgetsPageProps {
  readonly session: Session;
  readonly formats: Formats;
}

/** All budgets: what is spent, planned and expected of those in force, and what waits for a decision. */
export function BudgetsPage({ session, formats }: BudgetsPageProps): JSX.Element {
  const [isWriting, setWriting] = useState(false);
  const [after, setAfter] = useState<readonly string[]>([]);
  const path = `budgets?after=${encodeURIComponent(after.at(-1) ?? '')}`;
  const { answer, problem } = useAnswer<{ items: BudgetOverview[]; next: string | null }>(
    path,
    session.token,
    REFRESH_MS,
  );
  const mayWrite = session.person?.roles.some((role) => role === 'budget-owner' || role === 'admin') === true;
  const next = answer?.next ?? null;
  return (
    <section class="card lifted" aria-labelledby="budgets-title">
      <div class="card-title">
        <h2 id="budgets-title">{texts.title}</h2>
        {mayWrite && !isWriting && (
          <button class="button" data-kind="primary" type="button" onClick={() => setWriting(true)}>
            {texts.create}
          </button>
        )}
      </div>
      {isWriting && <BudgetForm session={session} budget={null} onDone={() => setWriting(false)} />}
      <Trouble text={problem} />
      {answer?.items.length === 0 && <p class="note">{texts.none}</p>}
      <ul class="budgets">
        {answer?.items.map((budget) => (
          <BudgetLine key={budget.budgetId} budget={budget} formats={formats} />
        ))}
      </ul>
      <div class="pages">
        {after.length > 0 && (
          <button class="button" data-kind="quiet" type="button" onClick={() => setAfter(after.slice(0, -1))}>
            {texts.back}
          </button>
        )}
        {next !== null && (
          <button class="button" data-kind="quiet" type="button" onClick={() => setAfter([...after, next])}>
            {texts.more}
          </button>
        )}
      </div>
    </section>
  );
}

function BudgetLine({ budget, formats }: { readonly budget: BudgetOverview; readonly formats: Formats }): JSX.Element {
  const { budgetId, scope, id, period, latest, inForce, spending } = budget;
  const amount = String((inForce ?? latest).plan['amount']);
  return (
    <li data-budget={budgetId}>
      <div class="head">
        <a href={addressOf('budgets', budgetId)}>{budgetId}</a>
        <span class="note">
          {texts.subject(scope, id)} · {texts.periods[period] ?? period}
        </span>
        <span class="badge" data-status={latest.status}>
          {texts.status[latest.status]}
        </span>
      </div>
      <div class="figures">
        <strong>{formats.amount(amount)}</strong>
        {spending && <SpendingNote spending={spending} formats={formats} />}
      </div>
      {spending && <SpendingBar spending={spending} amount={Number(amount)} />}
    </li>
  );
}

/** Spent, planned to date and expected, in words. */
export function SpendingNote({
  spending,
  formats,
}: {
  readonly spending: BudgetSpending;
  readonly formats: Formats;
}): JSX.Element {
  const { spent, spentRatio, plannedToDate, forecast, forecastRatio } = spending;
  return (
    <span class="facts">
      <span>{texts.spent(formats.amount(spent), formats.percent(spentRatio))}</span>
      <span>{texts.planned(formats.amount(plannedToDate))}</span>
      {forecast && forecastRatio !== null && (
        <span class={forecastRatio > 1 ? 'over' : undefined}>
          {texts.forecast(formats.amount(forecast.expected), formats.percent(forecastRatio))}
        </span>
      )}
    </span>
  );
}

/** Spent and expected, with the budget as a mark and the plan to date as another, on one scale. */
function SpendingBar({
  spending,
  amount,
}: {
  readonly spending: BudgetSpending;
  readonly amount: number;
}): JSX.Element | null {
  const [spent, expected] = [Number(spending.spent), Number(spending.forecast?.expected ?? spending.spent)];
  const whole = Math.max(spent, expected, amount);
  if (whole <= 0) return null;
  const width = (value: number): string => `${String((value / whole) * 100)}%`;
  return (
    <div class="month-bar" aria-hidden="true">
      <span class="projected" style={{ width: width(expected) }} />
      <span class="spent" style={{ width: width(spent) }} />
      <span class="limit" style={{ left: `calc(${width(amount)} - 2px)` }} />
    </div>
  );
}
