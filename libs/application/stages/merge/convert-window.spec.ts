import { matchesSchema } from '#libs/contract';
import { emptyMeasures, MoneyOverflowError } from '#libs/domain';
import { at, BASE } from '../centre.fixture.js';
import { costWindowOf } from './convert-window.js';

const window = {
  scope: 'agent',
  id: 'a-1',
  window: '5m',
  startMs: BASE - 300_000,
  endMs: BASE,
  revision: 2,
  measures: emptyMeasures(),
} as const;

describe('costWindowOf', () => {
  it('says every measure in the contract’s terms', () => {
    const measures = {
      ...{ labour: 16_000_000n, system: -480_000n, marketing: 0n, outsourcing: 1n, training: 0n, overtime: 5_500_000n },
      ...{ interactions: 9, handledByAgents: 8, automated: 1, resolved: 7, handleMicroseconds: 480_250_000 },
      ...{ complaints: 6, csatMicros: 87_500_000, csatCount: 5, repetitiveByAgents: 4, errors: 3 },
      ...{ abandoned: 2, paidMicroseconds: 1 },
    };
    const published = costWindowOf({ ...window, measures }, 'CNY');
    expect(published).toEqual({
      ...{ scope: 'agent', id: 'a-1', window: '5m', start: at(-300), end: at(0), revision: 2, currency: 'CNY' },
      amount: '15.520001',
      breakdown: { labour: '16.00', system: '-0.48', outsourcing: '0.000001' },
      ...{ interactions: 9, handledByAgents: 8, automated: 1, resolved: 7, handleSeconds: 480.25, complaints: 6 },
      ...{ csatSum: 87.5, csatCount: 5, overtimeAmount: '5.50', repetitiveByAgents: 4, errors: 3 },
    });
    expect(matchesSchema('cost-window.v1', published)).toBe(true);
  });

  it('is all zero where nothing is in it', () => {
    expect(costWindowOf(window, 'CNY')).toMatchObject({
      amount: '0.00',
      breakdown: {},
      interactions: 0,
      handleSeconds: 0,
    });
  });

  it('is no window with a wrong number when a sum is too large', () => {
    const measures = { ...emptyMeasures(), labour: 10n ** 16n };
    expect(() => costWindowOf({ ...window, measures }, 'CNY')).toThrow(MoneyOverflowError);
  });
});
