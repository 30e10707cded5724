import { csatAgainstCost, LEAST_ANSWERS, type RatedMember } from './csat-against-cost.js';

const member = (id: string, unitCost: number, csat: number, answers = 10, contacts = 20): RatedMember => ({
  ...{ id, contacts, answers, csatSum: csat * answers },
  amountMicros: BigInt(unitCost * contacts) * 1_000_000n,
});

describe('csatAgainstCost', () => {
  const dearIsGood = [1, 2, 3, 4, 5].map((grade) => member(`a${String(grade)}`, 10 * grade, grade));

  it('compares what a contact costs with what customers answer on average', () => {
    const { coefficient, pairs, points, leftOut } = csatAgainstCost(dearIsGood);
    expect(coefficient).toBeCloseTo(1, 12);
    expect([pairs, leftOut]).toEqual([5, 0]);
    expect(points[1]).toEqual({ id: 'a2', x: 20, y: 2, costPerContactMicros: 20_000_000n, answers: 10 });
  });

  it('leaves out whom too few answered for, and does not miss who did nothing', () => {
    const others = [member('few', 1, 5, LEAST_ANSWERS - 1), member('none', 1, 5, 10, 0), member('silent', 9, 0, 0)];
    const { coefficient, pairs, leftOut } = csatAgainstCost([...dearIsGood, ...others]);
    expect(coefficient).toBeCloseTo(1, 12);
    expect([pairs, leftOut]).toEqual([5, 2]);
    expect(csatAgainstCost([...dearIsGood.slice(1), ...others]).coefficient).toBeNull();
  });
});
