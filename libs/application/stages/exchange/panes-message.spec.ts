import fc from 'fast-check';
import { DIMENSIONS, emptyMeasures, SCOPES, type Measures } from '#libs/domain';
import { decodePanes, encodePanes, type PanesMessage } from './panes-message.js';

const time = fc.integer({ min: -(10 ** 13), max: 10 ** 14 });
const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
const measures: fc.Arbitrary<Measures> = fc
  .record({ labour: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), handleMicroseconds: fc.maxSafeInteger() })
  .map((some) => ({ ...emptyMeasures(), ...some }));
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
    fc.record({
      scope: fc.constantFrom(...SCOPES),
      id,
      lineId: id,
      dimension: fc.constantFrom(...DIMENSIONS),
      amountMicros: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
      startMs: time,
      endMs: time,
    }),
    { maxLength: 3 },
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
    const text = encodePanes({ source: 1, sources: 8, watermarkMs: 5, idle: false, latestMs: 6, panes: [], lines: [] });
    expect(text).toBe('{"s":1,"n":8,"w":5,"i":0,"m":6}');
  });
});
