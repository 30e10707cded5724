import fc from 'fast-check';

import { parseMicros } from '../money/index.js';
import { signalVariance, varianceSplit, type CellFigures, type VarianceCell } from './variance-split.js';

const figures = (contacts: number, handleSeconds: number, cost: string): CellFigures => ({
  contacts,
  handleMicroseconds: handleSeconds * 1e6,
  costMicros: parseMicros(cost),
});
const parts = (cells: readonly VarianceCell[]): string => {
  const { total, volume, mix, efficiency, rate } = signalVariance(varianceSplit(cells));
  return `total ${total} volume ${volume} mix ${mix} efficiency ${efficiency} rate ${rate}`;
};

/** 100 voice contacts of 8 min at 120 an hour cost 1600; 100 chat contacts of 4 min cost 800. */
const voice = figures(100, 48_000, '1600');
const chat = figures(100, 24_000, '800');

describe('varianceSplit', () => {
  it.each<[string, VarianceCell[], string]>([
    [
      'as expected',
      [
        { expected: voice, observed: voice },
        { expected: chat, observed: chat },
      ],
      'total 0.00 volume 0.00 mix 0.00 efficiency 0.00 rate 0.00',
    ],
    [
      'half as many again of everything',
      [
        { expected: voice, observed: figures(150, 72_000, '2400') },
        { expected: chat, observed: figures(150, 36_000, '1200') },
      ],
      'total 1200.00 volume 1200.00 mix 0.00 efficiency 0.00 rate 0.00',
    ],
    [
      'fifty contacts moved from chat to voice',
      [
        { expected: voice, observed: figures(150, 72_000, '2400') },
        { expected: chat, observed: figures(50, 12_000, '400') },
      ],
      'total 400.00 volume 0.00 mix 400.00 efficiency 0.00 rate 0.00',
    ],
    [
      'ten minutes a voice contact',
      [
        { expected: voice, observed: figures(100, 60_000, '2000') },
        { expected: chat, observed: chat },
      ],
      'total 400.00 volume 0.00 mix 0.00 efficiency 400.00 rate 0.00',
    ],
    [
      'half as much again for an hour',
      [
        { expected: voice, observed: figures(100, 48_000, '2400') },
        { expected: chat, observed: chat },
      ],
      'total 800.00 volume 0.00 mix 0.00 efficiency 0.00 rate 800.00',
    ],
    [
      'a bot has no handle time: what is not volume or mix is rate',
      [{ expected: figures(100, 0, '50'), observed: figures(200, 0, '120') }],
      'total 70.00 volume 50.00 mix 0.00 efficiency 0.00 rate 20.00',
    ],
    [
      'a new channel is priced at the average',
      [
        { expected: voice, observed: voice },
        { expected: figures(0, 0, '0'), observed: figures(10, 900, '200') },
      ],
      'total 200.00 volume 160.00 mix 0.00 efficiency 0.00 rate 40.00',
    ],
    [
      'rent is not flexed by contacts',
      [
        { expected: voice, observed: figures(200, 96_000, '3200') },
        { expected: figures(0, 0, '500'), observed: figures(0, 0, '520') },
      ],
      'total 1620.00 volume 1600.00 mix 0.00 efficiency 0.00 rate 20.00',
    ],
    [
      'nothing was expected',
      [{ expected: figures(0, 0, '0'), observed: figures(10, 900, '200') }],
      'total 200.00 volume 0.00 mix 0.00 efficiency 0.00 rate 200.00',
    ],
    [
      'nothing happened',
      [{ expected: voice, observed: figures(0, 0, '0') }],
      'total -1600.00 volume -1600.00 mix 0.00 efficiency 0.00 rate 0.00',
    ],
    ['no cells', [], 'total 0.00 volume 0.00 mix 0.00 efficiency 0.00 rate 0.00'],
  ])('%s', (_, cells, expected) => {
    expect(parts(cells)).toBe(expected);
  });

  const anyFigures = fc.record({
    contacts: fc.oneof(fc.constant(0), fc.nat(1_000_000)),
    handleMicroseconds: fc.oneof(fc.constant(0), fc.nat(Number.MAX_SAFE_INTEGER)),
    costMicros: fc.oneof(fc.constant(0n), fc.bigInt({ min: -(10n ** 9n), max: 10n ** 15n })),
  });
  const anyCells = fc.array(fc.record({ observed: anyFigures, expected: anyFigures }), { maxLength: 12 });

  it('adds up exactly, to the micro', () => {
    fc.assert(
      fc.property(anyCells, (cells) => {
        const split = varianceSplit(cells);
        const difference = cells.reduce((sum, cell) => sum + cell.observed.costMicros - cell.expected.costMicros, 0n);
        expect(split.totalMicros).toBe(difference);
        expect(split.volumeMicros + split.mixMicros + split.efficiencyMicros + split.rateMicros).toBe(difference);
      }),
      { numRuns: 1000 },
    );
  });

  it('finds no mix in one cell', () => {
    fc.assert(
      fc.property(anyFigures, anyFigures, (observed, expected) => {
        expect(varianceSplit([{ observed, expected }]).mixMicros).toBe(0n);
      }),
    );
  });
});
