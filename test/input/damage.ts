import fc, { type Arbitrary } from 'fast-check';

/** Largest damage: beyond what a broker takes by default. */
const HUGE = Buffer.alloc(1_258_291, 0x20);
const DEEP = 5_000;

/** Pieces that a careless writer leaves in JSON, or a careful attacker puts there. */
const PIECES = [
  '\\ud800',
  '\\udfff\\ud800',
  '\\u0000',
  '1e400',
  '-1e400',
  'NaN',
  'Infinity',
  '0x10',
  '01',
  '9'.repeat(400),
  `0.${'0'.repeat(400)}1`,
  'null',
  'undefined',
  '"',
  '\\',
  '{',
  '}',
  '[[',
  ',',
  ',,',
  '//',
  '"__proto__":{"handledBy":"bot"},',
  '"constructor":{"prototype":{}},',
  '"amount":"1","amount":"2",',
  '\u0000',
  '\uFEFF',
];

/** Bytes that no text in UTF-8 has: a lone half of a surrogate pair, an overlong slash, a byte of Latin-1, the mark of UTF-16. */
const NOT_UTF8 = [[0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xe9], [0xff, 0xfe]].map((bytes) => Buffer.from(bytes));

type Damage = (value: Buffer) => Buffer;

/** Share of the value, neither all nor nothing of it. */
const position = fc.integer({ min: 1, max: 9_999 }).map((part) => part / 10_000);

function at(share: number, value: Buffer): number {
  return Math.floor(share * value.length);
}

/** Ways to damage the bytes of a value, all of which leave the value that they are given as it is. */
export const damages: Arbitrary<Damage> = fc.oneof(
  {
    weight: 20,
    arbitrary: position.map(
      (share): Damage =>
        (value) =>
          value.subarray(0, at(share, value)),
    ),
  },
  {
    weight: 10,
    arbitrary: position.map(
      (share): Damage =>
        (value) =>
          value.subarray(at(share, value)),
    ),
  },
  { weight: 25, arbitrary: fc.tuple(position, fc.nat({ max: 7 })).map(([share, bit]): Damage => flip(share, bit)) },
  {
    weight: 25,
    arbitrary: fc
      .tuple(
        position,
        fc.oneof(
          fc.constantFrom(...PIECES).map((text) => Buffer.from(text)),
          fc.constantFrom(...NOT_UTF8),
        ),
        fc.nat({ max: 6 }),
      )
      .map(([share, piece, over]): Damage => put(share, piece, over)),
  },
  { weight: 5, arbitrary: fc.tuple(position, position).map(([from, to]): Damage => repeat(from, to)) },
  {
    weight: 10,
    arbitrary: fc.constantFrom<Damage>(
      (value) => rename(value, /"(\w+)"/, '"__proto__"'),
      (value) => rename(value, /^\{/, '{"__proto__":{"interactionId":"x","amount":"1"},'),
      (value) => rename(value, /"(\w+)":("[^"]*"|\d+)/, '"$1":$2,"$1":{}'),
      (value) => rename(value, /\d+/, '123456789012345678901234567890.123456789e-5'),
      (value) => rename(value, /:"/, ':"\\ud83d'),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Damage>(
      () => HUGE,
      (value) => Buffer.concat([value, HUGE]),
      () => Buffer.from('['.repeat(DEEP)),
      (value) => rename(value, /:("[^"]*"|\d+)/, `:${'['.repeat(DEEP)}${']'.repeat(DEEP)}`),
      (value) => rename(value, /^\{/, `{"deep":${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)},`),
      () => Buffer.alloc(0),
    ),
  },
);

function flip(share: number, bit: number): Damage {
  return (value) => {
    const damaged = Buffer.from(value);
    const index = at(share, value);
    if (index < damaged.length) damaged[index] = (damaged[index] ?? 0) ^ (1 << bit);
    return damaged;
  };
}

function put(share: number, piece: Buffer, over: number): Damage {
  return (value) => {
    const from = at(share, value);
    return Buffer.concat([value.subarray(0, from), piece, value.subarray(from + over)]);
  };
}

function repeat(from: number, to: number): Damage {
  return (value) => {
    const [first = 0, last = 0] = [at(from, value), at(to, value)].sort((a, b) => a - b);
    return Buffer.concat([value.subarray(0, last), value.subarray(first)]);
  };
}

function rename(value: Buffer, what: RegExp, replacement: string): Buffer {
  return Buffer.from(value.toString('latin1').replace(what, replacement), 'latin1');
}
