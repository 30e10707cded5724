import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import { CORRELATED_SCOPES, type CorrelatedScope, type CorrelationAnswer } from '#libs/application/live/wire';

import { useAnswer } from '../api/use-answer.js';
import type { Formats } from '../format/formats.js';
import { Field } from '../elements/field.js';
import { TEXTS } from '../texts.js';
import { AnalysisCard } from './analysis-card.js';
import type { PeriodCardProps } from './composition-card.js';

const texts = TEXTS.analyses;
/** Below this nothing follows from it; from the second on it is a clear relation. */
const [SLIGHT, CLEAR] = [0.3, 0.6];
/** Share of the picture's width and height that stays free around the outermost points. */
const MARGIN = 8;

/** Whether dearer contacts are the better ones. */
export function CorrelationCard({ period, session, formats, refreshMs }: PeriodCardProps): JSX.Element {
  const [over, setOver] = useState<CorrelatedScope>('agent');
  const asked = useAnswer<CorrelationAnswer>(
    `analyses/correlation?period=${period}&over=${over}`,
    session.token,
    refreshMs,
  );
  return (
    <AnalysisCard
      id="correlation"
      title={texts.correlationTitle}
      asked={asked}
      emptyOf={(answer) => (answer.pairs === 0 ? texts.noPairs(texts.plurals[over], answer.leastAnswers) : null)}
      choice={
        <Field label={texts.over}>
          <select name="over" value={over} onChange={(event) => setOver(event.currentTarget.value as CorrelatedScope)}>
            {CORRELATED_SCOPES.map((scope) => (
              <option key={scope} value={scope}>
                {texts.plurals[scope]}
              </option>
            ))}
          </select>
        </Field>
      }
    >
      {(answer) => (
        <>
          <p class="finding">{findingOf(answer, texts.plurals[over])}</p>
          <Scatter items={answer.items} formats={formats} />
          <p class="note">{texts.correlationNote(answer.leftOut, answer.leastAnswers)}</p>
        </>
      )}
    </AnalysisCard>
  );
}

function findingOf({ coefficient, pairs, leastPairs }: CorrelationAnswer, members: string): string {
  if (coefficient === null) return pairs < leastPairs ? texts.fewPairs(pairs, leastPairs) : texts.noVariance(pairs);
  const size = Math.abs(coefficient);
  const strength = size < SLIGHT ? 'none' : size < CLEAR ? 'slight' : 'clear';
  const words = strength === 'none' ? texts.relation.none : texts.relation[strength][coefficient > 0 ? 'more' : 'less'];
  return texts.correlation(coefficient.toFixed(2).replace('-', '−'), pairs, members, words);
}

/** A dot a member: to the right what a contact costs, upwards how satisfied its customers are. */
function Scatter(props: { readonly items: CorrelationAnswer['items']; readonly formats: Formats }): JSX.Element {
  const { items, formats } = props;
  const costs = items.map(({ costPerContact }) => Number(costPerContact));
  const grades = items.map(({ csat }) => csat);
  const ends = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];
  const [[cheapest, dearest], [worst, best]] = [ends(costs), ends(grades)];
  const amount = (value: number): string => formats.unitAmount(value.toFixed(2));
  return (
    <figure class="scatter">
      <div class="dots" aria-hidden="true">
        {items.map(({ id, csat, costPerContact }) => (
          <span
            key={id}
            title={`${id}: ${formats.unitAmount(costPerContact)}, ${csat.toFixed(2)}`}
            style={{ left: place(Number(costPerContact), cheapest, dearest), bottom: place(csat, worst, best) }}
          />
        ))}
      </div>
      <figcaption class="note">
        {texts.scatter(amount(cheapest), amount(dearest), worst.toFixed(2), best.toFixed(2))}
      </figcaption>
    </figure>
  );
}

function place(value: number, least: number, most: number): string {
  const share = most > least ? (value - least) / (most - least) : 0.5;
  return `${String(MARGIN + share * (100 - 2 * MARGIN))}%`;
}
