import type { AccrualLine } from '#libs/domain';
import { CorrectedBills, linesWithout } from './corrected-bills.js';

const ALL = { scope: 'all', id: 'all' } as const;
const line = (lineId: string): AccrualLine => ({
  ...{ lineId, dimension: 'system', amountMicros: 5n, startMs: 0, endMs: 9 },
});
const ids = (bills: CorrectedBills, ...lines: AccrualLine[]): string[] =>
  [...linesWithout(bills.of(ALL), lines)].map(({ lineId }) => lineId);

describe('bills without their corrections', () => {
  it('are those that were taken back in place of those that came', () => {
    const bills = new CorrectedBills();
    bills.taken(ALL, line('old'));
    bills.added(ALL, 'new');
    expect(ids(bills, line('other'), line('new'))).toEqual(['other', 'old']);
    const restored = new CorrectedBills();
    restored.restore(JSON.parse(JSON.stringify(bills)) as ReturnType<CorrectedBills['toJSON']>);
    expect(restored.of(ALL)).toEqual(bills.of(ALL));
    bills.clear();
    expect(ids(bills, line('other'), line('new'))).toEqual(['other', 'new']);
  });

  it('know nothing of what came and went in between', () => {
    const bills = new CorrectedBills();
    bills.taken(ALL, line('first'));
    bills.added(ALL, 'second');
    bills.taken(ALL, line('second'));
    bills.added(ALL, 'third');
    expect(ids(bills, line('third'))).toEqual(['first']);
  });
});
