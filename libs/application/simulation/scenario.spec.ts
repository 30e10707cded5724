import { effectsAt, NORMAL, occurrencesIn, SCENARIOS, voiceHandleFactorAt, type ScenarioPlan } from './scenario.js';

const START_MS = 1_000_000_000;
const PLAN: ScenarioPlan = {
  scenario: 'overspend-voice',
  startMs: START_MS,
  lastsMs: 600_000,
  everyMs: 3_600_000,
  rampMs: 60_000,
  validFromMs: null,
  validUntilMs: null,
};
const FULL = SCENARIOS['overspend-voice'].effects;

function handleFactor(atMs: number, plan: ScenarioPlan = PLAN, decidedMs = atMs): number {
  return effectsAt([plan], decidedMs, atMs).voiceHandleFactor;
}

describe('scenario plans', () => {
  it('rise over the ramp, hold, fall over the ramp', () => {
    expect(handleFactor(START_MS - 1)).toBe(1);
    expect(handleFactor(START_MS)).toBe(1);
    expect(handleFactor(START_MS + 30_000)).toBe(1 + (FULL.voiceHandleFactor - 1) / 2);
    expect(handleFactor(START_MS + 60_000)).toBe(FULL.voiceHandleFactor);
    expect(handleFactor(START_MS + 599_999)).toBe(FULL.voiceHandleFactor);
    expect(handleFactor(START_MS + 630_000)).toBe(1 + (FULL.voiceHandleFactor - 1) / 2);
    expect(handleFactor(START_MS + 660_000)).toBe(1);
  });

  it('come round', () => {
    expect(handleFactor(START_MS + 3_600_000 + 60_000)).toBe(FULL.voiceHandleFactor);
    expect(handleFactor(START_MS + 5 * 3_600_000 + 1_800_000)).toBe(1);
  });

  it('move nothing that was decided before they are valid, or from their end on', () => {
    const plan = { ...PLAN, validFromMs: START_MS + 100_000, validUntilMs: START_MS + 200_000 };
    const atMs = START_MS + 300_000;
    expect(handleFactor(atMs, plan, START_MS + 99_999)).toBe(1);
    expect(handleFactor(atMs, plan, START_MS + 100_000)).toBe(FULL.voiceHandleFactor);
    expect(handleFactor(atMs, plan, START_MS + 199_999)).toBe(FULL.voiceHandleFactor);
    expect(handleFactor(atMs, plan, START_MS + 200_000)).toBe(1);
  });

  it('lengthen the calls that end long within them, and no other', () => {
    const handleMs = 200_000;
    const longMs = handleMs * FULL.voiceHandleFactor;
    const factorOfAnswer = (answeredMs: number): number => voiceHandleFactorAt([PLAN], answeredMs, handleMs);
    expect(factorOfAnswer(START_MS - longMs - 1)).toBe(1);
    expect(factorOfAnswer(START_MS - longMs + 60_000)).toBe(FULL.voiceHandleFactor);
    expect(factorOfAnswer(START_MS - 100_000)).toBe(FULL.voiceHandleFactor);
    expect(factorOfAnswer(START_MS + 660_000)).toBe(1);
  });

  it('add up', () => {
    const gifts = { ...PLAN, scenario: 'promotion' as const };
    const effects = effectsAt([PLAN, gifts], START_MS + 60_000, START_MS + 60_000);
    expect(effects.voiceHandleFactor).toBe(FULL.voiceHandleFactor);
    expect(effects.giftShare).toBe(SCENARIOS.promotion.effects.giftShare);
  });

  it('list their occurrences', () => {
    const hours = occurrencesIn([PLAN], START_MS - 3_600_000, START_MS + 2.5 * 3_600_000);
    expect(hours.map(({ startMs }) => startMs)).toEqual([START_MS, START_MS + 3_600_000, START_MS + 7_200_000]);
    expect(hours[0]?.endMs).toBe(START_MS + 600_000);
    expect(occurrencesIn([{ ...PLAN, everyMs: null, lastsMs: null }], START_MS, START_MS + 1)).toHaveLength(1);
    expect(occurrencesIn([{ ...PLAN, validUntilMs: START_MS }], START_MS, START_MS + 1)).toEqual([]);
  });

  it('leave an ordinary day alone', () => {
    expect(effectsAt([], START_MS, START_MS)).toBe(NORMAL);
    expect(effectsAt([{ ...PLAN, scenario: 'normal' }], START_MS, START_MS + 60_000)).toEqual(NORMAL);
  });
});
