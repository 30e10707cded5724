import fc from 'fast-check';
import { KindRows } from './kind-rows.js';

const step = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 29_900_000, max: 29_900_040 }));

describe('KindRows', () => {
  it('says of no end that something was scheduled at it where nothing was', () => {
    fc.assert(
      fc.property(fc.array(step), step, (told, asked) => {
        const rows = new KindRows(2);
        const first = rows.take();
        for (const end of told) rows.setScheduled(first + 1, end);
        expect(rows.isScheduled(first, asked)).toBe(false);
        if (!told.includes(asked)) expect(rows.isScheduled(first + 1, asked)).toBe(false);
      }),
    );
  });

  it('remembers the last 32 ends, in whatever order it is told of them', () => {
    const newest = 29_900_031;
    const ends = fc.shuffledSubarray(Array.from({ length: 32 }, (_, back) => newest - back));
    fc.assert(
      fc.property(ends, (told) => {
        const rows = new KindRows(1);
        const row = rows.take();
        for (const end of told) rows.setScheduled(row, end);
        expect(told.filter((end) => rows.isScheduled(row, end))).toEqual(told);
      }),
    );
  });
});
