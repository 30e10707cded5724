import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import type { AuditLineView, BudgetOverview, BudgetVersionView } from '#libs/application/live/wire';

import { ask } from '../api/client.js';
import type { Session } from '../api/session.js';
import { useAnswer } from '../api/use-answer.js';
import type { Formats } from '../format/formats.js';
import { addressOf } from '../page-address.js';
import { TEXTS } from '../texts.js';
import { BudgetForm } from './budget-form.js';
import { SpendingNote } from './budgets-page.js';
import { Decision } from '../elements/decision.js';
import { Field } from '../elements/field.js';
import { History } from '../elements/history.js';
import { Rehearsal } from '../elements/rehearsal.js';
import { Trouble } from '../elements/trouble.js';

const texts = TEXTS.budgets;
const REFRESH_MS = 10_000;

interface BudgetPageProps {
  readonly id: string;
  readonly session: Session;
  readonly formats: Formats;
}

/** One budget: how it stands, what can be decided, its versions and every step. */
export function BudgetPage({ id, session, formats }: BudgetPageProps): JSX.Element {
  const path = `budgets/${encodeURIComponent(id)}`;
  const budget = useAnswer<BudgetOverview>(path, session.token, REFRESH_MS);
  const history = useAnswer<BudgetHistory>(`${path}/history`, session.token, REFRESH_MS);
  const refresh = (): void => {
    budget.refresh();
    history.refresh();
  };
  return (
    <>
      <section class="card lifted" aria-labelledby="budget-title">
        <a href={addressOf('budgets')}>{texts.all}</a>
        <div class="card-title">
          <h2 id="budget-title">{id}</h2>
          {budget.answer && (
            <span class="badge" data-status={budget.answer.latest.status}>
              {texts.status[budget.answer.latest.status]}
            </span>
          )}
        </div>
        <Trouble text={budget.problem} />
        {budget.answer && (
          <>
            <Facts budget={budget.answer} formats={formats} />
            <Decisions budget={budget.answer} session={session} onDecided={refresh} />
          </>
        )}
      </section>
      {history.answer && (
        <section class="card" aria-labelledby="history-title">
          <h3 id="history-title">{texts.history}</h3>
          <ul class="versions">
            {history.answer.versions.map((version) => (
              <Version key={version.number} version={version} formats={formats} />
            ))}
          </ul>
          <History lines={history.answer.audit} formats={formats} />
        </section>
      )}
    </>
  );
}

interface BudgetHistory {
  readonly versions: readonly BudgetVersionView[];
  readonly audit: readonly AuditLineView[];
}

function Facts({ budget, formats }: { readonly budget: BudgetOverview; readonly formats: Formats }): JSX.Element {
  const { latest, inForce, spending, scope, id, period, children } = budget;
  const { source } = (latest.plan['profile'] ?? {}) as { readonly source?: string };
  return (
    <div class="stack">
      <p class="note">
        {texts.subject(scope, id)} · {texts.periods[period] ?? period} ·{' '}
        {texts.yearly(formats.amount(latest.yearlyAmount))}
      </p>
      <p>
        {inForce ? texts.inForce(formats.amount(String(inForce.plan['amount']))) : texts.nothingInForce}{' '}
        {inForce?.number !== latest.number && texts.proposed(formats.amount(String(latest.plan['amount'])))}
      </p>
      {source !== undefined && <p class="note">{texts.profileFrom(source)}</p>}
      {latest.status === 'submitted' && latest.rehearsal && (
        <Rehearsal rehearsal={latest.rehearsal} formats={formats} />
      )}
      {spending && <SpendingNote spending={spending} formats={formats} />}
      {latest.reason !== null && latest.reason !== '' && <q>{latest.reason}</q>}
      {children.map(({ scope: below, budgetIds, amount, difference }) => (
        <p class="note" key={below}>
          {texts.children(below, budgetIds.length, formats.amount(amount), formats.amount(difference))}
        </p>
      ))}
    </div>
  );
}

interface DecisionsProps {
  readonly budget: BudgetOverview;
  readonly session: Session;
  readonly onDecided: () => void;
}

function Decisions({ budget, session, onDecided }: DecisionsProps): JSX.Element {
  const [isWriting, setWriting] = useState(false);
  const [reason, setReason] = useState('');
  const { person, token } = session;
  const { latest, inForce } = budget;
  const has = (...roles: string[]): boolean => person?.roles.some((role) => roles.includes(role)) === true;
  const decide = (step: string) => async (): Promise<void> => {
    const path = `budgets/${encodeURIComponent(budget.budgetId)}/${step}`;
    const body = reason === '' ? {} : { reason };
    await ask(path, { method: 'POST', body, token, version: latest });
    setReason('');
    onDecided();
  };
  if (!person) return <p class="note">{TEXTS.session.toDecide}</p>;
  if (isWriting) {
    const done = (): void => {
      setWriting(false);
      onDecided();
    };
    return <BudgetForm session={session} budget={budget} onDone={done} />;
  }
  const owns = has('budget-owner', 'admin');
  const approves = has('approver') && latest.status === 'submitted';
  const isOwn = latest.authors.includes(person.id);
  const mayClose = inForce?.number === latest.number && has('budget-owner', 'admin', 'approver');
  return (
    <div class="actions">
      {(approves || mayClose) && (
        <Field label={texts.reason}>
          <input name="reason" value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        </Field>
      )}
      {owns && latest.status !== 'submitted' && (
        <button class="button" data-kind="quiet" type="button" onClick={() => setWriting(true)}>
          {latest.status === 'draft' ? texts.edit : texts.nextVersion}
        </button>
      )}
      {owns && latest.status === 'draft' && <Decision label={texts.submit} kind="primary" act={decide('submit')} />}
      {approves && <Decision label={texts.approve} kind="primary" disabled={isOwn} act={decide('approve')} />}
      {approves && <Decision label={texts.reject} disabled={reason.trim() === ''} act={decide('reject')} />}
      {approves && isOwn && <p class="note">{texts.own}</p>}
      {mayClose && <Decision label={texts.close} act={decide('close')} />}
    </div>
  );
}

function Version({
  version,
  formats,
}: {
  readonly version: BudgetVersionView;
  readonly formats: Formats;
}): JSX.Element {
  const { number, status, plan } = version;
  const from = plan['from'];
  return (
    <li>
      <span>{TEXTS.decisions.version(String(number))}</span>
      <span class="badge" data-status={status}>
        {texts.status[status]}
      </span>
      <strong>{formats.amount(String(plan['amount']))}</strong>
      {typeof from === 'string' && <span class="note">{texts.from(formats.dayTime(from))}</span>}
    </li>
  );
}
