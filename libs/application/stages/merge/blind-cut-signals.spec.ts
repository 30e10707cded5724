import { EMPTY_REFERENCE } from '#libs/application';
import { matchesSchema, type Signal } from '#libs/contract';
import type { Initiative, Reference } from '#libs/domain';
import { PipelineDriver } from '../../../testing/pipeline-driver.js';
import { BASE, contact, REFERENCE } from '../centre.fixture.js';

const QUARTER = 900;
const WEEK = 672;

/** Four contacts an hour for a week and two days; from the second day on every other one is given up unanswered. */
const CONTACTS = Array.from({ length: WEEK + 192 }, (_, index) => {
  const isLost = index >= WEEK + 96 && index % 2 === 0;
  return contact(`i-${String(index)}`, index * QUARTER, {
    channel: 'email',
    talkSeconds: isLost ? 0 : 600,
    outcome: isLost ? 'abandoned' : 'resolved',
  });
});

function run(restartEvery = Infinity, initiatives: Initiative[] = []): Signal[] {
  const rules = EMPTY_REFERENCE.rules.flatMap((rule) =>
    rule.kind === 'blind-cut' ? { ...rule, minimumUnits: 50 } : [],
  );
  const reference: Reference = { ...REFERENCE, rules, initiatives };
  const driver = new PipelineDriver({ reference, partitions: 1, stage: { scopes: ['all', 'team'] } });
  for (let first = 0; first < CONTACTS.length; first += 24) {
    driver.send(...CONTACTS.slice(first, first + 24));
    if ((first / 24) % restartEvery === restartEvery - 1) driver.restart();
  }
  return driver.signals;
}

describe('a blind cut', () => {
  it('fires where paid hours fall and contacts are given up, against the same hours a week ago', () => {
    const signals = run();
    const first = signals.find(({ scope }) => scope === 'all');
    expect(first).toMatchObject({
      signalKey: 'blind-cut:all:all',
      status: 'firing',
      severity: 'warning',
      window: '24h',
    });
    expect(first?.summary).toContain('fewer paid hours');
    expect(matchesSchema('signal.v1', first)).toBe(true);
    expect(run(7)).toEqual(signals);
  });

  it('is silent where an evaluated initiative accounts for the hours, and not where it accounts for few of them', () => {
    // Half of sixteen paid hours a day are gone, 56 a week.
    const fromMs = BASE + (WEEK + 96) * QUARTER * 1000;
    const initiative = (savesHours: number): Initiative => ({
      ...{ initiativeId: 'merge-shifts', scope: 'all', id: 'all', savesHours, fromMs },
      ...{ status: 'accepted', version: 1 },
    });
    expect(run(Infinity, [initiative(60)])).toEqual([]);
    expect(run(Infinity, [{ ...initiative(60), status: 'proposed' }])).toEqual(run());
    expect(run(Infinity, [initiative(10)]).length).toBeGreaterThan(0);
  });
});
