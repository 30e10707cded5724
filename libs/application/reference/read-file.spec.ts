import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { formatMicros } from '#libs/domain';
import { buildReference } from './build-reference.js';
import { referenceEntryFromWire, referenceEntryToWire } from './convert-wire.js';
import { referenceEntry, referenceKey, type ReferenceEntry } from './entry.js';
import { readReferenceFile } from './read-file.js';
import { printFault } from './yaml-document.js';

function entriesOf(yaml: string, current: ReferenceEntry[] = []): readonly ReferenceEntry[] {
  const result = readReferenceFile(yaml, current);
  if (!result.ok) throw new Error(result.faults.map(printFault).join('\n'));
  return result.entries;
}

function faultsOf(yaml: string, current: ReferenceEntry[] = []): string[] {
  const result = readReferenceFile(yaml, current);
  return result.ok ? [] : result.faults.map(printFault);
}

const card = (fields: string): string => `rateCards:\n  - { rateId: r, for: default, kind: hourly, ${fields} }\n`;

describe('a reference file', () => {
  it('gives the entries of the sample organisation, which survive the wire', () => {
    const yaml = readFileSync(join(process.cwd(), 'deploy/reference/sample.yaml'), 'utf8');
    const entries = entriesOf(yaml);
    for (const entry of entries) {
      const wire = referenceEntryFromWire(entry.kind, referenceEntryToWire(entry));
      expect(wire).toEqual({ ok: true, entry });
    }
    const reference = buildReference(entries);
    expect(reference.organisation).toMatchObject({ zone: 'Asia/Shanghai', currency: 'CNY' });
    expect(reference.agents).toHaveLength(60);
    expect(new Set(reference.agents.map(({ team }) => team))).toEqual(
      new Set(['north-1', 'north-2', 'south-1', 'south-2']),
    );
    expect(reference.budgets.length).toBeGreaterThan(0);
  });

  it("reads dates in the organisation's zone, times as they are, and takes its currency", () => {
    const yaml = `
organisation: { name: Test, zone: Europe/Berlin, currency: EUR, unitCostTargets: { handled: 12.5 } }
rateCards:
  - { rateId: r, for: default, kind: hourly, amount: 30, from: 2026-07-01, to: 2026-08-01T00:00:00Z }
`;
    const [organisation, rate] = entriesOf(yaml);
    expect(organisation).toMatchObject({ value: { unitCostTargets: { handled: 12_500_000n } } });
    expect(rate?.value).toEqual({
      rateId: 'r',
      for: 'default',
      kind: 'hourly',
      amountMicros: 30_000_000n,
      currency: 'EUR',
      fromMs: Date.parse('2026-06-30T22:00:00Z'),
      toMs: Date.parse('2026-08-01T00:00:00Z'),
    });
  });

  it('takes groups of agents, and refuses an agent twice in one or in too many', () => {
    const [night] = entriesOf('agentGroups:\n  - { groupId: night, agents: [a-1, a-2], from: 2026-12-01 }\n');
    expect(night).toMatchObject({
      kind: 'agent-group',
      id: 'night@2026-11-30T16:00:00.000Z',
      value: { groupId: 'night', agents: ['a-1', 'a-2'] },
    });
    expect(faultsOf('agentGroups: [{ groupId: g, agents: [a, a] }, { groupId: h, agents: [] }]')).toEqual([
      expect.stringContaining('must name each agent once'),
      expect.stringContaining('at least 1'),
    ]);
    const groups = (count: number): string =>
      `agentGroups: [${Array.from({ length: count }, (_, index) => `{ groupId: g-${String(index)}, agents: [a] }`).join()}]`;
    expect(faultsOf(groups(64))).toEqual([]);
    expect(faultsOf(groups(65))).toEqual([
      expect.stringMatching(/agentGroups\[64\].*has a, who is in 64 groups already/),
    ]);
  });

  it('rests on the organisation that holds when it has none', () => {
    const organisation = { name: 'X', zone: 'UTC', currency: 'USD', unitCostTargets: {} };
    const [rate] = entriesOf(card('amount: 1, from: 2026-01-01'), [referenceEntry('organisation', organisation, 1)]);
    expect(rate?.value).toMatchObject({ currency: 'USD', fromMs: Date.parse('2026-01-01T00:00:00Z') });
  });

  it('makes one agent of each number in a range', () => {
    const entries = entriesOf('agents:\n  - { first: a-08, last: a-11, team: t }\n  - agentId: z\n');
    expect(entries.map(({ id }) => id)).toEqual(['a-08', 'a-09', 'a-10', 'a-11', 'z']);
    expect(entries[3]?.value).toEqual({ agentId: 'a-11', team: 't' });
  });

  it('fills in what rules and budgets leave out', () => {
    const [budget, rule] = entriesOf(`
budgets: [{ budgetId: b, scope: all, period: month, amount: 1000 }]
rules: [{ ruleId: u, kind: unit-cost, per: handled, for: 90s }]
`);
    expect(budget?.value).toMatchObject({ id: 'all', status: 'approved', version: 1 });
    expect(rule?.value).toEqual({
      ruleId: 'u',
      kind: 'unit-cost',
      per: 'handled',
      window: '1h',
      minimumUnits: 20,
      severity: 'warning',
      enabled: true,
      forMs: 90_000,
      keepFiringMs: 300_000,
      hysteresisRatio: 0.05,
      version: 1,
    });
  });

  it('keeps a new from beside the old one', () => {
    const two = 'rateId: r, for: default, kind: hourly, amount: 1';
    const entries = entriesOf(`rateCards:\n  - { ${two} }\n  - { ${two}, from: 2026-01-01T00:00:00Z }\n`);
    expect(entries.map(referenceKey)).toEqual(['rate-card/r', 'rate-card/r@2026-01-01T00:00:00.000Z']);
  });

  it('reads nothing out of empty sections', () => {
    expect(entriesOf('agents:\nrateCards: []\n')).toEqual([]);
  });
});

