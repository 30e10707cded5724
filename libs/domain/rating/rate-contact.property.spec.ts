import fc from 'fast-check';
import type { Charge, Contact, HandledBy } from '../facts/index.js';
import type { Decimal } from '../money/index.js';
import type { RateCard } from '../reference/index.js';
import { rateContact } from './rate-contact.js';
import { bookOf, card, contact } from './rating.fixture.js';

/** A second computation of every rule in fractions, none of which shares a line with the first. */
interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}
const times = (...factors: readonly Fraction[]): Fraction =>
  factors.reduce((a, b) => ({ n: a.n * b.n, d: a.d * b.d }), { n: 1n, d: 1n });
const whole = (n: bigint): Fraction => ({ n, d: 1n });
const over = (d: bigint): Fraction => ({ n: 1n, d });
const fractionOf = ({ unscaled, scale }: Decimal): Fraction => ({ n: unscaled, d: 10n ** BigInt(scale) });
const MILLIONTHS = over(1_000_000n);

/** Of the whole numbers around a fraction the nearest, of two as near the even one. */
function nearest({ n, d }: Fraction): bigint {
  const below = n >= 0n || n % d === 0n ? n / d : n / d - 1n;
  const distance = (whole: bigint) => (n - whole * d < 0n ? whole * d - n : n - whole * d);
  return [below, below + 1n].sort((a, b) => {
    const difference = distance(a) - distance(b);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
    return a % 2n === 0n ? -1 : 1;
  })[0]!;
}

const USD_MICROS = 7_123_457n;
const fx = (currency: string): Fraction => times(whole(currency === 'USD' ? USD_MICROS : 1_000_000n), MILLIONTHS);

type Expected = [dimension: string, rateId: string | undefined, amountMicros: bigint];

function expectedLines(contact: Contact, cards: readonly RateCard[]): Expected[] {
  const first = (...candidates: readonly (Partial<RateCard> & Pick<RateCard, 'for' | 'kind'>)[]) => {
    for (const like of candidates) {
      const found = cards.find(
        (each) => each.for === like.for && each.id === like.id && each.kind === like.kind && each.unit === like.unit,
      );
      if (found) return found;
    }
    return undefined;
  };
  const lines: Expected[] = [];
  const add = (dimension: string, of: RateCard | undefined, ...quantity: Fraction[]) => {
    if (of) lines.push([dimension, of.rateId, nearest(times(whole(of.amountMicros), fx(of.currency), ...quantity))]);
  };
  const handle = fractionOf(contact.handleSeconds);
  const kind = 'hourly';
  if (contact.handledBy === 'agent') {
    const hourly = first(
      { for: 'agent', id: contact.agentId!, kind },
      { for: 'team', id: contact.team!, kind },
      { for: 'region', id: contact.region!, kind },
      { for: 'default', kind },
    );
    const overtime = contact.overtime
      ? times(whole(hourly?.overtimeMultiplierMicros ?? 1_500_000n), MILLIONTHS)
      : whole(1n);
    add('labour', hourly, handle, over(3600n), overtime);
  }
  if (contact.handledBy === 'bot') add('system', first({ for: 'bot', kind: 'per-contact' }));
  if (contact.handledBy === 'vendor') {
    const perContact = first({ for: 'vendor', kind: 'per-contact' });
    if (perContact) add('outsourcing', perContact);
    else add('outsourcing', first({ for: 'vendor', kind: 'per-minute' }), handle, over(60n));
  }
  add(
    'system',
    first({ for: 'channel', id: contact.channel, kind: 'per-minute' }),
    whole(BigInt(contact.connectedMs)),
    over(60_000n),
  );
  for (const [unit, quantity] of Object.entries(contact.units)) {
    const [integer = '', fraction = ''] = String(quantity).split('.');
    const amount = times(whole(BigInt(integer + fraction)), over(10n ** BigInt(fraction.length)));
    if (quantity === 0) continue;
    if (contact.handledBy === 'bot') add('system', first({ for: 'bot', kind: 'per-unit', unit }), amount);
    add('system', first({ for: 'channel', id: contact.channel, kind: 'per-unit', unit }), amount);
  }
  for (const { dimension, amountMicros, currency } of contact.charges)
    lines.push([dimension, undefined, nearest(times(whole(amountMicros), fx(currency)))]);
  return lines;
}

