import fc from 'fast-check';
import { rejectedRecord } from '#libs/contract';

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
});
