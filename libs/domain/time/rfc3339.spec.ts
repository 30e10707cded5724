import fc from 'fast-check';

import { rfc3339 } from './rfc3339.js';

describe('rfc3339', () => {
  it('equals the ISO text of Date for every time in the years 0 to 9999', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }),
          fc.integer({ min: 1_767_225_600_000, max: 1_767_225_600_000 + 3 * 86_400_000 }),
        ),
        (tMs) => {
          expect(rfc3339(tMs)).toBe(new Date(tMs).toISOString());
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([0, -1, 999, 86_399_999, 86_400_000, -62_167_219_200_000, 253_402_300_799_999])('writes %d', (tMs) => {
    expect(rfc3339(tMs)).toBe(new Date(tMs).toISOString());
  });

  it.each([Number.NaN, Infinity, 0.5, -62_167_219_200_001, 253_402_300_800_000])('refuses %d', (tMs) => {
    expect(() => rfc3339(tMs)).toThrow(RangeError);
  });
});
