import { matchesSchema } from '#libs/contract';
import { runScenario } from './run-scenario.js';
import { differences, toldOf } from './told.js';

/** The quickest scenario here; all of them, and a whole quiet day: `npm run scenarios`. */
describe('a promotion in the sample organisation', () => {
  const FROM_MS = Date.parse('2026-11-11T00:00:00+08:00');

  it('is told as such, and nothing else is: what it brings with it is silenced', () => {
    const signals = runScenario({ scenario: 'promotion', fromMs: FROM_MS, warmUpMinutes: 60, minutes: 60 });
    expect(signals.every((signal) => matchesSchema('signal.v1', signal))).toBe(true);
    expect(differences('promotion', toldOf(signals))).toEqual({ extra: [], missing: [] });
    const [first] = signals.filter(({ rule }) => rule.kind === 'promotion-overspend');
    expect(first).toMatchObject({ scope: 'all', severity: 'critical', cause: 'usage' });
  });
});
