import { MAX_WIRE_MICROS, parseMicros } from '../money/index.js';
import type { Contact } from '../facts/index.js';
import type { RateCard, Reference } from '../reference/index.js';
import { rateContact, type CostLine, type Rating } from './rate-contact.js';
import { bookOf, card, contact } from './rating.fixture.js';

type Rated = Extract<Rating, { ok: true }>;

function rate(cards: readonly RateCard[], over: Partial<Contact> = {}, reference: Partial<Reference> = {}): Rated {
  const rating = rateContact(contact(over), bookOf(cards, reference));
  if (!rating.ok) throw new Error(`${rating.fault}: ${rating.detail}`);
  return rating;
}

const faultOf = (cards: readonly RateCard[], over: Partial<Contact>, reference: Partial<Reference> = {}) => {
  const rating = rateContact(contact(over), bookOf(cards, reference));
  return rating.ok ? undefined : rating.fault;
};
const sum = (lines: readonly CostLine[]) => lines.reduce((total, line) => total + line.amountMicros, 0n);
const seconds = (value: number) => ({ unscaled: BigInt(value), scale: 0 });

describe('labour', () => {
  it('is handle time x hourly rate', () => {
    expect(rate([card()])).toEqual({
      ok: true,
      lines: [{ dimension: 'labour', amountMicros: 16_000_000n, rateId: 'base', quantity: 480, unit: 'seconds' }],
      overtimeMicros: 0n,
      unrated: false,
    });
  });

  it('takes the most specific rate in force: agent, team, region, default', () => {
    const cards = [
      card(),
      card({ rateId: 'region', for: 'region', id: 'north' }),
      card({ rateId: 'team', for: 'team', id: 'north-1' }),
      card({ rateId: 'agent', for: 'agent', id: 'a-1' }),
      card({ rateId: 'another', for: 'agent', id: 'a-2' }),
    ];
    const rateIdWithout = (...gone: string[]) =>
      rate(cards.filter(({ rateId }) => !gone.includes(rateId))).lines[0]?.rateId;
    expect(rateIdWithout()).toBe('agent');
    expect(rateIdWithout('agent')).toBe('team');
    expect(rateIdWithout('agent', 'team')).toBe('region');
    expect(rateIdWithout('agent', 'team', 'region')).toBe('base');
    // A contact that nobody places falls to the default.
    const book = bookOf(cards);
    const { agentId: _, team: __, region: ___, ...unplaced } = contact();
    expect(rateContact(unplaced, book)).toMatchObject({ lines: [{ rateId: 'base' }] });
  });

  it('takes the rate that was in force when the contact ended', () => {
    const cards = [
      card({ rateId: 'old', toMs: 1_000_000 }),
      card({ rateId: 'new', fromMs: 1_000_000, amountMicros: 150_000_000n }),
    ];
    expect(rate(cards, { endedAtMs: 999_999 }).lines[0]?.rateId).toBe('old');
    expect(rate(cards, { endedAtMs: 1_000_000 }).lines[0]?.rateId).toBe('new');
  });

  it.each([
    [undefined, 24_000_000n],
    [1_000_000n, 16_000_000n],
    [1_333_333n, 21_333_328n],
    [3_000_000n, 48_000_000n],
  ])('multiplies overtime by %s millionths, 1.5 unless the card says otherwise', (multiplier, amountMicros) => {
    const cards = [card(multiplier === undefined ? {} : { overtimeMultiplierMicros: multiplier })];
    const rating = rate(cards, { overtime: true });
    expect(rating.lines[0]?.amountMicros).toBe(amountMicros);
    expect(rating.overtimeMicros).toBe(amountMicros);
    expect(rate(cards).lines[0]?.amountMicros).toBe(16_000_000n);
  });

  it('divides an hourly rate into wages, social insurance and training, adding up exactly', () => {
    const splitPpm = { wages: 692_308, socialInsurance: 153_846, training: 153_846 };
    const rating = rate([card({ splitPpm })], { handleSeconds: { unscaled: 1n, scale: 4 }, overtime: true });
    expect(rating.lines.map(({ subcategory, amountMicros }) => [subcategory, amountMicros])).toEqual([
      ['wages', 3n],
      ['social-insurance', 1n],
      ['training', 1n],
    ]);
    expect(rating.lines.every(({ dimension }) => dimension === 'labour')).toBe(true);
    expect(rating.overtimeMicros).toBe(5n);
  });

  it('is nobody’s when no rate is in force: costed as far as it goes, and told', () => {
    const channel = card({ rateId: 'line', for: 'channel', id: 'voice', kind: 'per-minute', amountMicros: 60_000n });
    const rating = rate([card({ toMs: 1_000_000 }), channel]);
    expect(rating.unrated).toBe(true);
    expect(rating.lines.map(({ rateId }) => rateId)).toEqual(['line']);
  });
});

