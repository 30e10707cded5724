import fc from 'fast-check';
import { encodeCostEvent } from '#libs/contract';
import type { Contact, CostLine } from '#libs/domain';
import { BASE } from '../centre.fixture.js';
import { contactCostEvent } from './convert-cost-event.js';
import { CostEventRecords } from './cost-event-records.js';

const fingerprint = (text: string) => `fingerprint of ${String(text.length)}`;
const id = fc.oneof(fc.constantFrom('a', '"', 'ü\\', '\u2028'), fc.string({ minLength: 1, maxLength: 130 }));
const contacts = fc.record<Contact>(
  {
    interactionId: id,
    channel: id,
    handledBy: fc.constantFrom('agent', 'bot', 'vendor'),
    agentId: id,
    vendorId: id,
    botId: id,
    team: id,
    queue: id,
    region: id,
    topic: id,
    stage: id,
    complexity: fc.constantFrom('low', 'medium', 'high'),
    customerTier: id,
    outcome: fc.constantFrom('resolved', 'escalated'),
    overtime: fc.boolean(),
    repetitive: fc.boolean(),
    startedAtMs: fc.constant(BASE),
    endedAtMs: fc.integer({ min: BASE, max: 2 * BASE }),
    handleSeconds: fc.record({ unscaled: fc.bigInt({ min: 0n, max: 10n ** 9n }), scale: fc.nat(6) }),
    connectedMs: fc.constant(1),
    units: fc.constant({}),
    charges: fc.constant([]),
  },
  {
    requiredKeys: [
      ...(['interactionId', 'channel', 'handledBy', 'outcome', 'overtime', 'repetitive', 'startedAtMs'] as const),
      ...(['endedAtMs', 'handleSeconds', 'connectedMs', 'units', 'charges'] as const),
    ],
  },
);
const lines = fc.array(
  fc.record<CostLine>(
    {
      dimension: fc.constantFrom('labour', 'system', 'marketing', 'outsourcing', 'training'),
      subcategory: id,
      amountMicros: fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }),
      rateId: id,
      quantity: fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
      unit: id,
    },
    { requiredKeys: ['dimension', 'amountMicros'] },
  ),
  { maxLength: 4 },
);

/** Lines as the rating makes them: their fields in the order of the rating. */
function inOrder({ dimension, subcategory, amountMicros, rateId, quantity, unit }: CostLine): CostLine {
  return {
    dimension,
    ...(subcategory !== undefined && { subcategory }),
    amountMicros,
    ...(rateId !== undefined && { rateId }),
    ...(quantity !== undefined && { quantity }),
    ...(unit !== undefined && { unit }),
  };
}

describe('CostEventRecords', () => {
  it('are what the contract’s encoder makes of the same cost events', () => {
    const records = new CostEventRecords(fingerprint);
    fc.assert(
      fc.property(contacts, lines, fc.nat(3), fc.boolean(), (contact, some, revision, late) => {
        const all = some.map(inOrder);
        const event = contactCostEvent(contact, all, 'CNY', revision, fingerprint);
        const expected = encodeCostEvent(event, { late });
        const costed = { contact, lines: all, currency: 'CNY', revision, late };
        // Twice, as the second takes its texts from the first.
        expect(records.recordOf(costed)).toEqual(expected);
        expect(records.recordOf(costed)).toEqual(expected);
      }),
    );
  });
});
