import fc from 'fast-check';
import { DIMENSIONS, emptyMeasures, SCOPES, type BillFacts, type Measures } from '#libs/domain';
import { decodePanes, encodePanes, NO_BILL_NEWS, type BillNews, type PanesMessage } from './panes-message.js';

const time = fc.integer({ min: -(10 ** 13), max: 10 ** 14 });
const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
const measures: fc.Arbitrary<Measures> = fc
  .record({ labour: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), handleMicroseconds: fc.maxSafeInteger() })
  .map((some) => ({ ...emptyMeasures(), ...some }));
const billFacts: fc.Arbitrary<BillFacts> = fc.record(
  { bookedAs: fc.constantFrom(...DIMENSIONS), promotion: fc.constant(true), subcategory: id, text: id },
  { requiredKeys: [] },
);
const billNews: fc.Arbitrary<BillNews> = fc.record({
  voids: fc.array(id, { maxLength: 2 }),
  allocations: fc.array(
    fc.record(
      {
        lineId: id,
        to: fc.constantFrom(...SCOPES),
        by: fc.constantFrom('handle-seconds' as const, 'contacts' as const, 'even' as const, 'weights' as const),
        weights: fc.dictionary(fc.constantFrom('north', 'south'), fc.integer({ min: 1 })).map((each) => ({ ...each })),
        dimension: fc.constantFrom(...DIMENSIONS),
        amountMicros: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
        startMs: time,
        endMs: time,
        corrects: fc.constant(true),
      },
      { requiredKeys: ['lineId', 'to', 'by', 'dimension', 'amountMicros', 'startMs', 'endMs'], noNullPrototype: true },
    ),
    { maxLength: 2 },
  ),
  drivers: fc.array(
    fc.record({
      scope: fc.constantFrom(...SCOPES),
      id,
      minuteMs: time,
      handleMicroseconds: fc.maxSafeInteger(),
      contacts: fc.integer(),
    }),
    { maxLength: 3 },
  ),
});
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
        fc.boolean(),
      )
      .map(([line, facts, corrects]) => ({ ...line, ...facts, ...(corrects && { corrects }) })),
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
  bills: fc.oneof(fc.constant(NO_BILL_NEWS), billNews),
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
    const nothing = { panes: [], lines: [], revenues: [], cells: [], bills: NO_BILL_NEWS };
    const text = encodePanes({ source: 1, sources: 8, watermarkMs: 5, idle: false, latestMs: 6, ...nothing });
    expect(text).toBe('{"s":1,"n":8,"w":5,"i":0,"m":6}');
  });
});
