import fc from 'fast-check';
import { readRejectedRecord, rejectedRecord } from '#libs/contract';

const rejection = {
  reason: 'not-json',
  detail: 'the value is not JSON',
  topic: 'p.callcenter.interactions',
  partition: 3,
  offset: '9007199254740993',
} as const;
const own = {
  reason: 'not-json',
  detail: 'the value is not JSON',
  'source-topic': 'p.callcenter.interactions',
  'source-partition': '3',
  'source-offset': '9007199254740993',
};

describe('rejectedRecord', () => {
  it('leaves key and value untouched', () => {
    const original = { key: Buffer.from([0xff]), value: Buffer.from([0xc0, 0]) };
    const { key, value, headers } = rejectedRecord(original, rejection);
    expect(key).toBe(original.key);
    expect(value).toBe(original.value);
    expect(headers).toEqual(own);
    expect(rejectedRecord({ key: null, value: null }, rejection)).toMatchObject({ key: null, value: null });
  });

  it("keeps the original's headers, under another name where it is taken", () => {
    const ceId = Buffer.from('1');
    const headers = { ce_id: ceId, reason: 'mine', 'original-reason': 'older', twice: ['a', 'b'], void: undefined };
    expect(rejectedRecord({ key: null, value: null, headers }, rejection).headers).toEqual({
      ...own,
      ce_id: ceId,
      'original-reason': 'older',
      'original-original-reason': 'mine',
      twice: ['a', 'b'],
      void: '',
    });
  });

  it('drops no header, whatever the names', () => {
    const name = fc.constantFrom(
      'reason',
      'detail',
      'original-detail',
      'original-original-detail',
      '__proto__',
      'constructor',
      'x',
    );
    fc.assert(
      fc.property(fc.dictionary(name, fc.string({ minLength: 1 })), (headers) => {
        const kept = Object.values(rejectedRecord({ key: null, value: null, headers }, rejection).headers);
        expect(kept.sort()).toEqual([...Object.values(headers), ...Object.values(own)].sort());
      }),
    );
  });

  it('cuts a long detail, never through a character', () => {
    const { headers } = rejectedRecord({ key: null, value: null }, { ...rejection, detail: 'x' + '😀'.repeat(600) });
    expect(headers['detail']).toBe(`x${'😀'.repeat(499)}...`);
  });

  it('is read back as what it was', () => {
    const text = fc.string();
    // A name that looks renamed, where nothing was, is the one thing that cannot be told apart.
    const name = fc.oneof(text, fc.constantFrom('reason', 'source-topic', 'ce_id', '__proto__'));
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.oneof(text, fc.array(text, { minLength: 2, maxLength: 3 }))),
        text,
        (headers, value) => {
          const original = { key: null, value: Buffer.from(value), headers };
          expect(readRejectedRecord(rejectedRecord(original, rejection))).toEqual({ ...rejection, original });
        },
      ),
    );
  });

  it('gives the longest of several renamed headers its name back', () => {
    const headers = { reason: 'mine', 'original-reason': 'older' };
    const record = rejectedRecord({ key: null, value: null, headers }, rejection);
    expect(readRejectedRecord(record)?.original.headers).toEqual(headers);
  });

  it.each([
    ['nothing', {}],
    ['half of it', { reason: 'x', detail: 'y' }],
    ['no offset', { ...own, 'source-offset': 'last' }],
    ['a partition below nothing', { ...own, 'source-partition': '-1' }],
    ['two reasons', { ...own, reason: ['a', 'b'] }],
  ])('is no rejection with %s in its headers', (_, headers) => {
    expect(readRejectedRecord({ key: null, value: null, headers })).toBeUndefined();
  });
});
