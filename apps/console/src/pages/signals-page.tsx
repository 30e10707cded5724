import type { JSX } from 'preact';

import type { SignalView } from '#libs/application/live/wire';

import type { Session } from '../api/session.js';
import { useAnswer } from '../api/use-answer.js';
import type { Formats } from '../format/formats.js';
import { addressOf } from '../page-address.js';
import { TEXTS } from '../texts.js';
import { Trouble } from '../elements/trouble.js';
import { Undelivered } from './undelivered.js';

const texts = TEXTS.signals;
const REFRESH_MS = 5_000;

interface SignalsPageProps {
  readonly session: Session;
  readonly formats: Formats;
}

/** Every signal that fires, the worst first, and those that were resolved lately. */
export function SignalsPage({ session, formats }: SignalsPageProps): JSX.Element {
  const { answer, problem } = useAnswer<{ items: SignalView[] }>('signals?status=all', session.token, REFRESH_MS);
  return (
    <>
      <section class="card signals lifted" aria-labelledby="signals-page-title">
        <div class="card-title">
          <h2 id="signals-page-title">{texts.title}</h2>
        </div>
        <Trouble text={problem} />
        {answer?.items.length === 0 && <p class="note">{texts.none}</p>}
        <ul>
          {answer?.items.map((signal) => (
            <li class="signal" key={signal.signalKey} data-severity={signal.severity} data-signal={signal.signalKey}>
              <div class="head">
                <span class="badge" data-severity={signal.status === 'firing' ? signal.severity : undefined}>
                  {signal.status === 'firing' ? texts.severity[signal.severity] : texts.resolvedWord}
                </span>
                <span class="note">{formats.dayTime(signal.startedAt)}</span>
                <a href={addressOf('signals', signal.signalKey)}>{texts.look}</a>
              </div>
              <p>{signal.summary}</p>
            </li>
          ))}
        </ul>
      </section>
      <Undelivered session={session} formats={formats} />
    </>
  );
}
