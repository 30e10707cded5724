import fc from 'fast-check';
import { ScopeRanks } from './scope-ranks.js';
import type { ScopeWindows } from './scope-windows.js';

const key = fc.string({ unit: 'binary', maxLength: 3 });
/** New scopes, then some of all that there are by now, with repetitions. */
const rounds = fc.array(fc.record({ added: fc.array(key, { maxLength: 40 }), picked: fc.array(fc.nat(200)) }), {
  maxLength: 6,
});

describe('ScopeRanks', () => {
  it('puts scopes in the order of their keys, each once, while scopes are added', () => {
    fc.assert(
      fc.property(rounds, (all) => {
        const ranks = new ScopeRanks();
        const scopes = new Map<string, ScopeWindows>();
        for (const { added, picked } of all) {
          for (const each of added)
            if (!scopes.has(each))
              scopes.set(each, { key: each, number: scopes.size } as Partial<ScopeWindows> as ScopeWindows);
          const there = [...scopes.values()];
          const some = there.length === 0 ? [] : picked.map((at) => there[at % there.length] as ScopeWindows);
          const expected = [...new Set(some)].sort((a, b) => (a.key < b.key ? -1 : 1));
          const numbers = some.map(({ number }) => number);
          expect(ranks.inOrder(numbers, scopes)).toEqual(expected);
        }
      }),
    );
  });
});
