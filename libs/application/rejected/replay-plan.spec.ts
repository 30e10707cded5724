import { rejectedRecord, type RejectReason } from '#libs/contract';
import { inputNamed, isMeant, rejectionOf, type Rejection } from './rejection.js';
import { planReplay } from './replay-plan.js';

const CONTACT = {
  interactionId: 'i-1',
  channel: 'voice',
  handledBy: 'agent',
  agentId: 'a-1',
  startedAt: 0,
  endedAt: 1_000,
  outcome: 'resolved',
};
const GOOD = Buffer.from(JSON.stringify(CONTACT));

interface Case {
  readonly topic?: string;
  readonly reason?: RejectReason;
  readonly value?: Buffer;
  readonly sourceOffset?: string;
}

function rejection(
  offset: number,
  { topic = 'x.callcenter.interactions', reason = 'no-fx-rate', value = GOOD, sourceOffset = '5' }: Case = {},
): Rejection {
  const original = { key: Buffer.from('a-1'), value, headers: { ce_specversion: '1.0', reason: 'mine' } };
  const record = rejectedRecord(original, { reason, detail: 'd', topic, partition: 3, offset: sourceOffset });
  const read = rejectionOf(record, { partition: 1, offset: String(offset), timestampMs: 1_000 * offset }, 'x.');
  if (!read) throw new Error('no rejection');
  return read;
}

const OPTIONS = { topicPrefix: 'x.', before: new Set<string>(), again: false };

describe('planReplay', () => {
  it('sends what came as it came, with a note of where it stood', () => {
    const { replays, skipped } = planReplay([rejection(7)], OPTIONS);
    expect(skipped).toEqual([]);
    expect(replays).toEqual([
      {
        id: '1/7',
        input: 'interactions',
        partition: 3,
        key: Buffer.from('a-1'),
        value: GOOD,
        headers: { ce_specversion: '1.0', reason: 'mine', 'replayed-from': 'x.cost.rejected/1/7' },
      },
    ]);
  });

  it('keeps the order in which the source sent', () => {
    const { replays } = planReplay(
      [
        rejection(1, { sourceOffset: '10' }),
        rejection(2, { sourceOffset: '9' }),
        rejection(3, { sourceOffset: '9007199254740993' }),
      ],
      OPTIONS,
    );
    expect(replays.map(({ id }) => id)).toEqual(['1/2', '1/1', '1/3']);
  });

  it('skips what was replayed before, unless told otherwise', () => {
    const options = { ...OPTIONS, before: new Set(['1/7']) };
    expect(planReplay([rejection(7), rejection(8)], options)).toMatchObject({
      replays: [{ id: '1/8' }],
      skipped: [{ id: '1/7', why: 'replayed before' }],
    });
    expect(planReplay([rejection(7)], { ...options, again: true }).replays).toHaveLength(1);
  });

  it('skips what is refused by its bytes, and takes mended bytes instead', () => {
    const broken = rejection(7, { reason: 'not-json', value: Buffer.from('{') });
    expect(planReplay([broken], OPTIONS).skipped).toMatchObject([
      { why: 'still refused', detail: 'not-json: the value is not JSON' },
    ]);
    expect(planReplay([broken], { ...OPTIONS, value: GOOD }).replays[0]?.value).toBe(GOOD);
  });

  it('skips what came by a topic of others', () => {
    const { skipped } = planReplay([rejection(7, { topic: 'y.callcenter.interactions' })], OPTIONS);
    expect(skipped).toMatchObject([{ why: 'unknown topic' }]);
  });
});

describe('isMeant', () => {
  const one = rejection(7);
  it.each([
    [{}, true],
    [{ inputs: ['interactions'] as const, reasons: ['no-fx-rate'] }, true],
    [{ inputs: ['revenue'] as const }, false],
    [{ reasons: ['schema'] }, false],
    [{ sinceMs: 7_000, untilMs: 7_001 }, true],
    [{ untilMs: 7_000 }, false],
    [{ sinceMs: 7_001 }, false],
    [{ ids: new Set(['1/7']) }, true],
    [{ ids: new Set(['1/8']) }, false],
  ])('%j: %s', (filter, expected) => {
    expect(isMeant(one, filter)).toBe(expected);
  });
});

describe('inputNamed', () => {
  it.each(['interactions', 'callcenter.interactions', 'x.callcenter.interactions'])('knows %s', (name) => {
    expect(inputNamed(name, 'x.')).toBe('interactions');
  });
  it.each(['cost.events', 'y.callcenter.interactions', ''])('does not know %j', (name) => {
    expect(inputNamed(name, 'x.')).toBeUndefined();
  });
});
