import fc from 'fast-check';
import type { Budget, RateCard, Rule } from '#libs/domain';
import { referenceEntryFromWire, referenceEntryToWire } from './convert-wire.js';
import { DEFAULT_ORGANISATION } from './defaults.js';
import { DEFAULT_RULES } from './rule-defaults.js';
import { referenceEntry, type ReferenceEntry } from './entry.js';

const RATE: RateCard = {
  rateId: 'rate-agents',
  for: 'default',
  kind: 'hourly',
  amountMicros: 120_000_000n,
  currency: 'CNY',
  splitPpm: { wages: 692_308, socialInsurance: 153_846, training: 153_846 },
  overtimeMultiplierMicros: 1_500_000n,
  fromMs: Date.parse('2026-10-31T16:00:00Z'),
};

const BUDGET: Budget = {
  budgetId: 'budget-all',
  scope: 'all',
  id: 'all',
  period: 'month',
  amountMicros: 1_500_000_000_000n,
  currency: 'CNY',
  status: 'approved',
  profile: { hourWeights: Array.from({ length: 24 }, (_, hour) => (hour < 8 ? 0 : 1)) },
  toleranceRatio: 0.1,
  thresholdRatios: [0.5, 0.75, 0.9, 1],
  owner: 'finance',
  version: 3,
};

function throughWire(entry: ReferenceEntry): unknown {
  const result = referenceEntryFromWire(entry.kind, referenceEntryToWire(entry));
  return result.ok ? result.entry : result;
}

const instant = fc.integer({ min: 0, max: 4_102_444_800_000 });
const amount = fc.bigInt({ min: 0n, max: 9_999_999_999_999_999n });

describe('reference entries on the wire', () => {
  it.each<[string, ReferenceEntry]>([
    [
      'an organisation',
      referenceEntry('organisation', { ...DEFAULT_ORGANISATION, unitCostTargets: { handled: 120_000_000n } }, 2),
    ],
    [
      'an initiative',
      referenceEntry(
        'initiative',
        {
          ...{ initiativeId: 'merge', scope: 'team', id: 'north', savesHours: 37.5, owner: 'o', description: 'shifts' },
          ...{ status: 'accepted', version: 3, fromMs: 5, toMs: 9 },
        },
        3,
      ),
    ],
    ['a group', referenceEntry('agent-group', { groupId: 'night', agents: ['agent-001', 'a'], fromMs: 5 }, 1)],
    ['an agent', referenceEntry('agent', { agentId: 'agent-001', team: 'north-1', fromMs: 5 }, 1)],
    ['a rate card', referenceEntry('rate-card', RATE, 4)],
    ['a budget', referenceEntry('budget', BUDGET, 3)],
    ['an exchange rate', referenceEntry('fx-rate', { currency: 'USD', rateMicros: 7_120_000n, fromMs: 0 }, 1)],
    ...DEFAULT_RULES.map((rule): [string, ReferenceEntry] => [`rule ${rule.ruleId}`, referenceEntry('rule', rule, 1)]),
  ])('%s comes back equal', (_, entry) => {
    expect(throughWire(entry)).toEqual(entry);
  });

  it('brings back every amount and time', () => {
    fc.assert(
      fc.property(
        amount,
        instant,
        fc.option(fc.integer({ min: 1, max: 1_000_000_000 })),
        (amountMicros, fromMs, spanMs) => {
          const card = { ...RATE, amountMicros, fromMs, ...(spanMs !== null && { toMs: fromMs + spanMs }) };
          const entry = referenceEntry('rate-card', card, 1);
          expect(throughWire(entry)).toEqual(entry);
        },
      ),
    );
  });

  it('writes decimal texts, UTC times and durations', () => {
    const rule: Rule = { ...(DEFAULT_RULES[0] as Rule & { kind: 'unit-cost' }), targetMicros: 120_500_000n };
    expect(JSON.parse(referenceEntryToWire(referenceEntry('rule', rule, 7)))).toEqual({
      ruleId: 'unit-cost-handled',
      kind: 'unit-cost',
      enabled: true,
      per: 'handled',
      window: '1h',
      minimumUnits: 20,
      severity: 'warning',
      for: '2m',
      keepFiring: '5m',
      hysteresisRatio: 0.05,
      target: '120.50',
      version: 7,
    });
    expect(JSON.parse(referenceEntryToWire(referenceEntry('rate-card', RATE, 1)))).toMatchObject({
      amount: '120.00',
      from: '2026-10-31T16:00:00.000Z',
      split: { wages: '0.692308' },
    });
  });

  it('has the start of an effective-dated value in the id', () => {
    expect(referenceEntry('rate-card', RATE, 1).id).toBe('rate-agents@2026-10-31T16:00:00.000Z');
    expect(referenceEntry('budget', BUDGET, 1).id).toBe('budget-all');
  });

  it('reads amounts of other writers that are not padded', () => {
    const json = '{"currency":"USD","rate":"7.1","from":"2026-01-01T08:00:00+08:00","future":true}';
    const result = referenceEntryFromWire('fx-rate', json);
    expect(result).toMatchObject({ ok: true, entry: { value: { rateMicros: 7_100_000n, fromMs: 1_767_225_600_000 } } });
  });

  it.each([
    ['kind', 'colour', '{}', 'unknown-kind'],
    ['text', 'agent', '{', 'not-json'],
    ['nothing', 'agent', 'null', 'invalid-entry'],
    ['rule of a newer program', 'rule', '{"ruleId":"x","kind":"telepathy"}', 'invalid-entry'],
    ['amount', 'fx-rate', '{"currency":"USD","rate":"7.1234567"}', 'invalid-entry'],
    ['version', 'agent', '{"agentId":"a","version":0}', 'invalid-entry'],
  ])('refuses an unknown %s', (_, kind, json, reason) => {
    expect(referenceEntryFromWire(kind, json)).toMatchObject({ ok: false, reason });
  });
});
