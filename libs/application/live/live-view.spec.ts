import { fixedOffsetCalendar, type Budget, type Reference } from '#libs/domain';

import { EMPTY_REFERENCE } from '../reference/index.js';
import { feedRecord } from './live-topics.js';
import { LiveView } from './live-view.js';
import { liveOf, signalOf, windowOf } from './live-window.fixture.js';

// 3 November 2026, 10:00 in Shanghai.
const AS_OF_MS = Date.parse('2026-11-03T02:00:00.000Z');
const MONTH_START_MS = Date.parse('2026-10-31T16:00:00.000Z');
const MIDNIGHT_MS = Date.parse('2026-11-02T16:00:00.000Z');
const NOW_MS = AS_OF_MS + 1_500;

const BUDGET: Budget = {
  budgetId: 'service-2026-11',
  scope: 'all',
  id: 'all',
  period: 'month',
  amountMicros: 40_000_000_000n,
  currency: 'CNY',
  status: 'approved',
  version: 1,
};

function viewOf(reference: Partial<Reference> = {}): LiveView {
  const view = new LiveView({ calendarOf: () => fixedOffsetCalendar(8 * 3_600_000), topAgents: 2 });
  view.acceptReference({ ...EMPTY_REFERENCE, ...reference });
  return view;
}

function monthOf(amount: string, endMs = AS_OF_MS): ReturnType<typeof windowOf> {
  return windowOf({ window: 'month', startMs: MONTH_START_MS, endMs, amount });
}

