import type { Budget, BurnRateRule } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { contact, REFERENCE } from '../centre.fixture.js';

const HOUR = 3_600;

const rule: BurnRateRule = {
  ...{ ruleId: 'burn', kind: 'burn-rate', version: 1, enabled: true, forMs: 0, keepFiringMs: 300_000 },
  pairs: [{ longMs: 3_600_000, shortMs: 300_000, factor: 14.4, severity: 'critical' }],
};
/** CNY 100 an hour, flat, with a tolerance of 10%. */
const budget: Budget = {
  ...{ budgetId: 'b', scope: 'all', id: 'all', period: 'month', amountMicros: 72_000_000_000n },
  ...{ currency: 'CNY', status: 'approved', version: 1 },
};

/**
 * A contact every two minutes: nine emails of one's own people at CNY 1, then a chat of a vendor at 7. From contact `busyFrom` on
 * emails cost 12.
 */
function traffic(contacts: number, busyFrom: number): DriverRecord[] {
  return Array.from({ length: contacts }, (_, index): DriverRecord => {
    const id = `i-${String(index)}`;
    if (index % 10 === 9)
      return contact(id, index * 120, { channel: 'chat', handledBy: 'vendor', agentId: undefined, vendorId: 'v-1' });
    return contact(id, index * 120, { channel: 'email', talkSeconds: index < busyFrom ? 30 : 360 });
  });
}

function firstOf(records: readonly DriverRecord[], partitions: number) {
  const driver = new PipelineDriver({ reference: { ...REFERENCE, rules: [rule], budgets: [budget] }, partitions });
  for (let at = 0; at < records.length; at += 30) driver.send(...records.slice(at, at + 30));
  driver.finish();
  return driver.signals[0];
}

describe('the contributors of a burn rate of the whole', () => {
  it('are the channels and vendors that cost more than a day before, with their share of the excess', () => {
    const busyFrom = (26 * HOUR) / 120;
    const signal = firstOf(traffic(busyFrom + 30, busyFrom), 2);
    // Emails cost 11 more each; the vendor did as much as the day before.
    expect(signal?.contributors).toHaveLength(1);
    const [email] = signal!.contributors!;
    const emails = Number(email!.amount) / 11;
    expect(email).toMatchObject({ scope: 'channel', id: 'email', share: 1 });
    expect(Number.isInteger(emails) && emails > 9).toBe(true);
  });

  it('are those of the hour before a day was seen', () => {
    const signal = firstOf(traffic(60, 10), 1);
    const parts = signal!.contributors!;
    expect(parts.map(({ scope, id }) => `${scope} ${id}`)).toEqual(['channel email', 'channel chat', 'vendor v-1']);
    const [email, chat, vendor] = parts;
    expect(email!.share + chat!.share).toBeCloseTo(1, 3);
    expect(vendor).toMatchObject({ amount: chat!.amount, share: chat!.share });
  });
});
