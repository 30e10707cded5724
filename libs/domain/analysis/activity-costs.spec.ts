import fc from 'fast-check';

import { activityCost, type ActivityTotals } from './activity-costs.js';

const totals = (amountMicros: bigint, contacts: number, fields: Partial<ActivityTotals> = {}): ActivityTotals => ({
  ...{ amountMicros, contacts, handledContacts: contacts, handleSeconds: 480 * contacts },
  ...fields,
});

const anyTotals = fc.record({
  amountMicros: fc.bigInt({ min: 0n, max: 10n ** 15n }),
  contacts: fc.nat(100_000),
  handledContacts: fc.nat(100_000),
  handleSeconds: fc.double({ min: 0, max: 1e9, noNaN: true }),
});

describe('activityCost', () => {
  it('tells the few complex contacts that make nearly all of the cost', () => {
    const whole = { amountMicros: 1_000_000_000n, contacts: 100 };
    expect(activityCost(totals(900_000_000n, 10), whole)).toMatchObject({
      ...{ share: 0.9, contactShare: 0.1, costPerContactMicros: 90_000_000n, averageHandleSeconds: 480 },
    });
  });

  it('keeps what else is known of the activity', () => {
    expect(activityCost({ ...totals(1n, 1), id: 'refund' }, { amountMicros: 1n, contacts: 1 }).id).toBe('refund');
  });

  it('has no figure for what there is nothing to divide by', () => {
    const nothing = totals(5n, 0, { handledContacts: 0, handleSeconds: 0 });
    expect(activityCost(nothing, { amountMicros: 0n, contacts: 0 })).toMatchObject({
      ...{ share: null, contactShare: null, costPerContactMicros: null, averageHandleSeconds: null },
    });
    expect(activityCost(totals(10n, 4, { handledContacts: 0 }), { amountMicros: 10n, contacts: 4 })).toMatchObject({
      ...{ share: 1, costPerContactMicros: 2n, averageHandleSeconds: null },
    });
  });

  it('has shares that add up, and a cost per contact that is off by half a micro at most', () => {
    fc.assert(
      fc.property(fc.array(anyTotals, { minLength: 1, maxLength: 40 }), (all) => {
        const whole = {
          amountMicros: all.reduce((sum, { amountMicros }) => sum + amountMicros, 0n),
          contacts: all.reduce((sum, { contacts }) => sum + contacts, 0),
        };
        const costs = all.map((each) => activityCost(each, whole));
        if (whole.amountMicros > 0n) {
          expect(costs.reduce((sum, { share }) => sum + (share ?? Number.NaN), 0)).toBeCloseTo(1, 9);
        }
        for (const { amountMicros, contacts, costPerContactMicros } of costs) {
          expect(costPerContactMicros === null).toBe(contacts === 0);
          if (costPerContactMicros === null) continue;
          const twiceOff = 2n * (costPerContactMicros * BigInt(contacts) - amountMicros);
          expect(twiceOff <= BigInt(contacts) && -twiceOff <= BigInt(contacts)).toBe(true);
        }
      }),
    );
  });
});
