import fc from 'fast-check';
import { decimalOf, type Decimal } from '../money/index.js';
import { SCOPES } from '../reference/index.js';
import {
  connectedMsOf,
  contactMeasures,
  handleTimeOf,
  microsecondsOf,
  scopeIdsOf,
  scopeRefs,
  type Contact,
} from './contact.js';
import { emptyMeasures } from './measures.js';

const TIMES = { startedAtMs: 1_000, answeredAtMs: 21_500, endedAtMs: 501_750 };

function contact(over: Partial<Contact> = {}): Contact {
  return {
    interactionId: 'i',
    channel: 'voice',
    handledBy: 'agent',
    agentId: 'a-1',
    team: 'north-1',
    region: 'north',
    queue: 'billing',
    topic: 'refund',
    stage: 'after-sales',
    customerTier: 'gold',
    outcome: 'resolved',
    overtime: false,
    repetitive: false,
    startedAtMs: 0,
    endedAtMs: 480_000,
    handleSeconds: { unscaled: 480n, scale: 0 },
    connectedMs: 480_000,
    units: {},
    charges: [],
    ...over,
  };
}

/** Value on a scale large enough for everything here. */
const at30 = ({ unscaled, scale }: Decimal): bigint => unscaled * 10n ** BigInt(30 - scale);

describe('handle time (contract section 6)', () => {
  it.each([
    [{ talkSeconds: 100 }, '100'],
    [{ holdSeconds: 20.5 }, '20.5'],
    [{ afterContactSeconds: 0 }, '0'],
    [{ talkSeconds: 100, afterContactSeconds: 30.25 }, '130.25'],
    [{ talkSeconds: 0.1, holdSeconds: 0.2, afterContactSeconds: 0.3 }, '0.6'],
    [{ talkSeconds: 0, holdSeconds: 0, afterContactSeconds: 0 }, '0'],
  ])('adds up %j, whatever the clock says', (parts, seconds) => {
    expect(at30(handleTimeOf({ ...TIMES, ...parts }))).toBe(at30(decimalOf(Number(seconds))));
  });

  it('is end minus answer where no part is given, and end minus start where nobody says when it was answered', () => {
    expect(handleTimeOf(TIMES)).toEqual({ unscaled: 480_250n, scale: 3 });
    expect(handleTimeOf({ startedAtMs: 1_000, endedAtMs: 501_750 })).toEqual({ unscaled: 500_750n, scale: 3 });
    // Answered at the epoch is answered all the same.
    expect(handleTimeOf({ startedAtMs: -500, answeredAtMs: 0, endedAtMs: 250 })).toEqual({ unscaled: 250n, scale: 3 });
  });

  it('is exact for fractional seconds in any combination', () => {
    const part = fc.option(fc.integer({ min: 0, max: 10 ** 9 }), { nil: undefined });
    fc.assert(
      fc.property(part, part, part, (talk, hold, after) => {
        fc.pre(talk !== undefined || hold !== undefined || after !== undefined);
        const times = {
          ...TIMES,
          ...(talk !== undefined && { talkSeconds: talk / 1000 }),
          ...(hold !== undefined && { holdSeconds: hold / 1000 }),
          ...(after !== undefined && { afterContactSeconds: after / 1000 }),
        };
        const milliseconds = BigInt((talk ?? 0) + (hold ?? 0) + (after ?? 0));
        expect(at30(handleTimeOf(times))).toBe(milliseconds * 10n ** 27n);
      }),
    );
  });

  it('does not change connected time: end minus answer, or minus start', () => {
    const { answeredAtMs: _, ...unanswered } = TIMES;
    expect(connectedMsOf({ ...TIMES, talkSeconds: 7 })).toBe(480_250);
    expect(connectedMsOf(unanswered)).toBe(500_750);
  });
});

describe('microsecondsOf', () => {
  it.each([
    [480, 480_000_000],
    [0.25, 250_000],
    [1e-6, 1],
    [4e-7, 0],
    [5e-7, 1],
    [1.0000014, 1_000_001],
  ])('rounds %d s to the microsecond', (seconds, expected) => {
    expect(microsecondsOf(decimalOf(seconds))).toBe(expected);
  });
});

describe('scopes of a contact', () => {
  const idOf = (over: Partial<Contact>) => scopeRefs(scopeIdsOf(contact(over)), SCOPES);

  it('are every id that it carries, and all', () => {
    expect(idOf({})).toEqual([
      { scope: 'all', id: 'all' },
      { scope: 'agent', id: 'a-1' },
      { scope: 'channel', id: 'voice' },
      { scope: 'team', id: 'north-1' },
      { scope: 'queue', id: 'billing' },
      { scope: 'region', id: 'north' },
      { scope: 'topic', id: 'refund' },
      { scope: 'stage', id: 'after-sales' },
      { scope: 'customer-tier', id: 'gold' },
    ]);
  });

  it('are no agent, team or vendor for a bot, whatever else it carries', () => {
    const scopes = idOf({ handledBy: 'bot', botId: 'b', vendorId: 'v' }).map(({ scope }) => scope);
    expect(scopes).toEqual(['all', 'channel', 'queue', 'region', 'topic', 'stage', 'customer-tier']);
  });

  it('are the vendor and the team that a vendor works for', () => {
    expect(scopeIdsOf(contact({ handledBy: 'vendor', vendorId: 'v' }))).toMatchObject({ vendor: 'v', team: 'north-1' });
  });

  it('are only those that are kept', () => {
    expect(scopeRefs(scopeIdsOf(contact()), ['all', 'vendor', 'team'])).toEqual([
      { scope: 'all', id: 'all' },
      { scope: 'team', id: 'north-1' },
    ]);
    expect(scopeRefs({}, SCOPES)).toEqual([{ scope: 'all', id: 'all' }]);
  });
});

const HANDLED = { handleMicroseconds: 480_000_000 };
const PAID = { paidMicroseconds: 480_000_000 };

describe('what a contact counts as (contract section 7)', () => {
  it.each<[string, Partial<Contact>, object]>([
    ['an agent', {}, { interactions: 1, handledByAgents: 1, resolved: 1, ...HANDLED, ...PAID }],
    ['a vendor', { handledBy: 'vendor' }, { interactions: 1, resolved: 1, ...HANDLED }],
    ['a bot that resolves', { handledBy: 'bot' }, { interactions: 1, resolved: 1, automated: 1 }],
    ['a bot that does not', { handledBy: 'bot', outcome: 'escalated' }, { interactions: 1 }],
    [
      'an agent with a repetitive question',
      { repetitive: true, outcome: 'unresolved' },
      { interactions: 1, handledByAgents: 1, repetitiveByAgents: 1, ...HANDLED, ...PAID },
    ],
    [
      'a bot with a repetitive question',
      { handledBy: 'bot', repetitive: true, outcome: 'abandoned' },
      { interactions: 1, abandoned: 1 },
    ],
  ])('of %s', (_, over, expected) => {
    expect(contactMeasures(contact(over))).toEqual({ ...emptyMeasures(), ...expected });
  });
});
