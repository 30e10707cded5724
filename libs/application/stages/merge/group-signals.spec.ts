import fc from 'fast-check';
import { EMPTY_REFERENCE } from '#libs/application';
import { matchesSchema, type CostEvent, type Signal } from '#libs/contract';
import { parseMicros, RateBook, type AgentGroup, type Budget, type Micros, type Reference } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { agentState, at, BASE, bill, contact, REFERENCE } from '../centre.fixture.js';

const MINUTE = 60;
const AGENTS = ['a-1', 'a-2', 'a-3', 'a-4'] as const;

const budget = (over: Partial<Budget>): Budget => ({
  budgetId: 'b',
  scope: 'group',
  id: 'night',
  period: 'month',
  amountMicros: parseMicros('100000'),
  currency: 'CNY',
  status: 'approved',
  version: 1,
  ...over,
});

const NIGHT: AgentGroup = { groupId: 'night', agents: ['a-1', 'a-3'] };

const reference = (kind: string, budgets: Budget[], agentGroups: AgentGroup[] = [NIGHT]): Reference => ({
  ...REFERENCE,
  agentGroups,
  budgets,
  rules: EMPTY_REFERENCE.rules.filter((rule) => rule.kind === kind),
});

function driven(from: Reference, records: readonly DriverRecord[], restartEvery = Infinity): PipelineDriver {
  const driver = new PipelineDriver({ reference: from, partitions: 2 });
  for (let first = 0; first < records.length; first += 12) {
    driver.send(...records.slice(first, first + 12));
    if ((first / 12) % restartEvery === restartEvery - 1) driver.restart();
  }
  for (const signal of driver.signals) expect(matchesSchema('signal.v1', signal)).toBe(true);
  for (const window of driver.windows) expect(matchesSchema('cost-window.v1', window)).toBe(true);
  return driver;
}

const fired = (signals: readonly Signal[]) =>
  signals.filter(({ sequence }) => sequence === 0).map(({ signalKey, observed }) => [signalKey, observed]);

/** What the rules last said that each budget has spent. */
function spentBy(driver: PipelineDriver): Map<string, Micros | undefined> {
  const figures = driver.mergeTasks.flatMap((task) => [...task.budgets]);
  return new Map(figures.map(({ budgetId, spentMicros }) => [budgetId, spentMicros]));
}

/** A contact every five minutes of each of the four agents: CNY 16 of labour and 0.48 of the telephone each. */
const contactsUntil = (minutes: number): DriverRecord[] =>
  Array.from({ length: Math.floor(minutes / 5) }, (_, index) =>
    AGENTS.map((agentId) => contact(`${agentId}-${String(index)}`, index * 5 * MINUTE, { agentId })),
  ).flat();

const endOf = ({ value }: DriverRecord): number => (Date.parse((value as { endedAt: string }).endedAt) - BASE) / 1000;
const idOf = (value: unknown): string => (value as { interactionId: string }).interactionId;

