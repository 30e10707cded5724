import { closesSoon } from './closes-soon.js';

describe('closesSoon', () => {
  it.each([
    [undefined, false],
    [0, false],
    [9_499, false],
    [9_500, true],
    [9_999, true],
    [10_000, false],
    [119_700, true],
  ])('watermark %p: %p', (watermarkMs, expected) => {
    expect(closesSoon(watermarkMs, 10_000)).toBe(expected);
  });
});
