import { parseMoment } from './moment.js';

const NOW = Date.UTC(2026, 2, 4, 12);

describe('parseMoment', () => {
  it.each([
    ['2026-03-04T09:00:00+08:00', Date.UTC(2026, 2, 4, 1)],
    ['2h', NOW - 7_200_000],
    ['yesterday', undefined],
    ['2026-03-04', undefined],
    ['', undefined],
  ])('reads %j', (text, expected) => {
    expect(parseMoment(text, NOW)).toBe(expected);
  });
});
