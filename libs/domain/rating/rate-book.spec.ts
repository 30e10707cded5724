import fc from 'fast-check';
import { bookOf, card } from './rating.fixture.js';

const DEFAULT = [{ for: 'default' }] as const;

describe('RateBook', () => {
  it.each([
    [99, undefined],
    [100, 'dated'],
    [199, 'dated'],
    [200, undefined],
  ])('holds a card from its first moment to before its last: at %d', (tMs, rateId) => {
    const book = bookOf([card({ rateId: 'dated', fromMs: 100, toMs: 200 })]);
    expect(book.find(DEFAULT, 'hourly', tMs)?.rateId).toBe(rateId);
  });

  it('takes the card that began last, and the one before it again when that has ended', () => {
    const cards = [
      card({ rateId: 'ever' }),
      card({ rateId: 'second', fromMs: 100 }),
      card({ rateId: 'third', fromMs: 200, toMs: 300 }),
    ];
    for (const order of [cards, cards.toReversed()]) {
      const book = bookOf(order);
      const found = [0, 100, 199, 200, 299, 300].map((tMs) => book.find(DEFAULT, 'hourly', tMs)?.rateId);
      expect(found).toEqual(['ever', 'second', 'second', 'third', 'third', 'second']);
    }
  });

  it('looks subjects up in the order given, and passes one over whose card is not in force', () => {
    const subjects = [{ for: 'agent', id: 'a-1' }, { for: 'team', id: 't' }, { for: 'default' }] as const;
    const book = bookOf([
      card(),
      card({ rateId: 'team', for: 'team', id: 't', toMs: 300 }),
      card({ rateId: 'agent', for: 'agent', id: 'a-1', fromMs: 100, toMs: 200 }),
    ]);
    expect([50, 150, 250, 350].map((tMs) => book.find(subjects, 'hourly', tMs)?.rateId)).toEqual([
      'team',
      'agent',
      'team',
      'base',
    ]);
  });

  it('keeps kinds, units and ids apart', () => {
    const book = bookOf([
      card({ rateId: 'tokens', for: 'bot', id: 'b', kind: 'per-unit', unit: 'tokens' }),
      card({ rateId: 'calls', for: 'bot', id: 'b', kind: 'per-unit', unit: 'calls' }),
      card({ rateId: 'contact', for: 'bot', id: 'b', kind: 'per-contact' }),
    ]);
    const find = (id: string, kind: 'per-unit' | 'per-contact' | 'per-minute', unit?: string) =>
      book.find([{ for: 'bot', id }], kind, 0, unit)?.rateId;
    expect(find('b', 'per-unit', 'tokens')).toBe('tokens');
    expect(find('b', 'per-unit', 'calls')).toBe('calls');
    expect(find('b', 'per-unit', 'minutes')).toBeUndefined();
    expect(find('b', 'per-contact')).toBe('contact');
    expect(find('b', 'per-minute')).toBeUndefined();
    expect(find('c', 'per-contact')).toBeUndefined();
  });

  it('cannot be led astray by ids that look like keys', () => {
    const book = bookOf([
      card({ rateId: 'odd', for: 'team', id: 't","hourly' }),
      card({ rateId: 'null', for: 'team' }),
    ]);
    expect(book.find([{ for: 'team', id: 't' }], 'hourly', 0)).toBeUndefined();
    expect(book.find([{ for: 'team', id: 'null' }], 'hourly', 0)).toBeUndefined();
  });

  it('knows of an agent what held at the time', () => {
    const book = bookOf([], {
      agents: [
        { agentId: 'a-1', team: 'north-1', toMs: 100 },
        { agentId: 'a-1', team: 'south-1', fromMs: 100 },
      ],
    });
    expect([99, 100].map((tMs) => book.agent('a-1', tMs)?.team)).toEqual(['north-1', 'south-1']);
    expect(book.agent('a-2', 0)).toBeUndefined();
  });

  it('knows the groups that an agent was in at the time, and for how long that is the answer', () => {
    const book = bookOf([], {
      agentGroups: [
        { groupId: 'night', agents: ['a-1', 'a-2'], toMs: 200 },
        { groupId: 'night', agents: ['a-2'], fromMs: 100 },
        { groupId: 'new', agents: ['a-1'], fromMs: 50, toMs: 150 },
      ],
    });
    expect([0, 50, 99, 100, 150].map((tMs) => book.groupsOf('a-1', tMs))).toEqual([
      ['night'],
      ['new', 'night'],
      ['new', 'night'],
      ['new'],
      undefined,
    ]);
    expect(book.heldGroups('a-1', 60)).toEqual({ fromMs: 50, toMs: 100, found: ['new', 'night'] });
    expect(book.heldGroups('a-9', 60)).toEqual({ fromMs: -Infinity, toMs: Infinity, found: undefined });
    expect(book.groupsAt(120).map(({ groupId, agents }) => [groupId, agents])).toEqual([
      ['night', ['a-2']],
      ['new', ['a-1']],
    ]);
  });

  it('converts at the dated rate, and its own currency at one', () => {
    const book = bookOf([], {
      fxRates: [
        { currency: 'USD', rateMicros: 7_100_000n, fromMs: 100 },
        { currency: 'USD', rateMicros: 7_200_000n, fromMs: 200, toMs: 300 },
      ],
    });
    expect([99, 100, 199, 200, 300].map((tMs) => book.fxMicros('USD', tMs))).toEqual([
      undefined,
      7_100_000n,
      7_100_000n,
      7_200_000n,
      7_100_000n,
    ]);
    expect(book.fxMicros('CNY', 0)).toBe(1_000_000n);
    expect(book.fxMicros('EUR', 0)).toBeUndefined();
  });

  it('finds what a plain search finds', () => {
    const when = fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined });
    const cards = fc.array(
      fc.record({ for: fc.constantFrom('agent', 'team', 'default'), fromMs: when, toMs: when } as const),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(cards, fc.integer({ min: -1, max: 21 }), (drafts, tMs) => {
        const all = drafts.map((draft, at) =>
          card({
            rateId: String(at),
            for: draft.for,
            ...(draft.for !== 'default' && { id: 'x' }),
            ...(draft.fromMs !== undefined && { fromMs: draft.fromMs }),
            ...(draft.toMs !== undefined && { toMs: draft.toMs }),
          }),
        );
        const subjects = [{ for: 'agent', id: 'x' }, { for: 'team', id: 'x' }, { for: 'default' }] as const;
        const found = bookOf(all).find(subjects, 'hourly', tMs);
        const holding = all.filter(({ fromMs, toMs }) => (fromMs ?? -1) <= tMs && (toMs ?? 22) > tMs);
        const first = subjects.find((subject) => holding.some((each) => each.for === subject.for));
        const rivals = holding.filter((each) => each.for === first?.for);
        const latest = Math.max(...rivals.map(({ fromMs }) => fromMs ?? -1));
        expect(found?.for).toBe(first?.for);
        if (found) expect(found.fromMs ?? -1).toBe(latest);
      }),
    );
  });
});
