import { schemas, type Interaction } from '#libs/contract';
import { contentHashOf } from './content-hash.js';

const FULL = {
  interactionId: 'i',
  contactId: 'c',
  channel: 'voice',
  handledBy: 'agent',
  agentId: 'a',
  vendorId: 'v',
  botId: 'b',
  team: 't',
  queue: 'q',
  region: 'r',
  topic: 'p',
  stage: 's',
  complexity: 'low',
  customerTier: 'gold',
  customerId: 'x',
  direction: 'inbound',
  startedAt: '2026-11-23T10:00:00Z',
  answeredAt: '2026-11-23T10:00:10Z',
  endedAt: '2026-11-23T10:05:00Z',
  talkSeconds: 1,
  holdSeconds: 2,
  afterContactSeconds: 3,
  outcome: 'resolved',
  overtime: true,
  repetitive: true,
  repeatOf: 'o',
  initiative: 'n',
  units: { tokens: 1, calls: 2 },
  charges: [{ dimension: 'system', amount: '1.00', currency: 'CNY' }],
  updatedAt: '2026-11-23T10:06:00Z',
} satisfies Interaction;

describe('contentHashOf', () => {
  it('depends on every field of the schema but the id and updatedAt', () => {
    const fields = Object.keys(schemas['interaction.v1']['properties'] as object);
    expect(fields.sort()).toEqual(Object.keys(FULL).sort());
    for (const field of fields) {
      const { [field as keyof Interaction]: _, ...rest } = FULL as Interaction;
      const without = field === 'startedAt' || field === 'endedAt' ? { ...FULL, [field]: 0 } : (rest as Interaction);
      expect([field, contentHashOf(without) === contentHashOf(FULL)]).toEqual([
        field,
        // The id is what copies have in common.
        field === 'updatedAt' || field === 'interactionId',
      ]);
    }
  });

  it('is the same for the same instant in another form and for fields in another order', () => {
    const reordered = Object.fromEntries(Object.entries(FULL).reverse()) as unknown as Interaction;
    const other = {
      ...reordered,
      startedAt: Date.UTC(2026, 10, 23, 10),
      endedAt: '2026-11-23T18:05:00+08:00',
      units: { calls: 2, tokens: 1 },
    };
    expect(contentHashOf(other)).toBe(contentHashOf(FULL));
  });
});
