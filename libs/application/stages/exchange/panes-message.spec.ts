import fc from 'fast-check';
import { DIMENSIONS, emptyMeasures, SCOPES, type BillFacts, type Measures } from '#libs/domain';
import { decodePanes, encodePanes, type PanesMessage } from './panes-message.js';

const time = fc.integer({ min: -(10 ** 13), max: 10 ** 14 });
const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
const measures: fc.Arbitrary<Measures> = fc
  .record({ labour: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), handleMicroseconds: fc.maxSafeInteger() })
  .map((some) => ({ ...emptyMeasures(), ...some }));
const billFacts: fc.Arbitrary<BillFacts> = fc.record(
  { bookedAs: fc.constantFrom(...DIMENSIONS), promotion: fc.constant(true), subcategory: id, text: id },
  { requiredKeys: [] },
);
const messages: fc.Arbitrary<PanesMessage> = fc.record({
  source: fc.nat(),
  sources: fc.nat(),
  watermarkMs: fc.option(time, { nil: undefined }),
  idle: fc.boolean(),
  latestMs: fc.option(time, { nil: undefined }),
  panes: fc.array(
    fc.record({ scope: fc.constantFrom(...SCOPES), id, tMs: time, calendarOnly: fc.boolean(), delta: measures }),
    { maxLength: 4 },
  ),
  lines: fc.array(
    fc
      .tuple(
        fc.record({
          scope: fc.constantFrom(...SCOPES),
          id,
          lineId: id,
          dimension: fc.constantFrom(...DIMENSIONS),
          amountMicros: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
          startMs: time,
          endMs: time,
        }),
        billFacts,
      )
      .map(([line, facts]) => ({ ...line, ...facts })),
    { maxLength: 3 },
  ),
  revenues: fc.array(
    fc.record({
      revenueId: id,
      amountMicros: fc.bigInt({ min: 0n, max: 10n ** 16n }),
      startMs: time,
      endMs: time,
    }),
    { maxLength: 2 },
  ),
  cells: fc.array(
    fc
      .tuple(fc.option(id, { nil: undefined }), id, time, measures)
      .map(([vendorId, channel, tMs, delta]) => ({ ...(vendorId !== undefined && { vendorId }), channel, tMs, delta })),
    { maxLength: 2 },
  ),
});

describe('a panes message', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(decodePanes(Buffer.from(encodePanes(message)))).toEqual(message);
      }),
    );
  });

  it('costs little when it only says where the watermark is', () => {
    const nothing = { panes: [], lines: [], revenues: [], cells: [] };
    const text = encodePanes({ source: 1, sources: 8, watermarkMs: 5, idle: false, latestMs: 6, ...nothing });
    expect(text).toBe('{"s":1,"n":8,"w":5,"i":0,"m":6}');
  });
});