describe('a budget of a group of agents', () => {
  it('is judged on what its agents cost, and on nobody else', () => {
    // Two of the four agents: CNY 32.96 every five minutes.
    const { signals, windows } = driven(
      reference('budget-threshold', [budget({ amountMicros: parseMicros('329.60') })]),
      contactsUntil(60),
    );
    expect(fired(signals)).toEqual([['budget-threshold:group:night:month', 0.5]]);
    expect(signals[0]).toMatchObject({
      scope: 'group',
      id: 'night',
      summary: 'Group night has spent 50.0% of its budget of the month: CNY 164.80 of 329.60, threshold 50%',
    });
    expect(windows.some(({ scope }) => (scope as string) === 'group')).toBe(false);
  });

  it('burns, is projected and split against its plan, the same after any restart and with late contacts', () => {
    const plan = [budget({ amountMicros: parseMicros('4000') })];
    const everyFifth = contactsUntil(27 * 60).filter(({ value }) => /[05]$/.test(idOf(value)));
    for (const [kind, all] of [
      ['burn-rate', contactsUntil(3 * 60)],
      ['budget-forecast', everyFifth],
    ] as const) {
      const late = [...all.slice(0, 100), contact('late', endOf(all[99]!) - 400), ...all.slice(100)];
      const once = driven(reference(kind, plan), late).signals;
      expect(fired(once).map(([key]) => key)).toEqual([`${kind}:group:night:month`]);
      expect(once[0]!.variance?.total).toMatch(/^[1-9]/);
      expect(driven(reference(kind, plan), late, 7).signals).toEqual(once);
    }
  });

  it('is missed where other groups have one, if the rule is to look there', () => {
    const groups = [NIGHT, { groupId: 'day', agents: ['a-2'] }, { groupId: 'nobody', agents: ['a-9'] }];
    const { rules, ...rest } = reference('unapproved-spend', [budget({})], groups);
    const looking = rules.map((rule) => ({ ...rule, scopes: ['group'] as const }));
    const { signals } = driven({ ...rest, rules: looking }, contactsUntil(30));
    expect(fired(signals).map(([key]) => key)).toEqual(['unapproved-spend:group:day']);
  });

  it('is told of to the API', () => {
    const driver = driven(reference('budget-threshold', [budget({})]), contactsUntil(65));
    driver.tick();
    const told = driver.outputs.filter(({ topic, key }) => topic === 'live' && String(key).startsWith('budget:'));
    expect(JSON.parse(String(told.at(-1)!.value))).toMatchObject({ budgetId: 'b', spent: '395.52' });
    const scopes = driver.outputs.filter(({ topic }) => topic === 'live').map(({ key }) => String(key).split(':')[0]);
    expect(scopes).not.toContain('group');
  });

  it('takes back what a better copy moves to an agent outside, and what a correction takes from a bill', () => {
    const rules = reference('budget-threshold', [budget({})]);
    const first = contact('moved', 0, { updatedAt: at(1) });
    const moved = contact('moved', 0, { updatedAt: at(2), agentId: 'a-2' });
    const line = bill('l-1', { allocate: { to: 'agent', id: 'a-3' } });
    const spent = (...records: DriverRecord[]): Micros | undefined => {
      const driver = driven(rules, [...contactsUntil(25), ...records]);
      driver.finish();
      return spentBy(driver).get('b');
    };
    // Five contacts of each of the two, the one that will move, and the bill.
    expect(spent(first, line)).toBe(parseMicros('164.80') + parseMicros('16.48') + parseMicros('60'));
    const to = { allocate: { to: 'agent', id: 'a-3' } };
    const corrected = bill('l-2', { amount: '1.00', correctionOf: 'l-1', ...to });
    expect(spent(first, line, { ...moved, key: 'a-1' }, corrected)).toBe(parseMicros('165.80'));
  });
});

const CHANGE = BASE + 20 * MINUTE * 1000;
/** Overlapping; `mixed` is another set from a moment on. */
const GROUPS: AgentGroup[] = [
  NIGHT,
  { groupId: 'new', agents: ['a-3', 'a-4'] },
  { groupId: 'mixed', agents: ['a-1', 'a-2'], toMs: CHANGE },
  { groupId: 'mixed', agents: ['a-2', 'a-4'], fromMs: CHANGE },
];
const STEADY = GROUPS.filter(({ groupId }) => groupId !== 'mixed');
const BUDGETS = [
  ...AGENTS.map((id) => budget({ budgetId: id, scope: 'agent', id })),
  ...['night', 'new', 'mixed'].map((id) => budget({ budgetId: id, id })),
];

