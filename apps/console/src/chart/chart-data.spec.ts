import fc from 'fast-check';

import type { Series } from '#libs/application/live/wire';

import { chartDataOf, OUTSIDE, peakIndex } from './chart-data.js';

const HOUR_MS = 3_600_000;

function seriesOf(amounts: readonly (readonly (string | null)[])[], stepMs = 60_000): Series {
  return {
    stepMs,
    ids: ['all', 'chat', 'voice'],
    points: amounts.slice(0, -1).map((each, index) => ({ at: index * stepMs, amounts: each })),
    head: { at: (amounts.length - 1) * stepMs, amounts: amounts.at(-1)! },
  };
}

describe('chartDataOf', () => {
  it('stacks channels, and on top what no channel bears, up to the total', () => {
    const data = chartDataOf(
      seriesOf([
        ['10.00', '2.00', '5.00'],
        ['8.50', null, '8.50'],
        ['0.00', '0.00', '0.00'],
      ]),
      6,
    );
    expect(data.ids).toEqual(['chat', 'voice', OUTSIDE]);
    expect(data.seconds).toEqual([0, 60, 120]);
    expect(data.values).toEqual([
      [2, 0, 0],
      [5, 8.5, 0],
      [3, 0, 0],
    ]);
    expect(data.edges.at(-1)).toEqual([10, 8.5, 0]);
    expect(data.totals).toEqual(['10.00', '8.50', '0.00']);
  });

  it('shows the hours asked for, back from the newest moment', () => {
    const series = seriesOf(
      Array.from({ length: 13 }, (_, index) => [`${String(index)}.00`, null, null]),
      HOUR_MS / 2,
    );
    expect(chartDataOf(series, 1).totals).toEqual(['10.00', '11.00', '12.00']);
    expect(chartDataOf(series, 6).totals).toHaveLength(13);
  });

  it('does not go back in time for a head that a closed window has overtaken', () => {
    const { points, ...rest } = seriesOf([
      ['1.00', null, null],
      ['2.00', null, null],
      ['3.00', null, null],
    ]);
    const data = chartDataOf({ ...rest, points, head: { at: 60_000, amounts: ['9.00', null, null] } }, 1);
    expect(data.totals).toEqual(['1.00', '2.00']);
  });

  it('never draws a layer below another, however the open figures stand to each other', () => {
    const cents = fc.nat(1_000_000).map((value) => (value / 100).toFixed(2));
    fc.assert(
      fc.property(fc.array(fc.tuple(cents, cents, cents), { minLength: 1, maxLength: 20 }), (amounts) => {
        const { values, edges, seconds } = chartDataOf(seriesOf(amounts), 6);
        expect(values.flat().every((value) => value >= 0)).toBe(true);
        edges.forEach((edge, layer) => {
          expect(edge).toHaveLength(seconds.length);
          expect(edge.every((value, at) => value >= (edges[layer - 1]?.[at] ?? 0))).toBe(true);
        });
      }),
    );
  });

  it('is empty for an empty series', () => {
    const data = chartDataOf({ stepMs: 60_000, ids: ['all'], points: [], head: null }, 3);
    expect(data.seconds).toEqual([]);
    expect(peakIndex(data)).toBe(-1);
  });
});

describe('peakIndex', () => {
  it('compares figures, not texts', () => {
    expect(
      peakIndex(
        chartDataOf(
          seriesOf([
            ['9.00', null, null],
            ['10.00', null, null],
            ['2.00', null, null],
          ]),
          6,
        ),
      ),
    ).toBe(1);
  });
});