const decimal: fc.Arbitrary<Decimal> = fc.record({
  unscaled: fc.bigInt({ min: 0n, max: 10n ** 8n }),
  scale: fc.integer({ min: 0, max: 9 }),
});
const price = fc.bigInt({ min: 0n, max: 10n ** 8n });
const currency = fc.constantFrom('CNY', 'USD');
const splitPpm = fc
  .tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 0, max: 1_000_000 }))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
  .map(([a, b]) => ({ wages: a, socialInsurance: b - a, training: 1_000_000 - b }));
const SUBJECTS: readonly (Pick<RateCard, 'for' | 'kind'> & Partial<RateCard>)[] = [
  { for: 'agent', id: 'a-1', kind: 'hourly' },
  { for: 'team', id: 'north-1', kind: 'hourly' },
  { for: 'region', id: 'north', kind: 'hourly' },
  { for: 'default', kind: 'hourly' },
  { for: 'bot', kind: 'per-contact' },
  { for: 'bot', kind: 'per-unit', unit: 'tokens' },
  { for: 'vendor', kind: 'per-contact' },
  { for: 'vendor', kind: 'per-minute' },
  { for: 'channel', id: 'voice', kind: 'per-minute' },
  { for: 'channel', id: 'voice', kind: 'per-unit', unit: 'tokens' },
  { for: 'channel', id: 'voice', kind: 'per-unit', unit: 'sms' },
];
const cards: fc.Arbitrary<RateCard[]> = fc
  .tuple(
    ...SUBJECTS.map((subject, at) =>
      fc
        .record(
          {
            amountMicros: price,
            currency,
            splitPpm,
            overtimeMultiplierMicros: fc.bigInt({ min: 0n, max: 5_000_000n }),
          },
          { requiredKeys: ['amountMicros', 'currency'] },
        )
        .map(({ splitPpm: split, ...rest }) =>
          card({
            ...rest,
            ...subject,
            rateId: `r-${String(at)}`,
            ...(split && subject.kind === 'hourly' && { splitPpm: split }),
          }),
        ),
    ),
  )
  .chain((all) => fc.subarray(all));
const charge: fc.Arbitrary<Charge> = fc.record({
  dimension: fc.constantFrom('labour', 'system', 'marketing', 'outsourcing', 'training'),
  amountMicros: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
  currency,
});
const contacts: fc.Arbitrary<Contact> = fc
  .record({
    handledBy: fc.constantFrom<HandledBy>('agent', 'bot', 'vendor'),
    overtime: fc.boolean(),
    handleSeconds: decimal,
    connectedMs: fc.nat({ max: 10 ** 8 }),
    units: fc.record(
      { tokens: fc.integer({ min: 0, max: 10 ** 6 }).map((n) => n / 100), sms: fc.nat({ max: 9 }) },
      { requiredKeys: [] },
    ),
    charges: fc.array(charge, { maxLength: 3 }),
  })
  .map((part) => contact({ ...part, units: part.units }));

describe('rateContact', () => {
  it('agrees to the micro with a computation in fractions, for any rates, durations and multipliers', () => {
    fc.assert(
      fc.property(contacts, cards, (fact, rateCards) => {
        const rating = rateContact(fact, bookOf(rateCards, { fxRates: [{ currency: 'USD', rateMicros: USD_MICROS }] }));
        if (!rating.ok) throw new Error(rating.detail);
        // A split card gives three lines: its parts add up to the one that they are parts of.
        const merged: Expected[] = [];
        for (const { dimension, rateId, amountMicros } of rating.lines) {
          const last = merged.at(-1);
          if (last && rateId !== undefined && last[1] === rateId) last[2] += amountMicros;
          else merged.push([dimension, rateId, amountMicros]);
        }
        expect(merged).toEqual(expectedLines(fact, rateCards));
        const labour = merged.find(([dimension, rateId]) => dimension === 'labour' && rateId !== undefined);
        expect(rating.overtimeMicros).toBe(fact.overtime ? (labour?.[2] ?? 0n) : 0n);
      }),
      { numRuns: 400 },
    );
  });

  it('splits an hourly rate within a micro of its shares', () => {
    fc.assert(
      fc.property(decimal, price, splitPpm, (handleSeconds, amountMicros, split) => {
        const rating = rateContact(contact({ handleSeconds }), bookOf([card({ amountMicros, splitPpm: split })]));
        if (!rating.ok) throw new Error(rating.detail);
        const total = rating.lines.reduce((sum, line) => sum + line.amountMicros, 0n);
        const shares = [split.wages, split.socialInsurance, split.training];
        for (const [at, line] of rating.lines.entries()) {
          const off = line.amountMicros * 1_000_000n - total * BigInt(shares[at]!);
          expect(off < 1_000_000n && off > -1_000_000n).toBe(true);
        }
      }),
    );
  });
});
