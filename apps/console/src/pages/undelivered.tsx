import type { JSX } from 'preact';

import type { Signal } from '#libs/contract';

import { ask } from '../api/client.js';
import type { Session } from '../api/session.js';
import { useAnswer } from '../api/use-answer.js';
import { Decision } from '../elements/decision.js';
import type { Formats } from '../format/formats.js';
import { addressOf } from '../page-address.js';
import { TEXTS } from '../texts.js';

const texts = TEXTS.undelivered;
/** Each answer reads a topic, and letters are rare. */
const REFRESH_MS = 30_000;

interface DeadLetter {
  readonly id: string;
  readonly receiver: string;
  readonly state: 'dead' | 'resend';
  readonly reason: string;
  readonly givenUpAt: string;
  readonly signal: Signal;
}

interface UndeliveredProps {
  readonly session: Session;
  readonly formats: Formats;
}

/** What a receiver did not take, and for operators the way to send it again; nothing where all has arrived. */
export function Undelivered({ session, formats }: UndeliveredProps): JSX.Element | null {
  const { person, token } = session;
  const { answer, refresh } = useAnswer<{ items: DeadLetter[] }>('dead-letters', token, REFRESH_MS);
  const letters = answer?.items ?? [];
  if (letters.length === 0) return null;
  const mayResend = person?.roles.some((role) => role === 'operator' || role === 'admin') === true;
  const resend = (id: string) => async (): Promise<void> => {
    await ask(`dead-letters/${encodeURIComponent(id)}/resend`, { method: 'POST', body: {}, token });
    refresh();
  };
  return (
    <section class="card" aria-labelledby="undelivered-title">
      <div class="card-title">
        <h2 id="undelivered-title">{texts.title}</h2>
      </div>
      <ol class="history">
        {letters.map(({ id, receiver, state, reason, givenUpAt, signal }) => (
          <li key={id} data-letter={id}>
            <span class="note">{formats.dayTime(givenUpAt)}</span>
            <span>
              <a href={addressOf('signals', signal.signalKey)}>{signal.summary}</a>{' '}
              <span class="note">{texts.why(receiver, reason)}</span>
              {state === 'resend' && <span class="note"> {texts.underWay}</span>}
              {mayResend && state === 'dead' && <Decision label={texts.resend} act={resend(id)} />}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
