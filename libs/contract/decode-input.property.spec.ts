import fc from 'fast-check';
import {
  decodeInput,
  epochMs,
  matchesSchema,
  REJECT_REASONS,
  TOPICS,
  type InputTopicKey,
  type WireRecord,
} from '#libs/contract';
import { cleaned, ENCODINGS, validPayloads } from './input.fixture.js';

const topics = Object.keys(validPayloads) as InputTopicKey[];
const encodings = Object.keys(ENCODINGS) as (keyof typeof ENCODINGS)[];
const anyEncoding = fc.constantFrom(...encodings);

/** Cuts a piece out of the bytes and puts another one there. */
function damaged(bytes: Buffer): fc.Arbitrary<Buffer> {
  const at = fc.nat(bytes.length);
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 4 }).map((raw) => Buffer.from(raw)),
    fc
      .constantFrom('\\ud800', '\\u0000', '1e400', 'NaN', 'null', '"', '{', '[[', '"__proto__":{},', '-')
      .map((text) => Buffer.from(text)),
  );
  return fc
    .tuple(at, fc.nat(6), piece)
    .map(([from, length, put]) => Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + length)]));
}

/** A decoded payload that later stages can work on, or a known reason; anything else fails. */
function expectSound(topic: InputTopicKey, record: WireRecord): void {
  const decoded = decodeInput(topic, record);
  if (!decoded.ok) {
    expect(Object.keys(REJECT_REASONS)).toContain(decoded.reason);
    expect(decoded.detail).not.toBe('');
    return;
  }
  expect(matchesSchema(TOPICS[topic].schema!, decoded.data)).toBe(true);
  const fields = Object.entries(decoded.data) as [string, string | number][];
  for (const [name, time] of fields.filter(([name]) => name === 'at' || /(At|Start|End)$/.test(name))) {
    expect([name, Number.isNaN(epochMs(time))]).toEqual([name, false]);
  }
  // A surrogate without its other half, which only JSON's own escape shows; a text may hold a backslash before "ud".
  expect(JSON.stringify(decoded.data)).not.toMatch(/(?<!\\)(?:\\\\)*\\ud/);
}

describe.each(topics)('decodeInput of any %s', (topic) => {
  it('takes every payload that holds to the contract, in every encoding', () => {
    fc.assert(
      fc.property(validPayloads[topic], anyEncoding, (payload, encoding) => {
        expect(decodeInput(topic, ENCODINGS[encoding](payload))).toEqual({ ok: true, data: cleaned(payload) });
      }),
      { numRuns: 150 },
    );
  });

  it('stays sound when bytes are damaged', () => {
    const record = fc
      .tuple(validPayloads[topic], anyEncoding)
      .map(([payload, encoding]) => ENCODINGS[encoding](payload))
      .chain((good) => damaged(good.value!).map((value) => ({ ...good, value })));
    fc.assert(
      fc.property(record, (bad) => {
        expectSound(topic, bad);
      }),
      { numRuns: 400 },
    );
  });

  it('stays sound when fields and headers hold anything', () => {
    const header = fc.oneof(
      fc.constantFrom('1.0', '', 'application/json', 'application/cloudevents+json'),
      fc.string(),
    );
    const headers = fc.dictionary(
      fc.constantFrom('ce_specversion', 'CE_ID', 'content-type', 'ce_', '__proto__', 'other'),
      fc.oneof(
        header,
        header.map((text) => Buffer.from(text)),
        fc.array(header),
        fc.constant(undefined),
      ),
    );
    const fields = fc.tuple(validPayloads[topic], fc.nat(), fc.jsonValue()).map(([payload, nth, put]) => {
      const names = Object.keys(payload);
      return { ...payload, [names[nth % names.length]!]: put };
    });
    fc.assert(
      fc.property(fc.oneof(fields, fc.jsonValue()), headers, (payload, any) => {
        expectSound(topic, { key: null, value: Buffer.from(JSON.stringify(payload)), headers: any });
      }),
      { numRuns: 400 },
    );
  });
});
