import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';

import type { Signals, SignalView } from '#libs/application/live/wire';

import type { Formats } from '../format/formats.js';
import { addressOf } from '../page-address.js';
import { TEXTS } from '../texts.js';

interface SignalsProps {
  readonly signals: Signals;
  /** Event time of the page, RFC 3339: what "for 12 min" is measured to. */
  readonly asOf: string | null;
  readonly formats: Formats;
}

const texts = TEXTS.signals;
const DAY_MS = 86_400_000;

/** What fires, the worst first, and what was resolved lately. */
export function SignalsPanel({ signals, asOf, formats }: SignalsProps): JSX.Element {
  const { firing, resolved } = signals;
  return (
    <section class="card signals lifted" aria-labelledby="signals-title">
      <div class="card-title">
        <h2 id="signals-title">{texts.title}</h2>
        <span class="badge" data-severity={firing[0]?.severity}>
          {texts.count(firing.length)}
        </span>
      </div>
      <Announcements signals={signals} />
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="signals-title">
        {firing.length === 0 && <Calm />}
        <ul>
          {firing.map((signal) => (
            <Firing key={signal.signalKey} signal={signal} asOf={asOf} formats={formats} />
          ))}
        </ul>
        {resolved.length > 0 && (
          <div class="resolved">
            <h3>{texts.resolved}</h3>
            <ul>
              {resolved.map((signal) => (
                <li key={signal.episodeId}>
                  {signal.summary} · {texts.resolvedAt(formats.dayTime(signal.resolvedAt ?? signal.observedAt))}
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </section>
  );
}

function Firing({
  signal,
  asOf,
  formats,
}: Omit<SignalsProps, 'signals'> & { readonly signal: SignalView }): JSX.Element {
  const lastedMs = Date.parse(asOf ?? signal.observedAt) - Date.parse(signal.startedAt);
  const startedText = (lastedMs < DAY_MS ? formats.time : formats.dayTime)(signal.startedAt);
  const contributors = signal.contributors.map(({ id, share }) => `${id} ${formats.percent(share)}`);
  return (
    <li class="signal" data-severity={signal.severity} data-signal={signal.signalKey}>
      <div class="head">
        <span class="badge" data-severity={signal.severity}>
          {texts.severity[signal.severity]}
        </span>
        <span class="note">{texts.since(startedText, lastedMs)}</span>
      </div>
      <p>{signal.summary}</p>
      <a class="note" href={addressOf('signals', signal.signalKey)}>
        {texts.look}
      </a>
      {signal.silencedBy !== null && <p class="note">{texts.silenced}</p>}
      {contributors.length > 0 && (
        <p class="note">
          {texts.mostly} {contributors.join(', ')}
        </p>
      )}
      {signal.runbook !== null && /^https?:/.test(signal.runbook) && (
        <a class="note" href={signal.runbook} rel="noreferrer">
          {texts.runbook}
        </a>
      )}
    </li>
  );
}

function Calm(): JSX.Element {
  return (
    <p class="calm">
      <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.8" aria-hidden="true">
        <circle cx="10" cy="10" r="8" />
        <path d="m6.5 10.5 2.5 2.5 4.5-5.5" stroke-linecap="round" stroke-linejoin="round" />
      </svg>
      {texts.none}
    </p>
  );
}

/** Speaks episodes that begin and end to screen readers; what fired before the page was opened is only listed. */
function Announcements({ signals }: { readonly signals: Signals }): JSX.Element {
  const known = useRef<ReadonlyMap<string, string> | null>(null);
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    const before = known.current;
    known.current = new Map(signals.firing.map(({ episodeId, summary }) => [episodeId, summary]));
    if (!before) return;
    const begun = signals.firing
      .filter(({ episodeId }) => !before.has(episodeId))
      .map(({ severity, summary }) => texts.announceFiring(texts.severity[severity], summary));
    const ended = signals.resolved
      .filter(({ episodeId }) => before.has(episodeId))
      .map(({ summary }) => texts.announceResolved(summary));
    if (begun.length + ended.length > 0) setSpoken([...begun, ...ended].join(' '));
  }, [signals]);
  return (
    <p class="visually-hidden" aria-live="polite">
      {spoken}
    </p>
  );
}
