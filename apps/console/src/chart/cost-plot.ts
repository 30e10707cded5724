import uPlot from 'uplot';

import type { ChartData } from './chart-data.js';

/** How the plot writes its axes. */
export interface PlotFormats {
  readonly zone: string;
  readonly time: (at: number) => string;
  readonly axisAmount: (value: number) => string;
}

/** Colours as the canvas understands them. */
export interface PlotColours {
  readonly layers: readonly string[];
  readonly card: string;
  readonly line: string;
  readonly text: string;
  readonly total: string;
}

const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const FILL_ALPHA = 'cc';

/** Stacked layers over time, the total drawn as a line on top. Calls back with the index under the cursor. */
export function createPlot(
  target: HTMLElement,
  data: ChartData,
  formats: PlotFormats,
  colours: PlotColours,
  onCursor: (index: number | null) => void,
): uPlot {
  const layers: uPlot.Series[] = data.ids.map((_, index) => ({
    fill: `${colours.layers[index] ?? colours.line}${FILL_ALPHA}`,
    // The card's colour between layers parts them without adding ink.
    stroke: colours.card,
    width: 1,
    points: { show: false },
  }));
  const top = layers.at(-1);
  if (top) Object.assign(top, { stroke: colours.total, width: 1.5 });
  return new uPlot(
    {
      width: target.clientWidth,
      height: target.clientHeight,
      padding: [8, 0, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), formats.zone),
      scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
      axes: axesOf(formats, colours),
      series: [{}, ...layers],
      bands: data.ids.slice(1).map((_, index) => ({ series: [index + 2, index + 1] })),
      hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
    },
    plotData(data),
    target,
  );
}

/** The columns as uPlot takes them. */
export function plotData(data: ChartData): uPlot.AlignedData {
  return [data.seconds, ...data.edges] as unknown as uPlot.AlignedData;
}

function axesOf(formats: PlotFormats, colours: PlotColours): uPlot.Axis[] {
  const shared = { font: FONT, stroke: colours.text, ticks: { show: false } };
  return [
    {
      ...shared,
      space: 70,
      size: 26,
      grid: { show: false },
      values: (_, splits) => splits.map((seconds) => formats.time(seconds * 1000)),
    },
    {
      ...shared,
      size: 52,
      space: 44,
      gap: 8,
      grid: { stroke: colours.line, width: 1 },
      values: (_, splits) => splits.map((value) => formats.axisAmount(value)),
    },
  ];
}

/** What a CSS colour, custom properties and light-dark() included, is right now, as #rrggbb. */
export function resolvedColour(element: HTMLElement, colour: string): string {
  const probe = document.createElement('span');
  probe.style.color = colour;
  element.append(probe);
  const channels = getComputedStyle(probe).color.match(/[\d.]+/g) ?? [];
  probe.remove();
  return `#${channels
    .slice(0, 3)
    .map((channel) => Math.round(Number(channel)).toString(16).padStart(2, '0'))
    .join('')}`;
}
