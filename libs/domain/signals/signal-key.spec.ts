import { createHash } from 'node:crypto';

import fc from 'fast-check';

import { SCOPES, type BudgetPeriod, type Scope } from '../reference/index.js';
import type { AppliedRule } from './rule-set.js';
import { episodeIdOf } from './signal-message.js';
import { signalKey } from './signal-key.js';

const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex');

const applied = (ruleId: string, scope: Scope, id: string, period?: BudgetPeriod): AppliedRule =>
  ({
    kind: period ? 'budget-threshold' : 'unit-cost',
    rule: { ruleId },
    ...(period && { budget: { period } }),
    scope,
    id,
  }) as unknown as AppliedRule;
const keyOf = (...parts: Parameters<typeof applied>): string => signalKey(applied(...parts), fingerprint);

describe('signalKey', () => {
  it('reads as rule, scope, id, and the period of a budget', () => {
    expect(keyOf('unit-cost-handled', 'channel', 'voice')).toBe('unit-cost-handled:channel:voice');
    expect(keyOf('burn-rate', 'all', 'all', 'month')).toBe('burn-rate:all:all:month');
  });

  it('encodes what separates', () => {
    expect(keyOf('r', 'queue', 'a:b%c')).toBe('r:queue:a%3Ab%25c');
  });

  it('cuts a long one and keeps it apart from others by its fingerprint', () => {
    const long = 'q'.repeat(128);
    const [one, other] = [keyOf('r', 'queue', `${long}1`), keyOf('r', 'queue', `${long}2`)];
    expect(one).toMatch(/^r:queue:q{75}~[0-9a-f]{16}$/);
    expect(one).not.toBe(other);
  });

  it('is one to one, and leaves room for the id of an episode in the 128 characters of the contract', () => {
    const id = fc.string({ minLength: 1, maxLength: 128, unit: 'grapheme' });
    const parts = fc.tuple(id, fc.constantFrom(...SCOPES), id);
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const [keyA, keyB] = [keyOf(...a), keyOf(...b)];
        expect(keyA === keyB).toBe(JSON.stringify(a) === JSON.stringify(b));
        expect(Array.from(episodeIdOf(keyA, 253_402_300_799_999)).length).toBeLessThanOrEqual(128);
      }),
    );
  });
});
