import { buildReference } from './build-reference.js';
import { EMPTY_REFERENCE } from './defaults.js';
import { DEFAULT_RULES } from './rule-defaults.js';
import { parseReferenceKey, referenceEntry, referenceKey, type ReferenceEntry } from './entry.js';

const card = (rateId: string, fromMs?: number): ReferenceEntry =>
  referenceEntry(
    'rate-card',
    {
      rateId,
      for: 'default',
      kind: 'hourly',
      amountMicros: 1n,
      currency: 'CNY',
      ...(fromMs !== undefined && { fromMs }),
    },
    1,
  );

describe('buildReference', () => {
  it('is the empty reference without entries', () => {
    expect(buildReference([])).toEqual(EMPTY_REFERENCE);
  });

  it('orders newest first, so that the first in force is the one that counts', () => {
    const reference = buildReference([card('since-ever'), card('new', 20), card('old', 10)]);
    expect(reference.rateCards.map((rate) => rate.rateId)).toEqual(['new', 'old', 'since-ever']);
  });

  it('replaces a built-in rule by an entry of its id, and keeps the others', () => {
    const off = { ...DEFAULT_RULES[0]!, enabled: false };
    const { rules } = buildReference([referenceEntry('rule', off, 2)]);
    expect(rules.filter((rule) => rule.ruleId === off.ruleId)).toEqual([{ ...off, version: 2 }]);
    expect(rules).toHaveLength(DEFAULT_RULES.length);
  });

  it("keeps the contract's burn-rate pairs as built in", () => {
    const rule = DEFAULT_RULES.find(({ kind }) => kind === 'burn-rate');
    expect(rule).toMatchObject({
      pairs: [
        { longMs: 3_600_000, shortMs: 300_000, factor: 14.4, severity: 'critical' },
        { longMs: 21_600_000, shortMs: 1_800_000, factor: 6, severity: 'critical' },
        { longMs: 86_400_000, shortMs: 7_200_000, factor: 3, severity: 'warning' },
        { longMs: 259_200_000, shortMs: 21_600_000, factor: 1, severity: 'warning' },
      ],
    });
  });
});

describe('reference keys', () => {
  it('come apart again, also with a slash in the id', () => {
    const entry = referenceEntry('agent', { agentId: 'a/b' }, 1);
    expect(parseReferenceKey(referenceKey(entry))).toEqual({ kind: 'agent', id: 'a/b' });
  });

  it.each(['', 'agent', 'agent/', 'colour/red', '/x'])('are refused: "%s"', (key) => {
    expect(parseReferenceKey(key)).toBeUndefined();
  });
});
