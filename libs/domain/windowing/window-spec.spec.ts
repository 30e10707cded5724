import { ceilTo, DEFAULT_WINDOWING, floorTo, paneLayout, type WindowingOptions } from './window-spec.js';

const MINUTE = 60_000;
const options = (over: Partial<WindowingOptions>): WindowingOptions => ({ ...DEFAULT_WINDOWING, ...over });

describe('paneLayout', () => {
  it('makes the contract’s windows of panes of 10 s and 15 min', () => {
    expect(paneLayout(DEFAULT_WINDOWING)).toEqual({
      fineMs: 10_000,
      coarseMs: 15 * MINUTE,
      // The longest window of fine panes, what corrections reach back, and two coarse steps.
      fineRetentionMs: 60 * MINUTE + 60 * MINUTE + 30 * MINUTE,
      coarseRetentionMs: 24 * 60 * MINUTE + 60 * MINUTE + 30 * MINUTE,
      changeableMs: 60 * MINUTE + 15 * MINUTE,
    });
  });

  it('keeps coarse panes for as long as somebody asks', () => {
    expect(paneLayout(DEFAULT_WINDOWING, 73 * 60 * MINUTE).coarseRetentionMs).toBe(74.5 * 60 * MINUTE);
    expect(paneLayout(DEFAULT_WINDOWING, 5).coarseRetentionMs).toBe(25.5 * 60 * MINUTE);
  });

  it('keeps panes for the grace where that is longer than corrections reach', () => {
    const { fineRetentionMs } = paneLayout(options({ graceMs: 120 * MINUTE }));
    expect(fineRetentionMs).toBe((60 + 120 + 30) * MINUTE);
  });

  it('cuts panes so that every step is a whole number of them', () => {
    const rolling = [
      { name: '6m', sizeMs: 6 * MINUTE, stepMs: 45_000 },
      { name: '1h', sizeMs: 60 * MINUTE, stepMs: 10 * MINUTE },
    ];
    const layout = paneLayout(options({ rolling, monthStepMs: MINUTE }));
    expect(layout).toMatchObject({ fineMs: 15_000, coarseMs: 10 * MINUTE });
    for (const stepMs of [45_000, 10 * MINUTE, MINUTE]) expect(stepMs % layout.fineMs).toBe(0);
  });

  it('has one width where all steps are the same, and does without rolling windows', () => {
    const rolling = [{ name: '5m', sizeMs: 5 * MINUTE, stepMs: MINUTE }];
    expect(paneLayout(options({ rolling }))).toMatchObject({ fineMs: MINUTE, coarseMs: MINUTE });
    expect(paneLayout(options({ rolling: [] }))).toMatchObject({ fineMs: MINUTE, coarseMs: MINUTE });
  });

  it.each([
    [90_000, MINUTE],
    [MINUTE, 7_000],
    [MINUTE, 0],
    [MINUTE, -MINUTE],
  ])('refuses a size of %d ms with a step of %d ms, by the window’s name', (sizeMs, stepMs) => {
    const rolling = [...DEFAULT_WINDOWING.rolling, { name: 'odd', sizeMs, stepMs }];
    expect(() => paneLayout(options({ rolling }))).toThrow(
      new RangeError('window odd: its size must be a multiple of its step'),
    );
  });
});

describe('floorTo and ceilTo', () => {
  it.each([
    [-11, -20, -10],
    [-10, -10, -10],
    [0, 0, 0],
    [1, 0, 10],
    [10, 10, 10],
    [19, 10, 20],
  ])('give the multiples around %d', (tMs, below, above) => {
    expect([floorTo(tMs, 10), ceilTo(tMs, 10)]).toEqual([below, above]);
  });
});