describe('bots', () => {
  const bot = { handledBy: 'bot', botId: 'b', channel: 'chat' } as const;
  const perContact = card({ rateId: 'contact', for: 'bot', kind: 'per-contact', amountMicros: 500_000n });
  const perToken = card({ rateId: 'tokens', for: 'bot', kind: 'per-unit', unit: 'tokens', amountMicros: 3n });

  it('cost their rate per contact and their units, and no labour', () => {
    const rating = rate([card(), perContact, perToken], { ...bot, units: { tokens: 1234.5, unused: 0 } });
    expect(rating).toMatchObject({ unrated: false, overtimeMicros: 0n });
    expect(rating.lines).toEqual([
      {
        dimension: 'system',
        subcategory: 'ai',
        amountMicros: 500_000n,
        rateId: 'contact',
        quantity: 1,
        unit: 'contact',
      },
      // 3703.5 micros: half to even.
      {
        dimension: 'system',
        subcategory: 'ai',
        amountMicros: 3_704n,
        rateId: 'tokens',
        quantity: 1234.5,
        unit: 'tokens',
      },
    ]);
  });

  it('have a rate of their own before that of all bots', () => {
    const own = card({ ...perContact, rateId: 'own', id: 'b' });
    const ownToken = card({ ...perToken, rateId: 'own-tokens', id: 'b' });
    const cards = [perContact, own, perToken, ownToken];
    expect(rate(cards, { ...bot, units: { tokens: 1 } }).lines.map(({ rateId }) => rateId)).toEqual([
      'own',
      'own-tokens',
    ]);
    expect(rate(cards, { ...bot, botId: 'c', units: { tokens: 1 } }).lines.map(({ rateId }) => rateId)).toEqual([
      'contact',
      'tokens',
    ]);
  });

  it('are told of when a unit has no price', () => {
    expect(rate([perContact], { ...bot, units: { tokens: 1 } }).unrated).toBe(true);
    expect(rate([], bot)).toMatchObject({ lines: [], unrated: true });
  });

  it('may be priced by their units alone', () => {
    expect(rate([perToken], { ...bot, units: { tokens: 1 } })).toMatchObject({
      lines: [{ rateId: 'tokens' }],
      unrated: false,
    });
    // Nothing was metered, so nothing is owed.
    expect(rate([perToken], bot)).toMatchObject({ lines: [], unrated: false });
    expect(rate([perToken], { ...bot, units: { tokens: 1, images: 1 } }).unrated).toBe(true);
    expect(rate([{ ...perToken, id: 'another' }], bot).unrated).toBe(true);
    expect(rate([{ ...perToken, toMs: 1_000_000 }], bot).unrated).toBe(true);
  });
});

describe('vendors', () => {
  const vendor = { handledBy: 'vendor', vendorId: 'v' } as const;
  const perContact = card({ rateId: 'contact', for: 'vendor', kind: 'per-contact', amountMicros: 7_000_000n });
  const perMinute = card({ rateId: 'minute', for: 'vendor', id: 'v', kind: 'per-minute', amountMicros: 800_000n });

  it('cost their rate per contact', () => {
    expect(rate([card(), perContact], vendor).lines).toEqual([
      { dimension: 'outsourcing', amountMicros: 7_000_000n, rateId: 'contact', quantity: 1, unit: 'contact' },
    ]);
  });

  it('cost their rate per minute of handle time', () => {
    expect(rate([perMinute], { ...vendor, handleSeconds: { unscaled: 9001n, scale: 2 } }).lines).toEqual([
      { dimension: 'outsourcing', amountMicros: 1_200_133n, rateId: 'minute', quantity: 90.01, unit: 'seconds' },
    ]);
  });

  it('cost one or the other where both are in force: the one that came last, at a draw the contact', () => {
    const own = card({ ...perContact, id: 'v' });
    const idsOf = (...cards: RateCard[]) => rate(cards, vendor).lines.map(({ rateId }) => rateId);
    expect(idsOf(own, perMinute)).toEqual(['contact']);
    expect(idsOf({ ...own, fromMs: 1 }, { ...perMinute, fromMs: 2 })).toEqual(['minute']);
    expect(idsOf(own, { ...perMinute, fromMs: 2 })).toEqual(['minute']);
    expect(idsOf({ ...own, fromMs: 2 }, { ...perMinute, fromMs: 1 })).toEqual(['contact']);
    // What has ended, or not begun, is no contract.
    expect(idsOf(own, { ...perMinute, fromMs: 2, toMs: 3 })).toEqual(['contact']);
    expect(idsOf(own, { ...perMinute, fromMs: 2_000_000 })).toEqual(['contact']);
  });

  it('cost what their own contract says and not what all vendors cost besides', () => {
    const lines = rate([perContact, perMinute], vendor).lines;
    expect(lines.map(({ rateId }) => rateId)).toEqual(['minute']);
    expect(rate([perContact, perMinute], { ...vendor, vendorId: 'w' }).lines[0]?.rateId).toBe('contact');
  });

  it('are told of when nothing says what they cost', () => {
    expect(rate([card()], vendor)).toMatchObject({ lines: [], unrated: true });
  });
});

