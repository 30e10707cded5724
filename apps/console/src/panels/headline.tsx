import type { ComponentChildren, JSX } from 'preact';

import type { Figures, MonthView, Totals } from '#libs/application/live/wire';

import type { Formats } from '../format/formats.js';
import { TEXTS } from '../texts.js';
import { Amount, Explained } from './figure.js';

interface HeadlineProps {
  readonly totals: Totals;
  readonly formats: Formats;
}

const { headline } = TEXTS;

/** The four figures that are looked at first. */
export function Headline({ totals, formats }: HeadlineProps): JSX.Element {
  const { windows, costPerMinute, month } = totals;
  const hour = windows['1h'];
  return (
    <section class="headline" aria-label={headline.title}>
      <Card title={headline.lastHour}>
        <Amount class="big" name="last-hour" value={hour?.amount} format={formats.amount} />
        <div class="facts">
          {costPerMinute !== null && (
            <Explained text={headline.perMinute(formats.unitAmount(costPerMinute))} help={headline.perMinuteHelp} />
          )}
          {hour && <span>{headline.contacts(formats.count(hour.interactions))}</span>}
        </div>
      </Card>
      <Today totals={totals} formats={formats} />
      {month && <Month month={month} formats={formats} />}
      {hour && <PerContact hour={hour} formats={formats} />}
    </section>
  );
}

function Card(props: {
  readonly title: string;
  readonly wide?: 'narrow-screens';
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <article class={props.wide ? 'card wide' : 'card'}>
      <h2>{props.title}</h2>
      {props.children}
    </article>
  );
}

/** Since midnight; where that is not known, the last 24 hours take its place. */
function Today({ totals: { today, windows }, formats }: HeadlineProps): JSX.Element {
  const day = windows['24h'];
  if (!today) {
    return (
      <Card title={headline.lastDay}>
        <Amount class="big" name="last-day" value={day?.amount} format={formats.amount} />
        <div class="facts">{day && <span>{headline.contacts(formats.count(day.interactions))}</span>}</div>
      </Card>
    );
  }
  return (
    <Card title={headline.today}>
      <Amount class="big" name="today" value={today.amount} format={formats.amount} />
      <div class="facts">
        <span>{headline.todaySince(formats.time(today.start))}</span>
        {day && <span>{headline.lastDayAmount(formats.amount(day.amount))}</span>}
      </div>
    </Card>
  );
}

interface MonthProps {
  readonly month: MonthView;
  readonly formats: Formats;
}

function Month({ month, formats }: MonthProps): JSX.Element {
  const { budget } = month;
  return (
    <Card title={headline.month} wide="narrow-screens">
      <Amount class="big" name="month" value={month.amount} format={formats.amount} />
      <MonthBar month={month} />
      <div class="facts">
        <Forecast month={month} formats={formats} />
        {budget ? (
          <span>{headline.budget(formats.percent(budget.spentRatio), formats.amount(budget.amount))}</span>
        ) : (
          <span>{headline.noBudget}</span>
        )}
      </div>
    </Card>
  );
}

function Forecast({ month: { forecast, budget }, formats }: MonthProps): JSX.Element {
  if (!forecast) return <span>{headline.forecastSoon}</span>;
  const amount = formats.amount(forecast.amount);
  const ratio = budget?.forecastRatio ?? null;
  const text = ratio === null ? headline.forecast(amount) : headline.forecastOfBudget(amount, formats.percent(ratio));
  return (
    <span class={ratio !== null && ratio > 1 ? 'over' : undefined}>
      <Explained text={text} help={headline.forecastHelp} />
    </span>
  );
}

/**
 * Spent, where it is heading, and the budget as a mark, on one scale: the larger of forecast and budget is the whole
 * bar. The figures beside it say the same in words.
 */
function MonthBar({ month }: Pick<MonthProps, 'month'>): JSX.Element | null {
  const spent = Number(month.amount);
  const forecast = Number(month.forecast?.amount ?? month.amount);
  const budget = Number(month.budget?.amount ?? 0);
  const whole = Math.max(spent, forecast, budget);
  if (whole <= 0) return null;
  const width = (value: number): string => `${String((value / whole) * 100)}%`;
  return (
    <div class="month-bar" aria-hidden="true">
      <span class="projected" style={{ width: width(forecast) }} />
      <span class="spent" style={{ width: width(spent) }} />
      {budget > 0 && <span class="limit" style={{ left: `calc(${width(budget)} - 2px)` }} />}
    </div>
  );
}

function PerContact({ hour, formats }: { readonly hour: Figures; readonly formats: Formats }): JSX.Element {
  const { costPerInteraction, costPerResolution, averageHandleSeconds, automationRatio } = hour;
  return (
    <Card title={headline.perContact} wide="narrow-screens">
      <Amount class="big" name="per-contact" value={costPerInteraction} format={formats.unitAmount} />
      <div class="facts">
        {costPerResolution !== null && <span>{headline.perResolution(formats.unitAmount(costPerResolution))}</span>}
        {averageHandleSeconds !== null && (
          <Explained
            text={headline.handleTime(formats.handleTime(averageHandleSeconds))}
            help={headline.handleTimeHelp}
          />
        )}
        {automationRatio !== null && <span>{headline.automated(formats.percent(automationRatio))}</span>}
      </div>
    </Card>
  );
}
