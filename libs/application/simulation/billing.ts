import type { BillingLine } from '#libs/contract';
import { rfc3339, type Calendar, type TimeSpan } from '#libs/domain';
import { MONTHLY_LINES, MONTHLY_REVENUE, PROMOTION_COST, VENDOR_RETAINER, type MonthlyLine } from './calibration.js';
import type { SimulatedCentre } from './centre.js';
import type { BillingEvent, RevenueEvent } from './event.js';
import { occurrencesIn, type ScenarioPlan } from './scenario.js';

const DAY_MS = 86_400_000;
const HALF_MONTH_MS = 14 * DAY_MS;

/**
 * Bills and revenue of the month that holds `atMs`, dated at its start. The ids name the month and not the seed: sent again
 * after a restart, they are the same lines and count once.
 */
export function monthlyEvents(
  centre: SimulatedCentre,
  calendar: Calendar,
  atMs: number,
): (BillingEvent | RevenueEvent)[] {
  const month = calendar.monthOf(atMs);
  // The middle of a month lies in it in every zone.
  const name = rfc3339(month.startMs + HALF_MONTH_MS).slice(0, 7);
  const { currency } = centre;
  const retainers: readonly MonthlyLine[] = centre.vendorIds.map((vendorId) => ({
    slug: `retainer-${vendorId}`,
    supplier: vendorId,
    dimension: 'outsourcing' as const,
    subcategory: 'retainer',
    description: 'Monthly retainer',
    amount: VENDOR_RETAINER,
    vendorId,
    allocate: { to: 'vendor' as const, id: vendorId },
  }));
  const idOf = (slug: string) => `sim-${name}-${slug}`;
  const lines = [...MONTHLY_LINES, ...retainers].map(({ slug, corrects, ...line }) => {
    const correction = corrects === undefined ? {} : { correctionOf: idOf(corrects) };
    return billingEvent({ ...line, ...correction, currency }, idOf(slug), `sim-${name}`, month);
  });
  const revenue = { amount: MONTHLY_REVENUE, currency, ...periodOf(month) };
  const revenueId = `sim-${name}-revenue`;
  const data = { revenueId, ...revenue };
  return [...lines, { topic: 'revenue', key: revenueId, id: revenueId, atMs: month.startMs, data }];
}

/**
 * Bills of the promotions that start in [fromMs, toMs): a day's staffing allowance each, which the accounts put under
 * labour.
 */
export function promotionBills(
  { currency }: SimulatedCentre,
  plans: readonly ScenarioPlan[],
  fromMs: number,
  toMs: number,
): BillingEvent[] {
  const starts = occurrencesIn(plans, fromMs, toMs).filter(({ scenario }) => scenario === 'promotion');
  return starts.map(({ startMs }) => {
    const lineId = `sim-promotion-${startMs.toString(36)}`;
    return billingEvent({ ...PROMOTION_COST, currency }, lineId, lineId, { startMs, endMs: startMs + DAY_MS });
  });
}

function billingEvent(
  line: Pick<BillingLine, 'supplier' | 'dimension' | 'amount' | 'currency'>,
  lineId: string,
  invoiceId: string,
  period: TimeSpan,
): BillingEvent {
  const data: BillingLine = { lineId, invoiceId, ...line, ...periodOf(period) };
  return { topic: 'billingLines', key: lineId, id: lineId, atMs: period.startMs, data };
}

function periodOf({ startMs, endMs }: TimeSpan): { billedAt: string; periodStart: string; periodEnd: string } {
  return { billedAt: rfc3339(startMs), periodStart: rfc3339(startMs), periodEnd: rfc3339(endMs) };
}
