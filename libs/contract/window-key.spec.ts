import fc from 'fast-check';
import { parseScopeKey, parseWindowKey, scopeKey, windowKey, type WindowScope } from '#libs/contract';

const scope = fc.constantFrom<WindowScope>('all', 'agent', 'channel', 'team', 'customer-tier');
const window = fc.constantFrom('5m', '1h', '24h', 'month');
/** Any id, and many with the characters that are encoded. */
const id = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.string({ unit: fc.constantFrom(':', '%', '3', 'A', '2', '5'), minLength: 1 }),
);

describe('window keys', () => {
  it.each([
    ['all', 'all', 'month', 'all:all:month'],
    ['agent', 'agent-001', '5m', 'agent:agent-001:5m'],
    ['team', 'a:b%3A', '1h', 'team:a%3Ab%253A:1h'],
    ['queue', '售后', '24h', 'queue:售后:24h'],
  ] as const)('of %s %s %s is %s', (ofScope, ofId, ofWindow, key) => {
    expect(windowKey(ofScope, ofId, ofWindow)).toBe(key);
    expect(parseWindowKey(key)).toEqual({ scope: ofScope, id: ofId, window: ofWindow });
  });

  it('give back what they were made of, whatever the id', () => {
    fc.assert(
      fc.property(scope, id, window, (ofScope, ofId, ofWindow) => {
        expect(parseWindowKey(windowKey(ofScope, ofId, ofWindow))).toEqual({
          scope: ofScope,
          id: ofId,
          window: ofWindow,
        });
        expect(parseScopeKey(scopeKey(ofScope, ofId))).toEqual({ scope: ofScope, id: ofId });
      }),
    );
  });

  it.each([
    '',
    'all',
    'all:all',
    'all:all:',
    'all:all:5y',
    'planet:earth:5m',
    'agent::5m',
    'agent:a:b:5m',
    'agent:a%3a:5m',
    'agent:50%:5m',
  ])('are not %p', (key) => {
    expect(parseWindowKey(key)).toBeUndefined();
  });

  it('of scopes are not keys of windows', () => {
    expect(parseScopeKey('all:all:5m')).toBeUndefined();
  });
});
