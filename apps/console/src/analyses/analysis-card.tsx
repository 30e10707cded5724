import type { ComponentChildren, JSX } from 'preact';

import type { Asked } from '../api/use-answer.js';
import { Trouble } from '../elements/trouble.js';
import { TEXTS } from '../texts.js';

interface AnalysisCardProps<Answer> {
  readonly id: string;
  readonly title: string;
  readonly asked: Asked<Answer>;
  /** Why there is nothing to see; null where there is something. */
  readonly emptyOf: (answer: Answer) => string | null;
  /** What can be chosen on this card. */
  readonly choice?: ComponentChildren;
  readonly children: (answer: Answer) => ComponentChildren;
}

/** A card with one analysis: while it is asked for, when it cannot be had, when it is empty, and when it is there. */
export function AnalysisCard<Answer>(props: AnalysisCardProps<Answer>): JSX.Element {
  const { id, title, asked, emptyOf, choice, children } = props;
  const { answer, problem } = asked;
  const empty = answer && emptyOf(answer);
  return (
    <section class="card" aria-labelledby={`${id}-title`} data-analysis={id}>
      <div class="card-title">
        <h3 id={`${id}-title`}>{title}</h3>
        {choice}
      </div>
      <Trouble text={problem} />
      {answer === null && problem === null && <p class="note">{TEXTS.analyses.reading}</p>}
      {answer !== null && (empty === null ? children(answer) : <p class="note">{empty}</p>)}
    </section>
  );
}
