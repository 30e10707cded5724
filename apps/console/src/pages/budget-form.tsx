import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import type { BudgetOverview } from '#libs/application/live/wire';

import { ask } from '../api/client.js';
import type { Session } from '../api/session.js';
import { addressOf } from '../page-address.js';
import { TEXTS } from '../texts.js';
import { Decision } from '../elements/decision.js';
import { Field } from '../elements/field.js';

const texts = TEXTS.budgets;
const SCOPES = [
  'all',
  'channel',
  'team',
  'vendor',
  'agent',
  'group',
  'queue',
  'region',
  'dimension',
  'system',
] as const;
const DIMENSIONS = ['labour', 'system', 'marketing', 'outsourcing', 'training'] as const;
const PERIODS = ['month', 'quarter', 'year'] as const;
/** What a form can offer; weights of one's own take a file or the API. */
const PROFILES = ['flat', 'last-period'] as const;

interface BudgetFormProps {
  readonly session: Session;
  /** The budget whose next version is written; null for a new one. */
  readonly budget: BudgetOverview | null;
  readonly onDone: () => void;
}

/** What a person writes into a budget; what is left alone of an earlier version stays. */
export function BudgetForm({ session, budget, onDone }: BudgetFormProps): JSX.Element {
  const before = budget?.latest.plan ?? {};
  const wasFrom = fieldsOf(budget).from;
  const [fields, setFields] = useState(() => fieldsOf(budget));
  const set = (name: keyof typeof fields) => (event: { readonly currentTarget: { readonly value: string } }) =>
    setFields({ ...fields, [name]: event.currentTarget.value });
  const save = async (): Promise<void> => {
    const { id, from, owner, profile, ...rest } = fields;
    const written = {
      ...before,
      ...rest,
      id: rest.scope === 'all' ? undefined : id,
      from: from === wasFrom ? before['from'] : from || undefined,
      owner: owner || undefined,
      profile: profile === 'kept' ? before['profile'] : profile === 'last-period' ? profile : undefined,
    };
    const { token } = session;
    if (budget) {
      const path = `budgets/${encodeURIComponent(budget.budgetId)}/draft`;
      await ask(path, { method: 'PUT', body: written, token, version: budget.latest });
    } else {
      await ask('budgets', { method: 'POST', body: written, token });
      location.hash = addressOf('budgets', fields.budgetId);
    }
    onDone();
  };
  const fixed = budget !== null;
  return (
    <form class="form" aria-label={texts.form} onSubmit={(event) => event.preventDefault()}>
      <Field label={texts.fields.budgetId}>
        <input name="budgetId" value={fields.budgetId} disabled={fixed} onInput={set('budgetId')} />
      </Field>
      <Choice name="scope" value={fields.scope} options={SCOPES} disabled={fixed} onChange={set('scope')} />
      {fields.scope !== 'all' && <IdField scope={fields.scope} id={fields.id} disabled={fixed} onChange={set('id')} />}
      <Choice name="period" value={fields.period} options={PERIODS} disabled={fixed} onChange={set('period')} />
      <Field label={texts.fields.amount}>
        <input name="amount" inputMode="decimal" value={fields.amount} onInput={set('amount')} />
      </Field>
      <Choice
        name="profile"
        value={fields.profile}
        options={before['profile'] ? ['kept', ...PROFILES] : PROFILES}
        onChange={set('profile')}
      />
      <Field label={texts.fields.from}>
        <input name="from" type="date" value={fields.from} onInput={set('from')} />
      </Field>
      <Field label={texts.fields.owner}>
        <input name="owner" value={fields.owner} onInput={set('owner')} />
      </Field>
      <div class="actions">
        <Decision label={texts.save} kind="primary" act={save} />
        <button class="button" data-kind="quiet" type="button" onClick={onDone}>
          {texts.cancel}
        </button>
      </div>
    </form>
  );
}

interface ChoiceProps {
  readonly name: 'scope' | 'period' | 'profile';
  readonly value: string;
  readonly options: readonly string[];
  readonly disabled?: boolean;
  readonly onChange: (event: { readonly currentTarget: { readonly value: string } }) => void;
}

function Choice({ name, value, options, disabled, onChange }: ChoiceProps): JSX.Element {
  return (
    <Field label={texts.fields[name]}>
      <select name={name} value={value} disabled={disabled ?? false} onChange={onChange}>
        {options.map((option) => (
          <option key={option} value={option}>
            {texts.profiles[option] ?? option}
          </option>
        ))}
      </select>
    </Field>
  );
}

interface IdFieldProps {
  readonly scope: string;
  readonly id: string;
  readonly disabled: boolean;
  readonly onChange: (event: { readonly currentTarget: { readonly value: string } }) => void;
}

/** Which channel, team, ...; of dimensions there are five. */
function IdField({ scope, id, disabled, onChange }: IdFieldProps): JSX.Element {
  return (
    <Field label={texts.fields.id}>
      {scope === 'dimension' ? (
        <select name="id" value={id} disabled={disabled} onChange={onChange}>
          <option value="" />
          {DIMENSIONS.map((dimension) => (
            <option key={dimension}>{dimension}</option>
          ))}
        </select>
      ) : (
        <input name="id" value={id} disabled={disabled} onInput={onChange} />
      )}
    </Field>
  );
}

interface Fields {
  readonly budgetId: string;
  readonly scope: string;
  readonly id: string;
  readonly period: string;
  readonly amount: string;
  readonly profile: string;
  /** A date. */
  readonly from: string;
  readonly owner: string;
}

/** The fields as the latest version has them; a month's budget of a channel where there is none. */
function fieldsOf(budget: BudgetOverview | null): Fields {
  const text = (name: string, otherwise = ''): string => {
    const value = budget?.latest.plan[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
  };
  return {
    budgetId: budget?.budgetId ?? '',
    scope: text('scope', 'channel'),
    id: text('id'),
    period: text('period', 'month'),
    amount: text('amount'),
    profile: budget?.latest.plan['profile'] === undefined ? 'flat' : 'kept',
    from: text('from').slice(0, 10),
    owner: text('owner'),
  };
}
