import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import type { Formats } from '../format/formats.js';
import { TEXTS } from '../texts.js';
import { OUTSIDE, type ChartData } from './chart-data.js';

const QUARTER_S = 900;

/** The chart for those who read rather than look: a row a quarter of an hour, newest first. */
export function ChartTable({ data, formats }: { readonly data: ChartData; readonly formats: Formats }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <details class="chart-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{TEXTS.chart.asTable}</summary>
      {open && <Rows data={data} formats={formats} />}
    </details>
  );
}

function Rows({ data, formats }: { readonly data: ChartData; readonly formats: Formats }): JSX.Element {
  const last = data.seconds.length - 1;
  const rows = data.seconds.map((seconds, index) => ({ seconds, index }));
  const shown = rows.filter(({ seconds, index }) => index === last || seconds % QUARTER_S === 0).reverse();
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={TEXTS.chart.tableCaption}>
      <table>
        <caption class="visually-hidden">{TEXTS.chart.tableCaption}</caption>
        <thead>
          <tr>
            <th scope="col">{TEXTS.chart.time}</th>
            <th scope="col">{TEXTS.chart.total}</th>
            {data.ids.map((id) => (
              <th scope="col" key={id}>
                {id === OUTSIDE ? TEXTS.chart.outside : id}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ seconds, index }) => (
            <tr key={seconds}>
              <th scope="row">{index === last ? TEXTS.chart.now : formats.time(seconds * 1000)}</th>
              <td>{formats.amount(data.totals[index] ?? '0')}</td>
              {data.values.map((column, layer) => (
                <td key={data.ids[layer]}>{formats.amount((column[index] ?? 0).toFixed(2))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