describe('channels', () => {
  const minute = card({ rateId: 'line', for: 'channel', id: 'voice', kind: 'per-minute', amountMicros: 60_000n });
  const message = card({
    rateId: 'sms',
    for: 'channel',
    id: 'voice',
    kind: 'per-unit',
    unit: 'sms',
    amountMicros: 45_000n,
  });
  const handlers = ['agent', 'bot', 'vendor'] as const;

  it.each(handlers)('cost connected time by the minute, not handle time, also when a %s handles', (handledBy) => {
    const { lines } = rate([minute], { handledBy, connectedMs: 90_500, handleSeconds: seconds(7) });
    expect(lines).toEqual([
      {
        dimension: 'system',
        subcategory: 'telephony',
        amountMicros: 90_500n,
        rateId: 'line',
        quantity: 90.5,
        unit: 'seconds',
      },
    ]);
  });

  it.each(handlers)('cost their units, also when a %s handles', (handledBy) => {
    const { lines } = rate([message], { handledBy, units: { sms: 3 } });
    expect(lines).toEqual([
      {
        dimension: 'system',
        subcategory: 'messaging',
        amountMicros: 135_000n,
        rateId: 'sms',
        quantity: 3,
        unit: 'sms',
      },
    ]);
  });

  it('cost what their own card says before that of all channels, under its sub-category', () => {
    const all = card({ ...minute, rateId: 'all', subcategory: 'messaging' });
    const { id: _, ...any } = all;
    expect(rate([any, minute]).lines[0]).toMatchObject({ rateId: 'line', subcategory: 'telephony' });
    expect(rate([any, minute], { channel: 'chat' }).lines[0]).toMatchObject({
      rateId: 'all',
      subcategory: 'messaging',
    });
  });

  it('cost nothing, and nothing is missing, where connected time has no price', () => {
    expect(rate([card()]).unrated).toBe(false);
    expect(rate([card()], { units: { fax: 1 } }).unrated).toBe(true);
  });
});

describe('charges and currencies', () => {
  const charge = (amount: string, currency = 'CNY') =>
    ({ dimension: 'marketing', amountMicros: parseMicros(amount), currency }) as const;
  const usd = { fxRates: [{ currency: 'USD', rateMicros: 7_123_457n, fromMs: 500_000 }] };

  it('are added as they are, credits too', () => {
    const charges = [charge('1.50'), { ...charge('-0.25'), subcategory: 'gifts' }];
    const { lines } = rate([card()], { charges });
    expect(lines.slice(1)).toEqual([
      { dimension: 'marketing', amountMicros: 1_500_000n },
      { dimension: 'marketing', subcategory: 'gifts', amountMicros: -250_000n },
    ]);
    expect(sum(lines)).toBe(17_250_000n);
  });

  it('convert at the rate in force at event time, rounded half to even once', () => {
    // 0.5 x 7.123457 micros = 3.5617285, and 2.5 micros stay 2.
    expect(rate([card()], { charges: [charge('0.500000', 'USD')] }, usd).lines[1]?.amountMicros).toBe(3_561_728n);
    const even = { fxRates: [{ currency: 'USD', rateMicros: 2_500_000n }] };
    expect(rate([card()], { charges: [charge('0.000001', 'USD')] }, even).lines[1]?.amountMicros).toBe(2n);
    expect(rate([card()], { charges: [charge('0.000003', 'USD')] }, even).lines[1]?.amountMicros).toBe(8n);
  });

  it('are not rounded in the foreign currency first', () => {
    // One second at 0.0018 USD an hour is half a micro-dollar: zero if rounded before it is converted.
    const cards = [card({ amountMicros: 1_800n, currency: 'USD' })];
    expect(rate(cards, { handleSeconds: seconds(1) }, usd).lines[0]?.amountMicros).toBe(4n);
  });

  it('cannot be costed without a rate in force', () => {
    expect(faultOf([card()], { charges: [charge('1', 'USD')], endedAtMs: 499_999 }, usd)).toBe('no-fx-rate');
    expect(faultOf([card()], { charges: [charge('1', 'USD')], endedAtMs: 500_000 }, usd)).toBeUndefined();
    expect(faultOf([card({ currency: 'EUR' })], {})).toBe('no-fx-rate');
  });

  it('say no to what has more than ten integer digits: a line, a dimension, the whole', () => {
    const most = { dimension: 'labour', amountMicros: MAX_WIRE_MICROS, currency: 'CNY' } as const;
    const back = { dimension: 'system', amountMicros: -MAX_WIRE_MICROS, currency: 'CNY' } as const;
    expect(faultOf([], { charges: [most] })).toBeUndefined();
    expect(faultOf([], { charges: [{ ...most, currency: 'USD' }] }, usd)).toBe('overflow');
    expect(faultOf([], { charges: [{ ...back, currency: 'USD' }] }, usd)).toBe('overflow');
    expect(faultOf([], { charges: [most, { ...most, dimension: 'system', amountMicros: 1n }] })).toBe('overflow');
    // The whole is zero, but no breakdown could be written.
    expect(faultOf([], { charges: [most, most, back, back] })).toBe('overflow');
    expect(faultOf([], { charges: [most, back] })).toBeUndefined();
  });
});