const facts = fc.array(
  fc.record({
    agentId: fc.constantFrom(...AGENTS),
    atSeconds: fc.integer({ min: 0, max: 40 * MINUTE }),
    id: fc.nat(20),
    talkSeconds: fc.nat(2_000),
    updatedAt: fc.integer({ min: BASE, max: BASE + 3 }),
    handledBy: fc.constantFrom('agent' as const, 'vendor' as const, 'bot' as const),
    /** What has a field that is not read goes the long way. */
    more: fc.constantFrom({}, { unread: {} }),
  }),
  { minLength: 1, maxLength: 40 },
);
const states = fc.array(
  fc.record({
    agentId: fc.constantFrom(...AGENTS),
    state: fc.constantFrom('available', 'break', 'handling', 'offline'),
    at: fc.integer({ min: BASE, max: BASE + 40 * MINUTE * 1000 }),
  }),
  { maxLength: 12 },
);
const lines = fc.array(
  fc.record({
    amount: fc.integer({ min: 1, max: 9_999_999 }).map((micros) => `3.${String(micros).padStart(7, '0').slice(0, 6)}`),
    lastsMs: fc.integer({ min: 1, max: 40 * MINUTE * 1000 }),
    allocate: fc.oneof(
      fc.constantFrom(...AGENTS).map((id) => ({ to: 'agent', id })),
      fc.constantFrom('handle-seconds', 'contacts', 'even').map((by) => ({ to: 'agent', by })),
      fc.constant({ to: 'agent', by: 'weights', weights: { 'a-1': 1, 'a-4': 2.5, 'x-1': 0.7 } }),
    ),
  }),
  { maxLength: 5 },
);

type Fact = typeof facts extends fc.Arbitrary<(infer F)[]> ? F : never;

function recordsOf(contacts: readonly Fact[]): DriverRecord[] {
  return contacts.map(({ agentId, atSeconds, id, handledBy, more, ...rest }) => {
    const who = { agent: {}, vendor: { vendorId: 'v' }, bot: { botId: 'b' } }[handledBy];
    const fields = { ...rest, ...more, ...who, agentId, handledBy };
    return { ...contact(`i-${String(id)}`, atSeconds, fields), key: `k-${String(id)}` };
  });
}

/** So that both partitions of the cost stage have a clock beyond everything. */
const CLOCK = ['a-1', 'a-2'].map((key) => ({ ...contact(`clock-${key}`, 60 * MINUTE, { agentId: 'x' }), key }));

describe('a group', () => {
  it('costs what the contacts of those who were in it cost, to the micro, however often they are told', () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 1, max: 4 }), (contacts, restartEvery) => {
        const from = reference('budget-threshold', BUDGETS, GROUPS);
        const driver = driven(from, [...recordsOf(contacts), ...CLOCK], restartEvery);
        driver.finish();
        const book = new RateBook(from);
        const newest = new Map(driver.costEvents.map((event) => [event.sourceId, event]));
        const isIn = (id: string, { agentId = '', botId, occurredAt }: CostEvent) =>
          botId === undefined && book.groupsOf(agentId, Date.parse(occurredAt))?.includes(id) === true;
        for (const id of ['night', 'new', 'mixed']) {
          const own = [...newest.values()].filter((event) => isIn(id, event));
          const expected = own.reduce((sum, { amount }) => sum + parseMicros(amount), 0n);
          expect([id, spentBy(driver).get(id) ?? 0n]).toEqual([id, expected]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('costs what its agents do in all, with paid time, their bills and their shares of bills', () => {
    fc.assert(
      fc.property(facts, states, lines, fc.integer({ min: 1, max: 4 }), (contacts, entered, billed, restartEvery) => {
        const driver = driven(
          reference('budget-threshold', BUDGETS, STEADY),
          [
            ...billed.map(({ amount, lastsMs, allocate }, index) =>
              bill(`l-${String(index)}`, { amount, allocate, periodStart: BASE, periodEnd: BASE + lastsMs }),
            ),
            ...entered.map((each) => ({ ...agentState(0, each), key: each.agentId })),
            ...recordsOf(contacts),
            bill('taken', { amount: '0.07', allocate: { to: 'agent', id: 'a-4' }, correctionOf: 'l-0' }),
            ...CLOCK,
          ],
          restartEvery,
        );
        driver.finish(BASE + 60 * MINUTE * 1000);
        const spent = spentBy(driver);
        const of = (id: string) => spent.get(id) ?? 0n;
        expect([of('night'), of('new')]).toEqual([of('a-1') + of('a-3'), of('a-3') + of('a-4')]);
      }),
      { numRuns: 10 },
    );
  });
});
