import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type uPlot from 'uplot';

import type { Series } from '#libs/application/live/wire';

import type { Formats } from '../format/formats.js';
import { Segments } from '../panels/segments.js';
import { TEXTS } from '../texts.js';
import type { Theme } from '../theme.js';
import { chartDataOf, OUTSIDE, peakIndex, type ChartData } from './chart-data.js';
import { ChartTable } from './chart-table.js';
import { createPlot, plotData, resolvedColour, type PlotColours } from './cost-plot.js';
import { channelColour, OUTSIDE_COLOUR } from './series-colours.js';

const RANGES = ['1', '3', '6'] as const;
type Range = (typeof RANGES)[number];

interface ChartProps {
  readonly series: Series;
  readonly formats: Formats;
  readonly theme: Theme;
}

/** Cost per five minutes by channel, as it moves. */
export function CostChart({ series, formats, theme }: ChartProps): JSX.Element {
  const [range, setRange] = useState<Range>('3');
  const [cursor, setCursor] = useState<number | null>(null);
  const data = useMemo(() => chartDataOf(series, Number(range)), [series, range]);
  const last = data.seconds.length - 1;
  const index = cursor !== null && cursor <= last ? cursor : last;
  const options = RANGES.map((value) => ({ value, label: TEXTS.chart.ranges[value] }));
  return (
    <section class="card chart-card" aria-labelledby="chart-title">
      <div class="card-title">
        <h2 id="chart-title">{TEXTS.chart.title}</h2>
        <Segments name="chart-range" legend={TEXTS.chart.range} options={options} value={range} onChange={setRange} />
      </div>
      {last < 1 ? (
        <p class="plot-empty">{TEXTS.chart.empty}</p>
      ) : (
        <>
          <Legend data={data} index={index} atEnd={index === last} formats={formats} />
          <Plot
            data={data}
            formats={formats}
            theme={theme}
            label={summaryOf(data, range, formats)}
            onCursor={setCursor}
          />
          <ChartTable data={data} formats={formats} />
        </>
      )}
    </section>
  );
}

/** The name of a layer, as it is read. */
export function layerName(id: string): string {
  return id === OUTSIDE ? TEXTS.chart.outside : id;
}

function layerColour(id: string, ids: readonly string[]): string {
  return id === OUTSIDE ? OUTSIDE_COLOUR : channelColour(id, ids);
}

function summaryOf(data: ChartData, range: Range, formats: Formats): string {
  const last = data.totals.length - 1;
  const peak = peakIndex(data);
  return TEXTS.chart.summary(
    TEXTS.chart.rangeNames[range],
    formats.amount(data.totals[last] ?? '0'),
    formats.amount(data.totals[peak] ?? '0'),
    formats.time((data.seconds[peak] ?? 0) * 1000),
  );
}

interface LegendProps {
  readonly data: ChartData;
  readonly index: number;
  readonly atEnd: boolean;
  readonly formats: Formats;
}

function Legend({ data, index, atEnd, formats }: LegendProps): JSX.Element {
  const at = (data.seconds[index] ?? 0) * 1000;
  return (
    <div class="legend" aria-hidden="true">
      <span class="at">{atEnd ? TEXTS.chart.now : formats.time(at)}</span>
      <span>
        {TEXTS.chart.total} <span class="value">{formats.amount(data.totals[index] ?? '0')}</span>
      </span>
      {data.ids.map((id, column) => (
        <span class="name" key={id} title={id === OUTSIDE ? TEXTS.chart.outsideHelp : undefined}>
          <span class="swatch" style={{ background: layerColour(id, data.ids) }} />
          {layerName(id)} <span class="value">{formats.amount((data.values[column]?.[index] ?? 0).toFixed(2))}</span>
        </span>
      ))}
    </div>
  );
}

interface PlotProps {
  readonly data: ChartData;
  readonly formats: Formats;
  readonly theme: Theme;
  readonly label: string;
  readonly onCursor: (index: number | null) => void;
}

function Plot({ data, formats, theme, label, onCursor }: PlotProps): JSX.Element {
  const target = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const layers = data.ids.join('\n');
  useEffect(() => {
    const element = target.current;
    if (!element) return undefined;
    const created = createPlot(element, data, formats, coloursOf(element, data.ids), onCursor);
    plot.current = created;
    const resized = new ResizeObserver(() => {
      created.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      created.destroy();
      plot.current = null;
    };
    // New data only moves the plot (below); these change what it is.
  }, [layers, formats, theme]);
  useEffect(() => plot.current?.setData(plotData(data)), [data]);
  return <div class="plot" ref={target} role="img" aria-label={label} />;
}

function coloursOf(element: HTMLElement, ids: readonly string[]): PlotColours {
  const colour = (name: string): string => resolvedColour(element, name);
  return {
    layers: ids.map((id) => colour(layerColour(id, ids))),
    card: colour('var(--card)'),
    line: colour('var(--line)'),
    text: colour('var(--ink-soft)'),
    total: colour('var(--ink)'),
  };
}
