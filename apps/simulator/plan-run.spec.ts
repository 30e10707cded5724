import { SLOT_MS } from '#libs/application';
import type { Checkpoint } from './checkpoint.js';
import { planRun, type RunRequest } from './plan-run.js';

const NOW_MS = Date.UTC(2026, 2, 4, 2, 0, 30);
const DAY_MS = 86_400_000;
const REQUEST: RunRequest = {
  seed: 1,
  scenario: 'overspend-voice',
  backfillMs: DAY_MS,
  fromMs: undefined,
  catchUpMs: (historyMs) => historyMs / 4320,
};

describe('a run of the simulator', () => {
  it('sends a day of history at first, and is overspending when it goes live, not long enough to be over', () => {
    const { fromMs, plans } = planRun(REQUEST, undefined, NOW_MS);
    expect(fromMs).toBe(NOW_MS - DAY_MS);
    expect(plans).toHaveLength(1);
    const liveMs = NOW_MS + 20_000;
    expect(plans[0]).toMatchObject({ scenario: 'overspend-voice', everyMs: 3_600_000, validFromMs: null });
    expect(plans[0]!.startMs).toBeLessThan(liveMs);
    expect(plans[0]!.startMs + plans[0]!.lastsMs! / 2).toBeGreaterThan(liveMs);
  });

  it('goes on where the last one ended, and leaves its plans true of what it sent', () => {
    const first = planRun(REQUEST, undefined, NOW_MS);
    const last: Checkpoint = { seed: 1, sentMs: NOW_MS + 3_600_000, plans: first.plans };
    const { fromMs, plans } = planRun(REQUEST, last, NOW_MS + 2 * 3_600_000);
    expect(fromMs).toBe(last.sentMs);
    const boundaryMs = plans[1]!.validFromMs!;
    expect(plans[0]).toEqual({ ...first.plans[0]!, validUntilMs: boundaryMs });
    expect(boundaryMs % SLOT_MS).toBe(0);
    expect(boundaryMs).toBeGreaterThan(last.sentMs);
    expect(boundaryMs - last.sentMs).toBeLessThanOrEqual(SLOT_MS);
  });

  it('sends the last day only after a longer pause', () => {
    const last: Checkpoint = {
      seed: 1,
      sentMs: NOW_MS - 3 * DAY_MS,
      plans: planRun(REQUEST, undefined, NOW_MS - 4 * DAY_MS).plans,
    };
    const { fromMs, plans } = planRun(REQUEST, last, NOW_MS);
    expect(fromMs).toBe(NOW_MS - DAY_MS);
    expect(plans).toHaveLength(1);
  });

  it('starts where it is told, and never in the future', () => {
    expect(planRun({ ...REQUEST, fromMs: 12_345 }, undefined, NOW_MS).fromMs).toBe(12_345);
    const ahead: Checkpoint = { seed: 1, sentMs: NOW_MS + 1000, plans: [] };
    expect(planRun(REQUEST, ahead, NOW_MS).fromMs).toBe(NOW_MS);
  });

  it('plays nothing on an ordinary day, and nothing of another seed', () => {
    expect(planRun({ ...REQUEST, scenario: 'normal' }, undefined, NOW_MS).plans).toEqual([]);
    const other: Checkpoint = {
      seed: 2,
      sentMs: NOW_MS - 1000,
      plans: planRun(REQUEST, undefined, NOW_MS - DAY_MS).plans,
    };
    expect(planRun(REQUEST, other, NOW_MS).plans).toHaveLength(1);
  });
});
