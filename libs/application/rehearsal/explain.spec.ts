import { zonedCalendar } from '#libs/adapters/calendar';
import type { Signal } from '#libs/contract';
import type { Budget } from '#libs/domain';
import { PipelineDriver } from '../../testing/pipeline-driver.js';
import { buildReference, EMPTY_REFERENCE, referenceEntry, type ReferenceEntry } from '../reference/index.js';
import { at, bill, contact, REFERENCE } from '../stages/centre.fixture.js';
import { explain, type Explanation } from './explain.js';
import { CURRENT, dependencies, driven, pastOf, TRAFFIC, unitCost } from './past.fixture.js';

const SIGNALS = driven();

const BUDGET = {
  period: 'month',
  amountMicros: 100_000_000n,
  currency: 'CNY',
  status: 'approved',
  version: 1,
} as const satisfies Partial<Budget>;

function explained(
  signal: Signal,
  entries: readonly ReferenceEntry[] = CURRENT,
  records = TRAFFIC,
): Promise<Explanation> {
  const reference = buildReference(entries);
  const calendar = zonedCalendar(reference.organisation.zone);
  return explain({ signal, reference, calendar }, pastOf(records), dependencies, () => Promise.resolve());
}

describe('an explanation', () => {
  it('lists what the signal rests on, and comes to the same again, message by message', async () => {
    for (const signal of SIGNALS) {
      const { recomputed } = await explained(signal);
      expect(recomputed).toEqual({ signal, isSame: true, remarks: [] });
    }
    const [first] = SIGNALS;
    const explanation = await explained(first!);
    // Everything before it is in the hour: a contact every twenty seconds, dealt out to three partitions.
    const count = (Date.parse(first!.observedAt) - Date.parse(at(0))) / 20_000;
    expect(explanation.inputs.reduce((sum, { records }) => sum + records, 0)).toBe(count);
    expect(explanation.inputs).toHaveLength(3);
    expect(explanation.inputs[0]).toMatchObject({ topic: 'interactions', partition: 0, fromOffset: '0' });
    expect(explanation.rates).toEqual([{ rateId: 'labour', amount: `${String(count * 16)}.00`, lines: count }]);
    expect(explanation).toMatchObject({ rule: { version: 1, isThatVersion: true }, recordedFrom: at(0), budgets: [] });
    expect(explanation.window).toEqual({
      name: '1h',
      start: new Date(Date.parse(first!.observedAt) - 3_600_000).toISOString(),
      end: first!.observedAt,
    });
  });

  it('finds again what was told ahead of the watermark, however the input was cut into batches', async () => {
    const rules = EMPTY_REFERENCE.rules.filter(({ kind }) => kind === 'budget-threshold');
    const budget: Budget = { ...BUDGET, budgetId: 'a', scope: 'all', id: 'all', amountMicros: 1_000_000_000n };
    const driver = new PipelineDriver({ reference: { ...REFERENCE, budgets: [budget], rules }, partitions: 1 });
    for (const record of TRAFFIC) driver.send(record);
    const entries = [
      ...CURRENT.filter(({ kind }) => kind !== 'rule'),
      referenceEntry('budget', budget, 1),
      ...rules.map((rule) => referenceEntry('rule', rule, 1)),
    ];
    const first = driver.signals[0]!;
    expect(first.evidence!.watermark! < first.observedAt).toBe(true);
    const { recomputed } = await explained(first, entries);
    expect(recomputed).toMatchObject({ signal: { episodeId: first.episodeId }, isSame: true });
    const dearer = { ...budget, amountMicros: 2_000_000_000n };
    const other = [...entries.filter(({ kind }) => kind !== 'budget'), referenceEntry('budget', dearer, 2)];
    expect(await explained(first, other)).toMatchObject({ recomputed: { signal: null, isSame: false } });
  });

  it('tells of a dimension and of a system what of each fact counts there', async () => {
    const budgets: Budget[] = [
      { ...BUDGET, budgetId: 'd', scope: 'dimension', id: 'system' },
      { ...BUDGET, budgetId: 's', scope: 'system', id: 'crm' },
    ];
    const rules = EMPTY_REFERENCE.rules.filter(({ kind }) => kind === 'budget-threshold');
    const records = [
      bill('l-1', { system: 'crm' }),
      bill('l-2'),
      ...Array.from({ length: 12 }, (_, index) => contact(`v-${String(index)}`, index * 60)),
    ];
    const driver = new PipelineDriver({ reference: { ...REFERENCE, budgets, rules }, partitions: 1 });
    driver.send(...records);
    driver.finish();
    const entries = [
      ...CURRENT.filter(({ kind }) => kind !== 'rule'),
      ...budgets.map((budget) => referenceEntry('budget', budget, 1)),
      ...rules.map((rule) => referenceEntry('rule', rule, 1)),
    ];
    const [dimension, system] = await Promise.all(
      ['dimension', 'system'].map((scope) =>
        explained(
          driver.signals.find((signal) => signal.scope === scope)!,
          entries,
          records,
        ),
      ),
    );
    expect(dimension).toMatchObject({ bills: ['l-1', 'l-2'], recomputed: { isSame: true } });
    // Of each contact the telephone counts, and not its labour.
    expect(dimension!.rates.map(({ rateId }) => rateId)).toEqual(['voice']);
    expect(system).toMatchObject({ bills: ['l-1'], rates: [], recomputed: { isSame: true } });
    expect(system!.inputs.map(({ topic, records: count }) => [topic, count])).toEqual([['billingLines', 1]]);
  });

  it('tells of a group what its agents did', async () => {
    const night = { groupId: 'night', agents: ['a-1'] };
    const group: Budget = { ...BUDGET, budgetId: 'g', scope: 'group', id: 'night' };
    const rules = EMPTY_REFERENCE.rules.filter(({ kind }) => kind === 'budget-threshold');
    const from = { ...REFERENCE, agentGroups: [night], budgets: [group], rules };
    const driver = new PipelineDriver({ reference: from, partitions: 1 });
    driver.send(...TRAFFIC);
    driver.finish();
    const entries = [
      ...CURRENT.filter(({ kind }) => kind !== 'rule'),
      referenceEntry('agent-group', night, 1),
      referenceEntry('budget', group, 1),
      ...rules.map((rule) => referenceEntry('rule', rule, 1)),
    ];
    const [signal] = driver.signals;
    const { recomputed, budgets, inputs } = await explained(signal!, entries);
    expect(recomputed).toEqual({ signal, isSame: true, remarks: [] });
    expect(budgets).toMatchObject([{ budgetId: 'g' }]);
    // Every other contact is of a-1.
    const before = (Date.parse(signal!.observedAt) - Date.parse(at(0))) / 20_000;
    expect(inputs.reduce((sum, { records }) => sum + records, 0)).toBe(Math.ceil(before / 2));
  });

  it('says what does not come out the same, and what changed since', async () => {
    const [, other] = [unitCost, { ...unitCost, version: 2, targetMicros: 11_000_000n }];
    const entries = [...CURRENT.filter(({ kind }) => kind !== 'rule'), referenceEntry('rule', other, 2)];
    const { rule, recomputed } = await explained(SIGNALS[0]!, entries);
    expect(rule).toEqual({ version: 2, isThatVersion: false });
    expect(recomputed.isSame).toBe(false);
    // The traffic began within the hour, which is all that can be said of what was before.
    expect(recomputed.remarks).toEqual([
      'threshold was 10, now 11',
      'part of the window is not kept any more',
      'the rule is at version 2 now, it was at 1',
    ]);
  });

  it('says where the input is not kept any more', async () => {
    const gone = await explained(SIGNALS[0]!, CURRENT, []);
    expect(gone).toMatchObject({ recordedFrom: null, recomputed: { signal: null, isSame: false } });
    expect(gone.recomputed.remarks).toContain('no input is kept any more');
    const half = await explained(SIGNALS[0]!, CURRENT, TRAFFIC.slice(4));
    expect(half.recomputed.isSame).toBe(false);
  });
});
