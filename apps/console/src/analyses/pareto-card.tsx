import type { JSX } from 'preact';

import type { ActivityGroup, ParetoAnswer, ParetoRowView } from '#libs/application/live/wire';

import type { Asked } from '../api/use-answer.js';
import type { Formats } from '../format/formats.js';
import { Amount } from '../panels/figure.js';
import { TEXTS } from '../texts.js';
import { AnalysisCard } from './analysis-card.js';

const texts = TEXTS.analyses;
/** Members named in the sentence. */
const NAMED = 5;
/** Heights of the grid; the method's 80% is one of them. */
const GRID = [1, 0.8, 0.5, 0];
const VITAL_SHARE = 0.8;

interface ParetoCardProps {
  readonly by: ActivityGroup;
  readonly asked: Asked<ParetoAnswer>;
  readonly formats: Formats;
}

/** The members by cost as bars, with the line of what they make together, and which few make 80%. */
export function ParetoCard({ by, asked, formats }: ParetoCardProps): JSX.Element {
  return (
    <AnalysisCard
      id="pareto"
      title={texts.paretoTitle}
      asked={asked}
      emptyOf={(answer) => (answer.members === 0 ? emptyText(answer, by) : null)}
    >
      {(answer) => (
        <>
          <p class="finding">{findingOf(answer, by, formats)}</p>
          <ParetoChart answer={answer} label={findingOf(answer, by, formats)} formats={formats} />
          {answer.members > answer.items.length && (
            <p class="note">
              {texts.shown(formats.count(answer.items.length), formats.count(answer.members), texts.plurals[by])}
            </p>
          )}
          <ParetoTable items={answer.items} by={by} formats={formats} />
        </>
      )}
    </AnalysisCard>
  );
}

function emptyText({ unassigned }: ParetoAnswer, by: ActivityGroup): string {
  return Number(unassigned) > 0 ? texts.noneNamed(texts.plurals[by]) : texts.noContacts;
}

function findingOf({ items, members, vitalFew }: ParetoAnswer, by: ActivityGroup, formats: Formats): string {
  if (vitalFew === null) return texts.noFew;
  const names = items.slice(0, Math.min(vitalFew.members, NAMED)).map(({ id }) => id);
  const more = vitalFew.members - names.length;
  const few = texts.few(
    formats.percent(vitalFew.share),
    formats.count(vitalFew.members),
    formats.count(members),
    texts.plurals[by],
    formats.percent(vitalFew.memberShare),
    names.join(', ') + (more > 0 ? texts.andMore(formats.count(more)) : ''),
  );
  return vitalFew.tied.length === 0 ? few : `${few} ${texts.tied(vitalFew.tied.slice(0, NAMED).join(', '))}`;
}

/** Both bars and line are shares of the whole, on one scale: each bar is the step that the line takes there. */
function ParetoChart(props: {
  readonly answer: ParetoAnswer;
  readonly label: string;
  readonly formats: Formats;
}): JSX.Element {
  const { answer, label, formats } = props;
  const { items } = answer;
  const few = answer.vitalFew?.members ?? 0;
  const width = 100 / items.length;
  const points = items.map(
    ({ cumulativeShare }, index) => `${at((index + 0.5) * width)},${at(heightOf(cumulativeShare))}`,
  );
  return (
    <div class="pareto">
      <div class="scale" aria-hidden="true">
        {GRID.map((share) => (
          <span key={share} style={{ top: `${at((1 - share) * 100)}%` }}>
            {formats.percent(share)}
          </span>
        ))}
      </div>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={label}>
        {GRID.map((share) => (
          <line
            key={share}
            class={share === VITAL_SHARE ? 'vital' : 'grid'}
            x1="0"
            x2="100"
            y1={at(heightOf(share))}
            y2={at(heightOf(share))}
          />
        ))}
        {items.map(({ id, share }, index) => (
          <rect
            key={id}
            class={index < few ? 'few' : 'many'}
            x={at((index + 0.14) * width)}
            width={at(0.72 * width)}
            y={at(heightOf(share))}
            height={at(100 - heightOf(share))}
          >
            <title>{`${id} ${formats.percent(share ?? 0)}`}</title>
          </rect>
        ))}
        <polyline points={points.join(' ')} />
      </svg>
    </div>
  );
}

/** From the top of the picture, 0 to 100; what is outside is drawn at its edge. */
function heightOf(share: number | null): number {
  return 100 - Math.max(0, Math.min(1, share ?? 0)) * 100;
}

function at(place: number): string {
  return place.toFixed(2);
}

function ParetoTable(props: {
  readonly items: readonly ParetoRowView[];
  readonly by: ActivityGroup;
  readonly formats: Formats;
}): JSX.Element {
  const { items, by, formats } = props;
  return (
    <details class="chart-table">
      <summary>{TEXTS.chart.asTable}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={texts.paretoTitle}>
        <table>
          <caption class="visually-hidden">{texts.paretoTitle}</caption>
          <thead>
            <tr>
              <th scope="col">{texts.groups[by]}</th>
              <th scope="col">{TEXTS.columns.cost}</th>
              <th scope="col">{TEXTS.columns.share}</th>
              <th scope="col">{texts.cumulative}</th>
            </tr>
          </thead>
          <tbody>
            {items.map(({ id, amount, share, cumulativeShare }) => (
              <tr key={id}>
                <th scope="row">{id}</th>
                <td>
                  <Amount value={amount} format={formats.amount} />
                </td>
                <td>{share === null ? TEXTS.unknown : formats.percent(share)}</td>
                <td>{cumulativeShare === null ? TEXTS.unknown : formats.percent(cumulativeShare)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
