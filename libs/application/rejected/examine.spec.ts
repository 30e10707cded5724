import { examineInput } from './examine.js';
import { REJECT_REASONS } from '#libs/contract';
import { REMEDIES } from './remedies.js';

const CONTACT = {
  interactionId: 'i-1',
  channel: 'voice',
  handledBy: 'agent',
  agentId: 'a-1',
  startedAt: '2026-11-23T10:00:00Z',
  endedAt: '2026-11-23T10:08:00Z',
  outcome: 'resolved',
};

function examine(value: Buffer | string | null, headers = {}) {
  return examineInput('interactions', {
    key: null,
    value: typeof value === 'string' ? Buffer.from(value) : value,
    headers,
  });
}

describe('examineInput', () => {
  it('finds nothing in what can be decoded', () => {
    const { refusal, findings, content } = examine(JSON.stringify(CONTACT));
    expect([refusal, findings]).toEqual([undefined, []]);
    expect(JSON.parse(content)).toEqual(CONTACT);
    expect(content.split('\n').length).toBeGreaterThan(5);
  });

  it('shows what stands at each place that the schema complains of', () => {
    const charges = [{ dimension: 'system', amount: 1.5, currency: 'CNY' }];
    const { refusal, findings } = examine(JSON.stringify({ ...CONTACT, outcome: 'done', charges }));
    expect(refusal?.reason).toBe('schema');
    expect(findings).toEqual([
      { where: '/outcome', found: '"done"' },
      { where: '/charges/0/amount', found: '1.5' },
    ]);
  });

  it('finds the fields of a structured CloudEvent in its data', () => {
    const headers = { 'content-type': 'application/cloudevents+json' };
    const event = { specversion: '1.0', id: '1', source: '/s', type: 't' };
    const bad = { ...CONTACT, endedAt: '2026-11-23T09:00:00Z' };
    const expected = [
      { where: '/endedAt', found: '"2026-11-23T09:00:00Z"' },
      { where: '/startedAt', found: '"2026-11-23T10:00:00Z"' },
    ];
    expect(examine(JSON.stringify({ ...event, data: bad }), headers).findings).toEqual(expected);
    const encoded = Buffer.from(JSON.stringify(bad)).toString('base64');
    expect(examine(JSON.stringify({ ...event, data_base64: encoded }), headers).findings).toEqual(expected);
  });

  it('names line and column where a text stops being JSON', () => {
    const { findings, content } = examine('{\n  "channel": voice\n}');
    expect(findings).toEqual([
      { where: 'line 2, column 14', found: '{\\n  "channel":  >>>voice\\n}: expected a value' },
    ]);
    expect(content).toBe('{\n  "channel": voice\n}');
    expect(examine('\uFEFF{').findings[0]?.where).toBe('line 1, column 3');
  });

  it('names the first byte that is no UTF-8, and shows the bytes', () => {
    const { findings, content } = examine(Buffer.from([0x7b, 0x22, 0xc3, 0xa9, 0xe9, 0x22]));
    expect(findings).toEqual([{ where: 'byte 5', found: 'e9 22, which is no UTF-8' }]);
    expect(content).toBe(`000000  ${'7b 22 c3 a9 e9 22'.padEnd(47)}  {"..."`);
    // Cut off in the middle of a character.
    expect(examine(Buffer.from([0x22, 0xc3])).findings[0]?.where).toBe('byte 2');
  });

  it.each([
    null,
    '',
    '['.repeat(100_000),
    `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    'x'.repeat(300_000),
    '3',
  ])('looks at whatever comes (%#)', (value) => {
    const { refusal, content } = examine(value);
    expect(refusal).toBeDefined();
    expect(content.length).toBeLessThan(9_000);
  });

  it('knows what to do about every reason', () => {
    expect(Object.keys(REMEDIES).sort()).toEqual(Object.keys(REJECT_REASONS).sort());
  });
});
