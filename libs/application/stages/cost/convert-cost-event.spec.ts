import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { matchesSchema } from '#libs/contract';
import { formatMicros, parseMicros, type Contact, type CostLine } from '#libs/domain';
import { BASE } from '../centre.fixture.js';
import { contactCostEvent, costEventId } from './convert-cost-event.js';

const fingerprint = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

describe('the id of a cost event', () => {
  it('says what it is of', () => {
    expect(costEventId('interaction', 'i-1', 2, fingerprint)).toBe('interaction:i-1:2');
  });

  it('is short enough for the contract and differs where its parts do, however long they are', () => {
    const sourceId = fc.string({ unit: 'binary', minLength: 1, maxLength: 128 });
    fc.assert(
      fc.property(sourceId, sourceId, fc.nat(), (a, b, revision) => {
        const id = costEventId('agent-state', a, revision, fingerprint);
        expect(id.length).toBeLessThanOrEqual(128);
        expect(costEventId('agent-state', a, revision, fingerprint)).toBe(id);
        expect(costEventId('agent-state', a, revision + 1, fingerprint)).not.toBe(id);
        if (a !== b) expect(costEventId('agent-state', b, revision, fingerprint)).not.toBe(id);
      }),
    );
  });
});

describe('the cost event of a contact', () => {
  const contact: Contact = {
    interactionId: 'i',
    channel: 'voice',
    handledBy: 'bot',
    botId: 'b',
    outcome: 'resolved',
    overtime: false,
    repetitive: false,
    startedAtMs: BASE - 1,
    endedAtMs: BASE,
    handleSeconds: { unscaled: 1n, scale: 3 },
    connectedMs: 1,
    units: {},
    charges: [],
  };
  const amount = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n });
  const lines: fc.Arbitrary<CostLine[]> = fc.array(
    fc.record({
      dimension: fc.constantFrom('labour', 'system', 'marketing', 'outsourcing', 'training'),
      amountMicros: amount,
    }),
    { maxLength: 8 },
  );

  it('adds up: its amount is the sum of its lines, and of its breakdown', () => {
    fc.assert(
      fc.property(lines, (all) => {
        const event = contactCostEvent(contact, all, 'CNY', 0, fingerprint);
        const total = all.reduce((sum, line) => sum + line.amountMicros, 0n);
        expect(event.amount).toBe(formatMicros(total));
        expect(Object.values(event.breakdown).reduce((sum, each) => sum + parseMicros(each), 0n)).toBe(total);
        expect(event.lines.map((line) => parseMicros(line.amount))).toEqual(all.map((line) => line.amountMicros));
        expect(matchesSchema('cost-event.v1', event)).toBe(true);
      }),
    );
  });

  it('has a handle time for people only', () => {
    expect(contactCostEvent(contact, [], 'CNY', 0, fingerprint)).not.toHaveProperty('handleSeconds');
    const byAgent = { ...contact, handledBy: 'agent', agentId: 'a' } as const;
    expect(contactCostEvent(byAgent, [], 'CNY', 0, fingerprint)).toMatchObject({ handleSeconds: 0.001 });
  });
});
