import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import {
  ACTIVITY_GROUPS,
  ANALYSIS_PERIODS,
  type ActivitiesAnswer,
  type ActivityGroup,
  type AnalysisPeriod,
  type ParetoAnswer,
} from '#libs/application/live/wire';

import { ActivitiesCard } from '../analyses/activities-card.js';
import { CompositionCard } from '../analyses/composition-card.js';
import { CorrelationCard } from '../analyses/correlation-card.js';
import { ParetoCard } from '../analyses/pareto-card.js';
import type { Session } from '../api/session.js';
import { useAnswer } from '../api/use-answer.js';
import type { Formats } from '../format/formats.js';
import { Segments } from '../panels/segments.js';
import { TEXTS } from '../texts.js';
import { Field } from '../elements/field.js';

const texts = TEXTS.analyses;
const PERIOD_OPTIONS = ANALYSIS_PERIODS.map((value) => ({ value, label: texts.periods[value] }));
/** The ledger is asked anew this often. */
const REFRESH_MS = 60_000;
/** Bars of the Pareto chart, and activities in the table. */
const [BARS, ROWS] = [100, 25];

interface AnalysesPageProps {
  readonly session: Session;
  readonly formats: Formats;
}

/** What the ledger tells of a month or a week: who and what makes the cost. */
export function AnalysesPage({ session, formats }: AnalysesPageProps): JSX.Element {
  const [period, setPeriod] = useState<AnalysisPeriod>('this-month');
  const [by, setBy] = useState<ActivityGroup>('topic');
  const query = `period=${period}&by=${by}`;
  const pareto = useAnswer<ParetoAnswer>(`analyses/pareto?${query}&limit=${String(BARS)}`, session.token, REFRESH_MS);
  const activities = useAnswer<ActivitiesAnswer>(
    `analyses/activities?${query}&limit=${String(ROWS)}`,
    session.token,
    REFRESH_MS,
  );
  const shared = { period, session, formats, refreshMs: REFRESH_MS };
  return (
    <div class="analyses">
      <div class="section-bar">
        <h2>{texts.title}</h2>
        <Segments name="period" legend={texts.period} options={PERIOD_OPTIONS} value={period} onChange={setPeriod} />
      </div>
      {pareto.answer && (
        <p class="note" data-figure="span">
          {texts.span(formats.dayTime(pareto.answer.from), formats.dayTime(pareto.answer.to), formats.zone)}
        </p>
      )}
      <div class="columns">
        <CompositionCard {...shared} />
        <CorrelationCard {...shared} />
      </div>
      <div class="section-bar">
        <h2>{texts.contactsTitle}</h2>
        <Field label={texts.by}>
          <select name="by" value={by} onChange={(event) => setBy(event.currentTarget.value as ActivityGroup)}>
            {ACTIVITY_GROUPS.map((group) => (
              <option key={group} value={group}>
                {texts.groups[group]}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <p class="note">{texts.contactsNote}</p>
      <ParetoCard by={by} asked={pareto} formats={formats} />
      <ActivitiesCard by={by} asked={activities} formats={formats} />
    </div>
  );
}
