import fc from 'fast-check';

import { formatDuration, parseDuration } from './duration.js';

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['24h', 86_400_000],
    ['72h', 259_200_000],
    ['90m', 5_400_000],
  ])('reads and writes %s', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
    expect(formatDuration(durationMs)).toBe(text);
  });

  it('writes days as hours', () => {
    expect(formatDuration(parseDuration('7d'))).toBe('168h');
  });

  it('writes what it reads', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (durationMs) => {
        expect(parseDuration(formatDuration(durationMs))).toBe(durationMs);
      }),
    );
  });

  it.each(['', '5', 'm', '5 m', '-5m', '1.5h', '1h30m', '5M', '5w', '9999999999d', '\u0665m'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseDuration(text)).toThrow(RangeError);
    },
  );

  it.each([-1, 0.5, Number.NaN])('refuses to write %d', (durationMs) => {
    expect(() => formatDuration(durationMs)).toThrow(RangeError);
  });
});
