import type { JSX } from 'preact';

import type { ActivitiesAnswer, ActivityGroup, ActivityView } from '#libs/application/live/wire';

import type { Asked } from '../api/use-answer.js';
import type { Formats } from '../format/formats.js';
import { Amount, Bar } from '../panels/figure.js';
import { Row, Table } from '../panels/figures-table.js';
import { TEXTS } from '../texts.js';
import { AnalysisCard } from './analysis-card.js';

const texts = TEXTS.analyses;
const { columns } = TEXTS;

interface ActivitiesCardProps {
  readonly by: ActivityGroup;
  readonly asked: Asked<ActivitiesAnswer>;
  readonly formats: Formats;
}

/** What each activity costs, how many of the contacts that are, and what one of them costs. */
export function ActivitiesCard({ by, asked, formats }: ActivitiesCardProps): JSX.Element {
  const head = [
    texts.groups[by],
    null,
    columns.cost,
    texts.costShare,
    columns.contacts,
    texts.contactShare,
    columns.perContact,
    columns.handleTime,
  ];
  return (
    <AnalysisCard
      id="activities"
      title={texts.activitiesTitle}
      asked={asked}
      emptyOf={({ items }) => (items.length === 0 ? texts.noContacts : null)}
    >
      {({ items }) => (
        <Table caption={texts.activitiesTitle} head={head}>
          {[...items].sort(namelessLast).map((item) => (
            <ActivityRow key={item.id ?? ''} item={item} items={items} by={by} formats={formats} />
          ))}
        </Table>
      )}
    </AnalysisCard>
  );
}

/** The server puts what names none first, so that it is always there; people look for it at the end. */
function namelessLast(a: ActivityView, b: ActivityView): number {
  return Number(a.id === null) - Number(b.id === null);
}

interface ActivityRowProps {
  readonly item: ActivityView;
  readonly items: readonly ActivityView[];
  readonly by: ActivityGroup;
  readonly formats: Formats;
}

function ActivityRow({ item, items, by, formats }: ActivityRowProps): JSX.Element {
  const { id, amount, share, contacts, contactShare, costPerContact, averageHandleSeconds } = item;
  // What names none may be most of it, and would leave no scale to the others.
  const named = items.filter((each) => each.id !== null);
  const largest = Math.max(...(named.length > 0 ? named : items).map((each) => Number(each.amount)), Number.MIN_VALUE);
  const percent = (value: number | null): string => (value === null ? TEXTS.unknown : formats.percent(value));
  return (
    <Row name={id ?? texts.nameless(texts.plurals[by])} rowId={`${by}:${id ?? ''}`} soft={id === null}>
      <td class="bar-cell" role="cell">
        <Bar share={Number(amount) / largest} {...(id === null && { colour: 'var(--series-outside)' })} />
      </td>
      <td class="cost" role="cell">
        <Amount value={amount} format={formats.amount} />
      </td>
      <td role="cell" data-label={texts.costShare}>
        {percent(share)}
      </td>
      <td role="cell" data-label={columns.contacts}>
        {formats.count(contacts)}
      </td>
      <td role="cell" data-label={texts.contactShare}>
        {percent(contactShare)}
      </td>
      <td role="cell" data-label={columns.perContact}>
        <Amount value={costPerContact} format={formats.unitAmount} />
      </td>
      <td role="cell" data-label={columns.handleTime}>
        {averageHandleSeconds === null ? TEXTS.unknown : formats.handleTime(averageHandleSeconds)}
      </td>
    </Row>
  );
}
