import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import type { AnalysisPeriod, CompositionAnswer, CompositionPartView } from '#libs/application/live/wire';

import type { Session } from '../api/session.js';
import { useAnswer } from '../api/use-answer.js';
import type { Formats } from '../format/formats.js';
import { Field } from '../elements/field.js';
import { Amount } from '../panels/figure.js';
import { TEXTS } from '../texts.js';
import { AnalysisCard } from './analysis-card.js';

const texts = TEXTS.analyses;
const FIRST_BENCHMARK = 'finance';

/** What each card that asks for itself needs. */
export interface PeriodCardProps {
  readonly period: AnalysisPeriod;
  readonly session: Session;
  readonly formats: Formats;
  readonly refreshMs: number;
}

/** What the cost consists of, beside an industry's figures. */
export function CompositionCard({ period, session, formats, refreshMs }: PeriodCardProps): JSX.Element {
  const [chosen, setChosen] = useState(FIRST_BENCHMARK);
  const path = `analyses/composition?period=${period}&benchmark=${chosen}`;
  const asked = useAnswer<CompositionAnswer>(path, session.token, refreshMs);
  const benchmarks = asked.answer?.benchmarks ?? [chosen];
  return (
    <AnalysisCard
      id="composition"
      title={texts.compositionTitle}
      asked={asked}
      emptyOf={({ parts }) => (parts.every(({ amount }) => Number(amount) === 0) ? texts.noCost : null)}
      choice={
        <Field label={texts.benchmark}>
          <select name="benchmark" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            {benchmarks.map((id) => (
              <option key={id} value={id}>
                {texts.industries[id] ?? id}
              </option>
            ))}
          </select>
        </Field>
      }
    >
      {({ amount, parts, benchmark }) => (
        <>
          <p class="finding">
            <Amount name="composition-total" value={amount} format={formats.amount} /> {texts.billsIncluded}
          </p>
          <ul class="composition">
            {parts.map((part) => (
              <Part key={part.dimension} part={part} formats={formats} />
            ))}
          </ul>
          {benchmark && (
            <p class="note">{texts.benchmarkNote(benchmark.source, formats.percent(benchmark.costToRevenue))}</p>
          )}
        </>
      )}
    </AnalysisCard>
  );
}

function Part({ part, formats }: { readonly part: CompositionPartView; readonly formats: Formats }): JSX.Element {
  const { dimension, amount, share, benchmarkShare, difference } = part;
  const width = (ratio: number): string => `${String(Math.max(0, Math.min(1, ratio)) * 100)}%`;
  return (
    <li data-row={`dimension:${dimension}`}>
      <span>{TEXTS.composition.names[dimension] ?? dimension}</span>
      <span class="amount">
        {share === null ? TEXTS.unknown : formats.percent(share)}{' '}
        <Amount class="note" value={amount} format={formats.amount} />
      </span>
      <span class="share" aria-hidden="true">
        <span class="own" style={{ width: width(share ?? 0) }} />
        {benchmarkShare !== null && <span class="mark" style={{ left: width(benchmarkShare) }} />}
      </span>
      <span class="note">
        {benchmarkShare === null
          ? texts.noBenchmark
          : texts.against(formats.percent(benchmarkShare), difference === null ? null : points(difference, formats))}
      </span>
    </li>
  );
}

/** A difference of shares in whole points, with its sign. */
function points(difference: number, formats: Formats): string {
  const whole = Math.round(difference * 100);
  return texts.points(`${whole > 0 ? '+' : whole < 0 ? '−' : '±'}${formats.count(Math.abs(whole))}`);
}
