import fc from 'fast-check';
import { epochMs } from '#libs/contract';
import { rfc3339 } from './input.fixture.js';

const DAY_MS = 86_400_000;

describe('epochMs', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2026-01-05T09:00:00+08:00', Date.UTC(2026, 0, 5, 1)],
    ['2026-01-05t09:00:00.25z', Date.UTC(2026, 0, 5, 9, 0, 0, 250)],
    ['2026-01-05T09:00:00.123999999Z', Date.UTC(2026, 0, 5, 9, 0, 0, 123)],
    ['2026-01-05T09:00:00-00:00', Date.UTC(2026, 0, 5, 9)],
    ['1969-12-31T23:59:59.999Z', -1],
    ['0099-03-01T00:00:00Z', Date.parse('0099-03-01T00:00:00Z')],
    ['2000-02-29T12:00:00Z', Date.UTC(2000, 1, 29, 12)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['2017-01-01T07:59:60.5+08:00', Date.UTC(2017, 0, 1, 0, 0, 0, 500)],
    ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
    [1_767_575_100_000, 1_767_575_100_000],
  ])('reads %s', (time, expected) => {
    expect(epochMs(time)).toBe(expected);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-13-10T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-01-05T24:00:00Z',
    '2026-01-05T09:60:00Z',
    '2026-01-05T09:00:60Z',
    '2016-12-31T23:59:61Z',
    '2026-01-05T09:00:00+24:00',
    '2026-01-05T09:00:00+08:60',
    '0000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '2026-01-05T09:00:00',
    '2026-01-05 09:00:00Z',
    '2026-01-05',
    '',
    1.5,
    1e300,
    NaN,
    Infinity,
  ])('has no time for %s', (time) => {
    expect(epochMs(time)).toBeNaN();
  });

  it('reads every time that it is given back', () => {
    const anyMs = fc.integer({ min: -62_167_219_200_000 + DAY_MS, max: 253_402_300_799_999 - DAY_MS });
    fc.assert(
      fc.property(
        anyMs.chain((timeMs) => fc.tuple(fc.constant(timeMs), rfc3339(timeMs))),
        ([timeMs, text]) => {
          expect(epochMs(text)).toBe(timeMs);
        },
      ),
    );
  });
});