describe('amounts in a file', () => {
  it('are exact, in quotes or not', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 999_999_999_999_999n }), (micros) => {
        const text = formatMicros(micros);
        const plain = entriesOf(card(`amount: ${text}`))[0];
        const quoted = entriesOf(card(`amount: "${text}"`))[0];
        expect(plain?.value).toMatchObject({ amountMicros: micros });
        expect(quoted?.value).toEqual(plain?.value);
      }),
    );
  });

  it.each([
    '-1',
    '1.1234567',
    '"12,50"',
    '1e-7',
    '12345678901',
    '9999999999.999999',
    'ten',
    '.nan',
    'true',
    '[1]',
    '1e21',
  ])('refuse %s', (text) => {
    expect(faultsOf(card(`amount: ${text}`))).toEqual([expect.stringMatching(/^rateCards\[0\]\.amount \(line 2\): /)]);
  });
});

describe('faults of a file', () => {
  it('come all at once, each with its path and line', () => {
    const faults = faultsOf(`organisation: { name: Test, zone: Mars/Olympus, currency: CNY }
agents:
  - { agentId: a, team: "" }
  - { first: a-1, last: b-9 }
rateCards:
  - rateId: r1
    for: vendor
    id: v
    kind: hourly
    amount: 12,5
  - rateId: r2
    for: default
    kind: hourly
    amount: 100
    split: { wages: 0.7, socialInsurance: 0.2, training: 0.2 }
  - rateId: r3
    for: team
    kind: hourly
    amout: 100
budgets:
  - budgetId: b
    scope: channel
    period: month
    amount: 10
    from: 2026-02-01
    to: 2026-01-01
rules:
  - { ruleId: x, kind: telepathy }
  - { ruleId: y, kind: burn-rate, pairs: [{ long: 5m, short: 1h, factor: 2, severity: loud }] }
colours: 1
`);
    expect(faults).toEqual(
      [
        'organisation.zone (line 1): must be an IANA time zone such as Asia/Shanghai',
        'agents[0].team (line 3): must not be empty',
        'agents[1].last (line 4): must be like first (a-1) with a higher number, at most 10000 agents on',
        'rateCards[0].amount (line 10): must be a decimal of at most six fraction digits, such as 12.50, and is 12,5',
        'rateCards[1].split (line 15): must add up to 1 exactly (in six decimals), and adds up to 1.1',
        'rateCards[2].amount (line 16): is missing',
        'rateCards[2].amout (line 19): is not a field that is known here',
        'budgets[0].to (line 26): must be later than from (it is the first moment after)',
        'budgets[0].id (line 21): is missing: which channel is it for?',
        'rules[0].kind (line 28): must be one of unit-cost, budget-threshold, burn-rate, budget-forecast, unapproved-spend, promotion-overspend, cost-share, misallocation, integration-cost, over-automation, vendor-quality, anomaly, blind-cut',
        'rules[1].pairs[0].severity (line 29): must be one of info, warning, critical',
        'colours (line 30): is no section: the sections are organisation, agents, agentGroups, rateCards, budgets, initiatives, rules, fxRates',
      ].sort((a, b) => Number(/line (\d+)/.exec(a)?.[1]) - Number(/line (\d+)/.exec(b)?.[1])),
    );
  });

  it('tell of profiles that leave a period without a plan, or say two things', () => {
    const list = (length: number, weight = 1): string => `[${Array.from({ length }, () => weight).join(', ')}]`;
    const budget = (profile: string, period = 'month'): string =>
      `budgets:\n  - { budgetId: b, scope: all, period: ${period}, amount: 5, profile: { ${profile} } }\n`;
    const fault = (profile: string, period?: string): string[] =>
      faultsOf(budget(profile, period)).map((text) =>
        text.replace(/^budgets\[0\]\.profile\.?/, '').replace(/\(line \d+\): /, ''),
      );
    expect(fault(`hourOfWeekWeights: ${list(168)}, source: the forecast`)).toEqual([]);
    expect(fault(`dayWeights: ${list(31)}, hourWeights: ${list(24)}`)).toEqual([]);
    expect(fault(`hourOfPeriodWeights: ${list(744)}`)).toEqual([]);
    expect(fault(`dayWeights: ${list(366)}`, 'year')).toEqual([]);
    expect(fault(`hourOfWeekWeights: ${list(167)}`)).toEqual(['hourOfWeekWeights must be 168 weights']);
    expect(fault(`dayWeights: ${list(32)}`)).toEqual(['dayWeights must be at most 31 weights for a month']);
    expect(fault(`dayWeights: [${'0, '.repeat(28)}1]`)).toEqual([
      'dayWeights must have a weight above zero among the first 28: not every month has more',
    ]);
    expect(fault(`dayWeights: [1, 1], hourWeights: ${list(24)}`)).toEqual([
      'dayWeights must have 3 weights above zero among the first 28: not every month has more',
    ]);
    expect(fault(`dayWeights: ${list(31)}, weekdayWeights: ${list(7)}`)).toEqual([
      'weekdayWeights must be left out beside dayWeights',
    ]);
    expect(fault(`dayWeights: ${list(31)}, hourOfWeekWeights: ${list(168)}`)).toEqual([
      'dayWeights must be left out beside hourOfWeekWeights',
    ]);
  });

  it('tell of a dimension that there is not, and of rules that cannot look at parts of the spend', () => {
    const yaml = `budgets:
  - { budgetId: a, scope: dimension, id: labour, period: month, amount: 5 }
  - { budgetId: b, scope: system, id: crm, period: year, amount: 5 }
  - { budgetId: c, scope: dimension, id: crm, period: month, amount: 5 }
rules:
  - { ruleId: d, kind: unapproved-spend, scopes: [dimension, system] }
  - { ruleId: e, kind: anomaly, scopes: [all, system] }
`;
    expect(faultsOf(yaml)).toEqual([
      'budgets[2].id (line 4): must be one of labour, system, marketing, outsourcing, training in scope dimension',
      'rules[1].scopes (line 7): must not name system: only rules on spend and budgets can',
    ]);
  });

  it('tell of prices that begin together for the same thing', () => {
    const yaml = `rateCards:
  - { rateId: one, for: channel, id: voice, kind: per-minute, amount: 1, from: 2026-01-01 }
  - { rateId: two, for: channel, id: voice, kind: per-minute, amount: 2, from: 2026-01-01T00:00:00+08:00 }
  - { rateId: three, for: channel, id: voice, kind: per-unit, unit: sms, amount: 2, from: 2026-01-01 }
`;
    expect(faultsOf(yaml)).toEqual([
      'rateCards[1].from (line 3): begins with rate one, which is for the same channel and kind: give one a later from',
    ]);
  });

  it('tell of a price that begins with one that is in force already', () => {
    const [current] = entriesOf(card('amount: 1'));
    const yaml = 'rateCards:\n  - { rateId: other, for: default, kind: hourly, amount: 2 }\n';
    expect(faultsOf(yaml, [current!])).toEqual([expect.stringContaining('begins with rate r')]);
    expect(faultsOf(card('amount: 2'), [current!])).toEqual([]);
  });

  it('tell of an entry that is there twice', () => {
    expect(faultsOf('agents:\n  - agentId: a\n  - agentId: b\n  - agentId: a\n')).toEqual([
      'agents[2] (line 4): is a a second time, after agents[0] (line 2)',
    ]);
  });

  it('tell of currencies that nobody can convert', () => {
    const budget = 'budgets:\n  - { budgetId: b, scope: all, period: year, amount: 5, currency: USD }\n';
    expect(faultsOf(budget)).toEqual([
      "budgets[0].currency (line 2): is USD, the organisation's is CNY: add USD to fxRates",
    ]);
    expect(faultsOf(`${budget}fxRates:\n  - { currency: USD, rate: 7.12, from: 2026-01-01 }\n`)).toEqual([]);
    expect(faultsOf('fxRates:\n  - { currency: CNY, rate: 1 }\n')).toEqual([expect.stringContaining('needs no rate')]);
    expect(faultsOf(budget.replace('USD', 'ZZZ'))).toEqual([expect.stringContaining('ISO 4217')]);
  });

  it.each([
    ['a: b: c', /^line 1: /],
    ['agents: 1\nagents: 2', /^line 2: Map keys must be unique/],
    ['agents: 1', /^agents \(line 1\): must be a list/],
    ['- 1', /must be of type/],
    ['just text', /must be of type/],
  ])('tell of broken YAML: %j', (yaml, fault) => {
    expect(faultsOf(yaml)).toEqual([expect.stringMatching(fault)]);
  });
});
