import fc from 'fast-check';
import { divideHalfEven, formatMicros, MAX_WIRE_MICROS, MoneyOverflowError, parseMicros } from './micros.js';

const anyWireMicros = fc.bigInt({ min: -MAX_WIRE_MICROS, max: MAX_WIRE_MICROS });
/** The contract's decimal, as its schemas write it. */
const CONTRACT_DECIMAL = /^-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,6})?$/;

describe('parseMicros', () => {
  it.each([
    ['12', 12_000_000n],
    ['12.5', 12_500_000n],
    ['-12.50', -12_500_000n],
    ['0.000001', 1n],
    ['-0.000001', -1n],
    ['-0', 0n],
    ['9999999999.999999', MAX_WIRE_MICROS],
  ])('reads %s', (text, micros) => {
    expect(parseMicros(text)).toBe(micros);
  });

  it.each(['', '-', '.5', '5.', '1e3', '+1', ' 1', '1 ', '1,5', '1.0000001', '0x10', '١', 'NaN', '1.-5'])(
    'refuses %j',
    (text) => {
      expect(() => parseMicros(text)).toThrow(RangeError);
    },
  );

  it('reads any decimal as its digits say, place by place', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.stringMatching(/^(0|[1-9][0-9]{0,9})$/),
        fc.stringMatching(/^[0-9]{0,6}$/),
        (negative, whole, fraction) => {
          const text = `${negative ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
          const digits = Array.from(whole.padStart(10, '0') + fraction.padEnd(6, '0'));
          const magnitude = digits.reduce((sum, digit, place) => sum + BigInt(digit) * 10n ** BigInt(15 - place), 0n);
          expect(parseMicros(text)).toBe(negative ? -magnitude : magnitude);
        },
      ),
    );
  });
});

describe('formatMicros', () => {
  it.each([
    [0n, '0.00'],
    [5n, '0.000005'],
    [-5n, '-0.000005'],
    [12_500_000n, '12.50'],
    [12_345_600n, '12.3456'],
    [-1_000_000n, '-1.00'],
    [100_000n, '0.10'],
  ])('writes %s micros as %s', (micros, text) => {
    expect(formatMicros(micros)).toBe(text);
  });

  it('is read back as it was, and holds to the contract', () => {
    fc.assert(
      fc.property(anyWireMicros, (micros) => {
        const text = formatMicros(micros);
        expect(text).toMatch(CONTRACT_DECIMAL);
        expect(parseMicros(text)).toBe(micros);
        // The shortest with at least two places: nothing to strike out is left.
        expect(text).toMatch(/\.(\d\d|\d{2,5}[1-9])$/);
      }),
    );
  });

  it.each([MAX_WIRE_MICROS + 1n, -MAX_WIRE_MICROS - 1n, 10n ** 30n])(
    'refuses %s rather than write a wrong number',
    (micros) => {
      expect(() => formatMicros(micros)).toThrow(MoneyOverflowError);
    },
  );

  it('writes the largest amounts that the contract allows', () => {
    expect(formatMicros(MAX_WIRE_MICROS)).toBe('9999999999.999999');
    expect(formatMicros(-MAX_WIRE_MICROS)).toBe('-9999999999.999999');
  });
});

describe('divideHalfEven', () => {
  it.each([
    [1n, 2n, 0n],
    [3n, 2n, 2n],
    [5n, 2n, 2n],
    [-1n, 2n, 0n],
    [-3n, 2n, -2n],
    [-5n, 2n, -2n],
    [7n, 4n, 2n],
    [-7n, 4n, -2n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [6n, 3n, 2n],
  ])('%s / %s is %s', (numerator, denominator, expected) => {
    expect(divideHalfEven(numerator, denominator)).toBe(expected);
  });

  it('is the nearest whole number, the even one of two that are as near', () => {
    // Small denominators make ties common; large ones make them rare.
    const denominators = fc.oneof(fc.bigInt({ min: 1n, max: 12n }), fc.bigInt({ min: 1n, max: 10n ** 24n }));
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), denominators, (numerator, denominator) => {
        const quotient = divideHalfEven(numerator, denominator);
        const twiceOff = 2n * (numerator - quotient * denominator);
        const distance = twiceOff < 0n ? -twiceOff : twiceOff;
        expect(distance < denominator || (distance === denominator && quotient % 2n === 0n)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([0n, -2n])('refuses the denominator %s', (denominator) => {
    expect(() => divideHalfEven(1n, denominator)).toThrow(RangeError);
  });
});