describe('LiveView', () => {
  it('says nothing rather than zero before the first record', () => {
    const view = new LiveView({ calendarOf: () => fixedOffsetCalendar(8 * 3_600_000) });
    const { organisation, clock, totals, signals } = view.sections();
    expect(organisation).toBeNull();
    expect(clock).toEqual({ asOf: null, watermark: null, movedAt: null, historyRead: false });
    expect(totals).toEqual({ costPerMinute: null, today: null, month: null, windows: {} });
    expect(signals).toEqual({ firing: [], resolved: [] });
    expect(view.series()).toEqual({ stepMs: 60_000, ids: ['all'], points: [], head: null });
  });

  it('shows the cost now and what a contact costs', () => {
    const view = viewOf();
    const hour = { window: '1h', endMs: AS_OF_MS, amount: '1200.00', interactions: 90, resolved: 80, automated: 18 };
    view.acceptLive(
      liveOf('all', 'all', AS_OF_MS, {
        '5m': windowOf({ window: '5m', endMs: AS_OF_MS, amount: '100.01' }),
        '1h': windowOf({ ...hour, handledByAgents: 60, handleSeconds: 36_000 }),
      }),
      NOW_MS,
    );
    view.acceptLive(
      liveOf('vendor', 'v', AS_OF_MS, { '1h': windowOf({ scope: 'vendor', id: 'v', ...hour, interactions: 12 }) }),
      NOW_MS,
    );
    const { totals, clock } = view.sections();
    expect(totals.costPerMinute).toBe('20.002');
    expect(totals.windows['1h']).toMatchObject({
      amount: '1200.00',
      costPerInteraction: '13.333333',
      costPerResolution: '15.00',
      averageHandleSeconds: 500,
      automationRatio: 0.2,
    });
    expect(clock).toMatchObject({ asOf: '2026-11-03T02:00:00.000Z', movedAt: '2026-11-03T02:00:01.500Z' });
  });

  it('knows when the stream last moved, however often the same is written again', () => {
    const view = viewOf();
    const movedAt = (): string | null => view.sections().clock.movedAt;
    const record = liveOf('all', 'all', AS_OF_MS, {});
    view.acceptLive(record, NOW_MS);
    view.acceptLive(record, NOW_MS + 1_000);
    view.acceptLive(liveOf('queue', 'cards', AS_OF_MS - 1, {}), NOW_MS + 2_000);
    expect(movedAt()).toBe('2026-11-03T02:00:01.500Z');
    view.acceptLive({ ...record, watermark: AS_OF_MS }, NOW_MS + 3_000);
    expect(movedAt()).toBe('2026-11-03T02:00:04.500Z');
    view.acceptLive(liveOf('queue', 'cards', AS_OF_MS + 1, {}), NOW_MS + 4_000);
    expect(movedAt()).toBe('2026-11-03T02:00:05.500Z');
  });

  it('divides by nothing where there is nothing', () => {
    const view = viewOf();
    view.acceptLive(liveOf('all', 'all', AS_OF_MS, { '1h': windowOf({ window: '1h', endMs: AS_OF_MS }) }), NOW_MS);
    expect(view.sections().totals.windows['1h']).toMatchObject({
      costPerInteraction: null,
      costPerResolution: null,
      averageHandleSeconds: null,
      automationRatio: null,
    });
  });

  it('forecasts the month by the share of it that has passed, against the approved budget in force', () => {
    const budgets: Budget[] = [
      { ...BUDGET, budgetId: 'not-yet', fromMs: AS_OF_MS + 1 },
      { ...BUDGET, budgetId: 'draft', status: 'draft' },
      { ...BUDGET, budgetId: 'of-a-team', scope: 'team', id: 'north-1' },
      BUDGET,
    ];
    const view = viewOf({ budgets });
    view.acceptLive(liveOf('all', 'all', AS_OF_MS, { month: monthOf('2900.00') }), NOW_MS);
    // 58 of 720 hours.
    expect(view.sections().totals.month).toEqual({
      start: '2026-10-31T16:00:00.000Z',
      end: '2026-11-30T16:00:00.000Z',
      amount: '2900.00',
      elapsedRatio: 58 / 720,
      forecast: { amount: '36000.00', method: 'elapsed-share' },
      budget: { budgetId: 'service-2026-11', amount: '40000.00', spentRatio: 0.0725, forecastRatio: 0.9 },
    });
  });

  it('knows how a budget stands that no open window tells of, as the rules judged it', () => {
    const view = viewOf();
    const feed = (value: unknown): string =>
      feedRecord(view, 'live', {
        timestamp: String(NOW_MS),
        key: Buffer.from('budget:crm'),
        value: Buffer.from(JSON.stringify(value)),
      });
    const told = { budgetId: 'crm', asOf: AS_OF_MS, spent: '4000.00', forecast: null };
    expect(feed({ ...told, spent: 4000 })).toBe('malformed');
    expect(feed(told)).toBe('taken');
    const { spendingOf } = view.budgetSurroundings();
    const crm: Budget = { ...BUDGET, budgetId: 'crm', scope: 'system', id: 'crm', period: 'quarter' };
    expect(spendingOf({ ...crm, budgetId: 'erp' })).toBeUndefined();
    // 33 days and 10 hours of 92 days.
    expect(spendingOf(crm)).toEqual({
      periodStart: '2026-09-30T16:00:00.000Z',
      periodEnd: '2026-12-31T16:00:00.000Z',
      asOf: '2026-11-03T02:00:00.000Z',
      spent: '4000.00',
      plannedToDate: '14528.985507',
      forecast: null,
      spentRatio: 0.1,
      forecastRatio: null,
    });
    feed({ ...told, forecast: { low: '30000', expected: '50000', high: '60000' } });
    expect(spendingOf(crm)).toMatchObject({ forecastRatio: 1.25 });
  });

  it('forecasts nothing from the first minutes of a month', () => {
    const view = viewOf();
    const asOf = MONTH_START_MS + 59 * 60_000;
    view.acceptLive(liveOf('all', 'all', asOf, { month: monthOf('2900.00', asOf) }), NOW_MS);
    expect(view.sections().totals.month).toMatchObject({ forecast: null, budget: null });
  });

  it('takes what the month had cost at midnight from the cost of the month to date', () => {
    const view = viewOf();
    view.acceptLive(liveOf('all', 'all', AS_OF_MS, { month: monthOf('2900.00') }), NOW_MS);
    view.acceptWindow(monthOf('2400.00', MIDNIGHT_MS - 60_000));
    view.acceptWindow(monthOf('2405.50', MIDNIGHT_MS - 60_000 * 3));
    view.acceptWindow(monthOf('2500.00', MIDNIGHT_MS + 60_000));
    expect(view.sections().totals.today).toBeNull();
    view.markHistoryRead();
    expect(view.sections().totals.today).toEqual({ start: '2026-11-02T16:00:00.000Z', amount: '500.00' });
  });

  it('has no figure for today when nobody knows what was spent before midnight', () => {
    const view = viewOf();
    view.markHistoryRead();
    view.acceptLive(liveOf('all', 'all', AS_OF_MS, { month: monthOf('2900.00') }), NOW_MS);
    view.acceptWindow(monthOf('2500.00', MIDNIGHT_MS + 60_000));
    expect(view.sections().totals.today).toBeNull();
  });

  it('has no figure for today while yesterday is still being read', () => {
    const view = viewOf();
    view.markHistoryRead();
    view.acceptWindow(monthOf('2400.00', MIDNIGHT_MS - 60_000));
    const record = liveOf('all', 'all', AS_OF_MS, { month: monthOf('2900.00') });
    view.acceptLive({ ...record, watermark: MIDNIGHT_MS - 1 }, NOW_MS);
    expect(view.sections().totals.today).toBeNull();
    view.acceptLive({ ...record, watermark: MIDNIGHT_MS }, NOW_MS);
    expect(view.sections().totals.today).toMatchObject({ amount: '500.00' });
  });

  it('lets the last month end where this one begins', () => {
    const view = viewOf();
    view.markHistoryRead();
    view.acceptLive(liveOf('all', 'all', AS_OF_MS, { month: monthOf('300.00') }), NOW_MS);
    view.acceptWindow(
      windowOf({ window: 'month', startMs: 0, endMs: MONTH_START_MS, amount: '90000.00', revision: 1 }),
    );
    expect(view.sections().totals.today).toEqual({ start: '2026-11-02T16:00:00.000Z', amount: '300.00' });
  });

  it('puts channels side by side, with the cost that no channel bears', () => {
    const view = viewOf();
    const hour = { window: '1h', endMs: AS_OF_MS } as const;
    view.acceptLive(liveOf('all', 'all', AS_OF_MS, { '1h': windowOf({ ...hour, amount: '10.000001' }) }), NOW_MS);
    for (const [id, amount] of [
      ['voice', '6.00'],
      ['chat', '1.50'],
    ] as const) {
      const window = windowOf({ ...hour, scope: 'channel', id, amount, interactions: 3 });
      view.acceptLive(liveOf('channel', id, AS_OF_MS, { '1h': window }), NOW_MS);
    }
    const { rows, outside } = view.channels();
    expect(rows.map(({ id }) => id)).toEqual(['chat', 'voice']);
    expect(outside).toEqual({ '1h': '2.500001' });
    view.removeLive('channel', 'chat');
    expect(view.channels().outside).toEqual({ '1h': '4.000001' });
  });

  it('lists the dearest agents of each window, with the team that they are in', () => {
    const view = viewOf({
      agents: [
        { agentId: 'b', team: 'south-1', fromMs: AS_OF_MS + 1 },
        { agentId: 'b', team: 'north-1', toMs: AS_OF_MS + 1 },
      ],
    });
    const spend = { a: ['1.00', '9.00'], b: ['3.00', '8.00'], c: ['2.00', '7.00'], idle: ['0.00', '0.00'] };
    for (const [id, [hour, day]] of Object.entries(spend)) {
      const agent = { scope: 'agent', id, endMs: AS_OF_MS } as const;
      const windows = {
        '1h': windowOf({ ...agent, window: '1h', amount: hour! }),
        '24h': windowOf({ ...agent, window: '24h', amount: day! }),
      };
      view.acceptLive(liveOf('agent', id, AS_OF_MS, windows), NOW_MS);
    }
    const { count, top } = view.sections().agents;
    expect(count).toBe(4);
    expect(top['1h'].map(({ id, team }) => [id, team])).toEqual([
      ['b', 'north-1'],
      ['c', null],
    ]);
    expect(top['24h'].map(({ id }) => id)).toEqual(['a', 'b']);
    expect(view.agents('1h', 10).map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  });

  it('keeps the latest state of each signal, the worst and the oldest first', () => {
    const view = viewOf();
    view.acceptSignal(signalOf({ signalKey: 'late', startedAt: '2026-11-03T01:59:00.000Z' }));
    view.acceptSignal(signalOf({ signalKey: 'early', startedAt: '2026-11-03T01:00:00.000Z' }));
    view.acceptSignal(signalOf({ signalKey: 'bad', severity: 'warning' }));
    view.acceptSignal(signalOf({ signalKey: 'bad', severity: 'critical', sequence: 1 }));
    view.acceptSignal(signalOf({ signalKey: 'over' }));
    view.acceptSignal(signalOf({ signalKey: 'over', status: 'resolved', resolvedAt: '2026-11-03T02:00:00.000Z' }));
    expect(view.signals('firing').map(({ signalKey }) => signalKey)).toEqual(['bad', 'early', 'late']);
    expect(view.sections().signals.resolved.map(({ signalKey }) => signalKey)).toEqual(['over']);
    view.removeSignal('bad');
    expect(view.signals('all').map(({ signalKey }) => signalKey)).toEqual(['early', 'late', 'over']);
  });

  it('draws six hours of closed windows a minute apart and ends in the open one', () => {
    const view = viewOf();
    const five = (endMs: number, amount: string, id?: string): ReturnType<typeof windowOf> =>
      windowOf({ window: '5m', endMs, amount, ...(id === undefined ? {} : { scope: 'channel', id }) });
    view.acceptWindow(five(AS_OF_MS - 7 * 3_600_000, '1.00'));
    view.acceptWindow(five(AS_OF_MS - 60_000, '4.00'));
    view.acceptWindow(five(AS_OF_MS - 60_000, '3.00', 'voice'));
    view.acceptWindow(five(AS_OF_MS, '5.00'));
    view.acceptLive(liveOf('all', 'all', AS_OF_MS, { '5m': five(AS_OF_MS + 10_000, '5.50') }), NOW_MS);
    view.acceptLive(liveOf('channel', 'voice', AS_OF_MS, { '5m': five(AS_OF_MS, '3.50', 'voice') }), NOW_MS);
    const { ids, points, head } = view.series();
    expect(ids).toEqual(['all', 'voice']);
    expect(points).toHaveLength(361);
    expect(points[0]).toEqual({ at: AS_OF_MS - 6 * 3_600_000, amounts: ['1.00', null] });
    expect(points.slice(-3).map(({ amounts }) => amounts)).toEqual([
      ['1.00', null],
      ['4.00', '3.00'],
      ['5.00', '3.00'],
    ]);
    expect(head).toEqual({ at: AS_OF_MS + 10_000, amounts: ['5.50', '3.50'] });
  });

  it('ends the chart in closed windows while the past is being read, and carries them up to the watermark', () => {
    const view = viewOf();
    const five = (endMs: number, amount: string): ReturnType<typeof windowOf> =>
      windowOf({ window: '5m', endMs, amount });
    const record = liveOf('all', 'all', AS_OF_MS, { '5m': five(AS_OF_MS, '9.00') });
    view.acceptWindow(five(AS_OF_MS - 3_600_000, '4.00'));
    view.acceptLive({ ...record, watermark: AS_OF_MS - 1_800_000 }, NOW_MS);
    expect(view.series().head).toBeNull();
    expect(view.series().points.at(-1)).toEqual({ at: AS_OF_MS - 1_800_000, amounts: ['4.00'] });
    view.acceptLive({ ...record, watermark: AS_OF_MS - 900_000 }, NOW_MS);
    expect(view.series().head).toEqual({ at: AS_OF_MS, amounts: ['9.00'] });
  });
});
