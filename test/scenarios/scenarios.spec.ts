import type { ScenarioName } from '#libs/application';
import type { Signal } from '#libs/contract';
import { runScenario } from './run-scenario.js';
import { differences, EXPECTED, toldOf } from './told.js';

/** Morning of a working day in the sample organisation. */
const FROM_MS = Date.parse('2026-11-12T06:00:00+08:00');

/** Ordinary minutes before each scenario, as many as its rules compare with, and no more of it than takes to be noticed. */
const MINUTES: Readonly<Record<ScenarioName, readonly [before: number, during: number]>> = {
  normal: [0, 120],
  'overspend-voice': [60, 30],
  promotion: [60, 35],
  'over-automation': [120, 60],
  'vendor-errors': [30, 150],
  'bad-input': [0, 60],
};

const beginsAt = (scenario: ScenarioName): number => FROM_MS + MINUTES[scenario][0] * 60_000;
const played = new Map<ScenarioName, Signal[]>();

/** What somebody would be told. Whole days, and other times of day, are `npm run scenarios`. */
function told(scenario: ScenarioName): Signal[] {
  let signals = played.get(scenario);
  if (!signals) {
    const [warmUpMinutes, minutes] = MINUTES[scenario];
    signals = toldOf(runScenario({ scenario, fromMs: FROM_MS, warmUpMinutes, minutes }));
    played.set(scenario, signals);
  }
  return signals;
}

/** Of the scenario, without what the sample always has to tell. */
const news = (scenario: ScenarioName): Signal[] => told(scenario).filter(({ rule }) => rule.kind !== 'misallocation');

describe('the scenarios of the simulator', () => {
  it.each(Object.keys(MINUTES) as ScenarioName[])(
    '%s is told by its signal, and by no other of a different kind',
    (scenario) => {
      expect(differences(scenario, told(scenario))).toEqual({ extra: [], missing: [] });
      const before = told(scenario).filter(({ observedAt }) => Date.parse(observedAt) < beginsAt(scenario));
      expect(before.filter(({ rule }) => EXPECTED[scenario].includes(rule.kind))).toEqual([]);
    },
  );

  it('a promotion is told of first as critical and for the whole centre, not as an overspend', () => {
    const [first] = news('promotion');
    expect(first).toMatchObject({ rule: { kind: 'promotion-overspend' }, severity: 'critical', scope: 'all' });
  });

  it('an overspend is told of within ten minutes, at first on the channel that it is in', () => {
    const [first] = news('overspend-voice');
    expect(first).toMatchObject({ scope: 'channel', id: 'voice' });
    expect(Date.parse(first?.observedAt ?? '') - beginsAt('overspend-voice')).toBeLessThanOrEqual(10 * 60_000);
  });
});
