import fc from 'fast-check';
import { jsonFault } from './json-fault.js';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('jsonFault', () => {
  it.each([
    ['', 0, 'a value'],
    ['{"a":1,}', 7, 'a name in double quotes'],
    ["{'a':1}", 1, 'a name in double quotes or }'],
    ['{"a" 1}', 5, 'a colon'],
    ['{"a":NaN}', 5, 'a value'],
    ['{"a":"b}', 8, 'the closing quote of a text'],
    ['{"a":"\\x"}', 6, 'an escape sequence, no control character'],
    ['[1 2]', 3, 'a comma or ]'],
    ['{} {}', 3, 'the end'],
    ['{"a":01}', 6, 'a comma or }'],
  ])('finds in %j at %i that %s is missing', (text, at, expected) => {
    expect(jsonFault(text)).toEqual({ at, expected });
  });

  it('agrees with JSON.parse on what is JSON, and what stands before the place can go on', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '\\',
        '-',
        '0',
        '1e5',
        '.',
        'null',
        ' ',
        '\n',
        '\u0001',
        '"a"',
      ),
      fc.string({ maxLength: 3 }),
    );
    const text = fc.oneof(
      fc.json(),
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    );
    const cut = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([json, nth, put]) => {
      const at = nth % (json.length + 1);
      return json.slice(0, at) + put + json.slice(at + 1);
    });
    fc.assert(
      fc.property(fc.oneof(text, cut), (each) => {
        const fault = jsonFault(each);
        expect(fault === undefined).toBe(isJson(each));
        if (fault) expect(fault.at).toBeLessThanOrEqual(each.length);
      }),
      { numRuns: 3_000 },
    );
  });

  it('goes as deep as the text', () => {
    expect(jsonFault('['.repeat(100_000))).toEqual({ at: 100_000, expected: 'a value or ]' });
    expect(jsonFault('['.repeat(50_000) + ']'.repeat(50_000))).toBeUndefined();
  });
});
