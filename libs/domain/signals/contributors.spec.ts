import fc from 'fast-check';

import { parseMicros } from '../money/index.js';
import { contributors, type ContributorCandidate } from './contributors.js';

const child = (id: string, amount: string, expected?: string): ContributorCandidate => ({
  scope: 'agent',
  id,
  amountMicros: parseMicros(amount),
  ...(expected !== undefined && { expectedMicros: parseMicros(expected) }),
});

describe('contributors', () => {
  it('names the largest excess first, and leaves out who saved', () => {
    const children = [child('a', '100', '90'), child('b', '50', '20'), child('c', '10', '30'), child('d', '5')];
    expect(contributors(children, parseMicros('25'))).toEqual([
      { scope: 'agent', id: 'b', amount: '30.00', share: 1.2 },
      { scope: 'agent', id: 'a', amount: '10.00', share: 0.4 },
      { scope: 'agent', id: 'd', amount: '5.00', share: 0.2 },
    ]);
  });

  it('names five at most, equals in order of their ids', () => {
    const children = ['f', 'e', 'd', 'c', 'b', 'a'].map((id) => child(id, '1'));
    expect(contributors(children, parseMicros('6')).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('has no share in nothing', () => {
    expect(contributors([child('a', '1')], 0n)).toEqual([{ scope: 'agent', id: 'a', amount: '1.00', share: 0 }]);
  });

  it('does not depend on the order of the children', () => {
    const any = fc.uniqueArray(fc.record({ id: fc.string(), amountMicros: fc.bigInt({ min: -3n, max: 3n }) }), {
      selector: ({ id }) => id,
    });
    fc.assert(
      fc.property(any, (list) => {
        const children = list.map((each) => ({ scope: 'agent' as const, ...each }));
        expect(contributors(children.toReversed(), 10n)).toEqual(contributors(children, 10n));
      }),
    );
  });
});
