import { zonedCalendar } from '#libs/adapters/calendar';
import type { Signal } from '#libs/contract';
import { buildReference, referenceEntry, type ReferenceEntry } from '../reference/index.js';
import { at } from '../stages/centre.fixture.js';
import { explain, type Explanation } from './explain.js';
import { CURRENT, dependencies, driven, pastOf, TRAFFIC, unitCost } from './past.fixture.js';

const SIGNALS = driven();

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
