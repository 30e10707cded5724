import { emptyMeasures, type Measures } from '../facts/index.js';
import type { BlindCutRule, Initiative } from '../reference/index.js';
import { appliedTo, at, COMMON } from './applied.fixture.js';
import { evaluateBlindCut } from './blind-cut.js';

const rule: BlindCutRule = {
  ...COMMON,
  kind: 'blind-cut',
  window: '24h',
  minimumWeeks: 1,
  cutRatio: 0.1,
  csatFallRatio: 0.1,
  criticalFallRatio: 0.4,
  abandonFactor: 1.5,
  abandonRise: 0.03,
  minimumUnits: 200,
  initiatives: [],
};
const HOUR_MICROSECONDS = 3_600_000_000;
const AS_OF = at('2026-03-10T12:00:00Z');

/** A day of a thousand contacts and a hundred scores. */
const day = (paidHours: number, csat: number, abandoned: number, scale = 1): Measures => ({
  ...emptyMeasures(),
  interactions: 1000 * scale,
  abandoned: Math.round(abandoned * 1000 * scale),
  csatCount: 200 * scale,
  csatMicros: Math.round(csat * 200 * scale * 1e6),
  paidMicroseconds: paidHours * HOUR_MICROSECONDS,
});
const USUAL = day(100, 4.5, 0.05);
const WEEK_MS = 7 * 86_400_000;
const judgeWith = (
  registered: readonly Initiative[],
  observed: Measures,
  past: readonly Measures[] = [USUAL, USUAL],
  over: Partial<BlindCutRule> = {},
) =>
  evaluateBlindCut(
    { ...appliedTo({ ...rule, ...over }), registered },
    { observed, past, asOfMs: AS_OF, endMs: AS_OF, pastEndsMs: past.map((_, week) => AS_OF - (week + 1) * WEEK_MS) },
  );
const judge = (observed: Measures, past: readonly Measures[] = [USUAL, USUAL], over: Partial<BlindCutRule> = {}) =>
  judgeWith([], observed, past, over);

describe('evaluateBlindCut', () => {
  it.each([
    ['the usual', day(100, 4.5, 0.05), false],
    ['the method: a cut, and CSAT falls by 40%', day(80, 2.7, 0.05), true],
    ['a cut that nobody feels', day(70, 4.5, 0.05), false],
    ['a fall without a cut', day(100, 2.7, 0.05), false],
    ['a cut too small', day(91, 2.7, 0.2), false],
    ['a cut, and customers hang up', day(85, 4.5, 0.12), true],
    ['more than half as many again, but hardly any', day(85, 4.5, 0.07), false],
    ['scores a little lower', day(85, 4.2, 0.05), false],
    ['too few contacts and scores to say', day(85, 2.7, 0.3, 0.19), false],
  ])('%s', (_, observed, condition) => {
    expect(judge(observed).condition).toBe(condition);
  });

  it('is critical from the fall of the method on', () => {
    expect(judge(day(80, 2.6, 0.05))).toMatchObject({ condition: true, severity: 'critical' });
    expect(judge(day(80, 3.6, 0.05))).toMatchObject({ condition: true, severity: 'warning' });
    expect(judge(day(80, 4.5, 0.5))).toMatchObject({ condition: true, severity: 'warning' });
  });

  it('does not take chance for harm', () => {
    // Twice as many hung up, of so few that it means nothing; and half a point of CSAT among fifty.
    const few = day(85, 4.5, 0.01, 0.2);
    expect(judge(few, [day(100, 4.5, 0.005, 0.2)], { abandonRise: 0.001 }).condition).toBe(false);
    expect(judge(day(85, 4.0, 0.05, 0.25), [day(100, 4.5, 0.05, 0.25)]).condition).toBe(false);
    expect(judge(day(85, 4.0, 0.05, 25), [day(100, 4.5, 0.05, 25)]).condition).toBe(true);
  });

  it('compares with the weeks together, and with as many as it needs', () => {
    expect(judge(day(85, 2.7, 0.05), []).condition).toBe(false);
    expect(judge(day(85, 2.7, 0.05), [USUAL], { minimumWeeks: 2 }).condition).toBe(false);
    expect(judge(day(85, 2.7, 0.05), [day(110, 4.5, 0.05), day(90, 4.5, 0.05)])).toMatchObject({ observed: 0.85 });
    expect(judge(day(85, 2.7, 0.05), [day(0, 4.5, 0.05)]).condition).toBe(false);
  });

  it('is silent while an initiative that somebody evaluated accounts for it, and says so', () => {
    const at24 = { initiativeId: 'merge-shifts', fromMs: AS_OF - 86_400_000, toMs: AS_OF };
    const silent = judge(day(80, 2.7, 0.05), undefined, { initiatives: [at24] });
    expect(silent.condition).toBe(false);
    expect(silent.summary).toContain('initiative merge-shifts accounts for it');
    const over = { ...at24, toMs: AS_OF - 1 };
    expect(judge(day(80, 2.7, 0.05), undefined, { initiatives: [over] }).condition).toBe(true);
  });

  describe('with a register of initiatives', () => {
    /** 140 hours a week are 20 of a day's hundred. */
    const initiative: Initiative = {
      ...{ initiativeId: 'merge-shifts', scope: 'all', id: 'all', savesHours: 140, status: 'accepted', version: 1 },
      fromMs: AS_OF - 3 * 86_400_000,
    };

    it('is silent about a cut that was evaluated, and says how much of it was', () => {
      const verdict = judgeWith([initiative], day(75, 2.7, 0.05));
      expect(verdict).toMatchObject({ condition: false, observed: 0.75 });
      expect(verdict.summary).toContain('evaluated initiatives account for 20.0%');
    });

    it('fires for one beyond what was evaluated', () => {
      expect(judgeWith([initiative], day(69, 2.7, 0.05)).condition).toBe(true);
      expect(judgeWith([{ ...initiative, savesHours: 70 }], day(75, 2.7, 0.05)).condition).toBe(true);
      expect(judgeWith([initiative, { ...initiative, initiativeId: 'b' }], day(55, 2.7, 0.05)).condition).toBe(false);
    });

    it('counts what is in force in the window, and what past weeks did not have', () => {
      const half = { ...initiative, fromMs: AS_OF - 43_200_000 };
      expect(judgeWith([half], day(75, 2.7, 0.05)).condition).toBe(true);
      expect(judgeWith([{ ...initiative, toMs: AS_OF - 86_400_000 }], day(75, 2.7, 0.05)).condition).toBe(true);
      // After a week the usual hours have the saving in them: a second cut is a cut.
      const old = { ...initiative, fromMs: AS_OF - 30 * 86_400_000 };
      expect(judgeWith([old], day(75, 2.7, 0.05)).condition).toBe(true);
      // Of two weeks one has it: half of it is still to be explained.
      const fromMs = AS_OF - 10 * 86_400_000;
      expect(judgeWith([{ ...initiative, fromMs }], day(81, 2.7, 0.05)).condition).toBe(false);
      expect(judgeWith([{ ...initiative, fromMs }], day(79, 2.7, 0.05)).condition).toBe(true);
    });
  });

  it('says how much less, and what customers felt', () => {
    expect(judge(day(80, 2.7, 0.05)).summary).toBe(
      'Channel voice has 20.0% fewer paid hours over 24h than in past weeks (limit 10%), and CSAT fell from 4.50 to 2.70',
    );
    expect(judge(day(80, 4.5, 0.12)).summary).toContain('12.0% were abandoned (5.0% before)');
  });
});
