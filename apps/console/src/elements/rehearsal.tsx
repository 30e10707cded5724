import type { JSX } from 'preact';

import type { BudgetRehearsal } from '#libs/application/live/wire';

import type { Formats } from '../format/formats.js';
import { TEXTS } from '../texts.js';

const texts = TEXTS.rehearsal;

/** What a budget would have done to the recorded past, for whoever decides on it. */
export function Rehearsal({
  rehearsal,
  formats,
}: {
  readonly rehearsal: BudgetRehearsal;
  readonly formats: Formats;
}): JSX.Element {
  const { from, to, recordedFrom, says, signals } = rehearsal;
  return (
    <section class="stack" aria-label={texts.title}>
      <h3>{texts.title}</h3>
      <p>{says}</p>
      {recordedFrom !== null && (
        <p class="note">
          {texts.span(formats.dayTime(recordedFrom > from ? recordedFrom : from), formats.dayTime(to))}
        </p>
      )}
      {signals.length > 0 && (
        <ul class="versions">
          {signals.map(({ signalKey, proposedTimes, proposedMinutes, todayTimes, toldTimes, firstSays }) => (
            <li key={signalKey}>
              <span>{signalKey}</span>
              <strong>{texts.would(String(proposedTimes), String(proposedMinutes))}</strong>
              <span class="note">{texts.beside(String(todayTimes), String(toldTimes))}</span>
              {firstSays !== null && <span class="note">{firstSays}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
