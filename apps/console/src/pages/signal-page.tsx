import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import type { Signal } from '#libs/contract';
import type { AuditLineView, EpisodeHandling } from '#libs/application/live/wire';

import { ask } from '../api/client.js';
import type { Session } from '../api/session.js';
import { useAnswer } from '../api/use-answer.js';
import type { Formats } from '../format/formats.js';
import { addressOf } from '../page-address.js';
import { TEXTS } from '../texts.js';
import { Bars, type BarRow } from '../elements/bars.js';
import { Decision } from '../elements/decision.js';
import { Field } from '../elements/field.js';
import { History } from '../elements/history.js';
import { Trouble } from '../elements/trouble.js';

const texts = TEXTS.signals;
const REFRESH_MS = 5_000;
const HOUR_MS = 3_600_000;
const PARTS = ['volume', 'mix', 'efficiency', 'rate'] as const;

interface SignalPageProps {
  readonly id: string;
  readonly session: Session;
  readonly formats: Formats;
}

interface SignalStory {
  readonly messages: readonly Signal[];
  readonly handling: EpisodeHandling;
  readonly audit: readonly AuditLineView[];
}

/** One signal: what it says and why, who looks after it, and its history. */
export function SignalPage({ id, session, formats }: SignalPageProps): JSX.Element {
  const path = `signals/${encodeURIComponent(id)}`;
  const { answer, problem, refresh } = useAnswer<SignalStory>(path, session.token, REFRESH_MS);
  const latest = answer?.messages[0];
  return (
    <>
      <section class="card signals lifted" aria-labelledby="signal-title">
        <a href={addressOf('signals')}>{texts.all}</a>
        <Trouble text={problem} />
        {answer && latest && (
          <div class="stack">
            <div class="card-title">
              <h2 id="signal-title">{latest.summary}</h2>
              <span class="badge" data-severity={latest.status === 'firing' ? latest.severity : undefined}>
                {latest.status === 'firing' ? texts.severity[latest.severity] : texts.resolvedWord}
              </span>
            </div>
            <Handling handling={answer.handling} formats={formats} />
            <Acts path={path} episodeId={latest.episodeId} session={session} onDone={refresh} />
          </div>
        )}
      </section>
      {latest && <Why signal={latest} formats={formats} />}
      {answer && (
        <section class="card" aria-labelledby="signal-history">
          <h3 id="signal-history">{texts.history}</h3>
          <History lines={answer.audit} formats={formats} />
          <ol class="history">
            {answer.messages.map((message) => (
              <li key={`${message.episodeId}/${String(message.sequence)}`}>
                <span class="note">{formats.dayTime(message.observedAt)}</span>
                <span>
                  {message.status === 'firing' ? texts.severity[message.severity] : texts.resolvedWord}:{' '}
                  {message.summary}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

function Handling({
  handling,
  formats,
}: {
  readonly handling: EpisodeHandling;
  readonly formats: Formats;
}): JSX.Element {
  const { acknowledgedBy, acknowledgedAt, snoozedUntil, snoozedBy } = handling;
  return (
    <p class="note">
      {acknowledgedBy === null || acknowledgedAt === null
        ? texts.nobody
        : texts.acknowledged(acknowledgedBy, formats.dayTime(acknowledgedAt))}
      {snoozedUntil !== null && ` ${texts.snoozed(formats.dayTime(snoozedUntil), snoozedBy ?? '')}`}
    </p>
  );
}

/** Who and what made it, largest first, and how the excess splits. */
function Why({ signal, formats }: { readonly signal: Signal; readonly formats: Formats }): JSX.Element | null {
  const { contributors = [], variance } = signal;
  const parts: BarRow[] = PARTS.flatMap((name) => {
    const amount = variance?.[name];
    return amount === undefined
      ? []
      : [{ label: texts.parts[name], value: Number(amount), text: formats.amount(amount) }];
  });
  const blamed = contributors.map(({ scope, id, amount, share }) => ({
    label: `${scope} ${id}`,
    value: Number(amount),
    text: `${formats.amount(amount)} · ${formats.percent(share)}`,
  }));
  if (parts.length === 0 && blamed.length === 0) return null;
  return (
    <section class="card" aria-labelledby="why-title">
      <h3 id="why-title">{texts.why}</h3>
      {blamed.length > 0 && (
        <>
          <h4>{texts.contributors}</h4>
          <Bars rows={blamed} />
        </>
      )}
      {parts.length > 0 && (
        <>
          <h4>{texts.variance(formats.amount(variance?.total ?? '0'))}</h4>
          <Bars rows={parts} />
        </>
      )}
    </section>
  );
}

interface ActsProps {
  readonly path: string;
  readonly episodeId: string;
  readonly session: Session;
  readonly onDone: () => void;
}

function Acts({ path, episodeId, session: { person, token }, onDone }: ActsProps): JSX.Element | null {
  const [text, setText] = useState('');
  const [hours, setHours] = useState('4');
  if (!person) return <p class="note">{TEXTS.session.toAct}</p>;
  if (!person.roles.some((role) => role === 'operator' || role === 'admin')) return null;
  const comment = text.trim() === '' ? {} : { comment: text };
  const act = (step: string, body: () => object) => async (): Promise<void> => {
    await ask(`${path}/${step}`, { method: 'POST', body: { episodeId, ...body() }, token });
    setText('');
    onDone();
  };
  const until = (): string => new Date(Date.now() + Number(hours) * HOUR_MS).toISOString();
  return (
    <div class="actions">
      <Field label={texts.comment}>
        <input name="comment" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </Field>
      <Decision label={texts.acknowledge} kind="primary" act={act('acknowledge', () => comment)} />
      <Decision label={texts.say} disabled={text.trim() === ''} act={act('comments', () => ({ text }))} />
      <Field label={texts.snoozeFor}>
        <select name="hours" value={hours} onChange={(event) => setHours(event.currentTarget.value)}>
          {['1', '4', '24', '72'].map((value) => (
            <option key={value} value={value}>
              {texts.hours(value)}
            </option>
          ))}
        </select>
      </Field>
      <Decision label={texts.snooze} act={act('snooze', () => ({ until: until(), ...comment }))} />
    </div>
  );
}
