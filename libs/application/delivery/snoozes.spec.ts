import { silenceOf } from './alertmanager.js';
import { signalOf } from './signal.fixture.js';
import { snoozeFromWire, Snoozes, snoozeToWire, type Snooze } from './snoozes.js';

const AT = (text: string): number => Date.parse(`2026-03-02T${text}Z`);
const { signalKey, episodeId } = signalOf();
const SNOOZE: Snooze = { signalKey, episodeId, madeAtMs: AT('10:00:00'), untilMs: AT('12:00:00'), by: 'Omar' };

describe('snoozes', () => {
  it('go through Kafka and come back', () => {
    expect(snoozeFromWire(new TextEncoder().encode(snoozeToWire(SNOOZE)))).toEqual(SNOOZE);
    for (const text of ['', '{}', '{"until":"later"}', 'null']) {
      expect(snoozeFromWire(new TextEncoder().encode(text))).toBeUndefined();
    }
    expect(snoozeFromWire(null)).toBeUndefined();
  });

  it('end with their time, with a later word, and when the topic forgets them', () => {
    let nowMs = AT('11:59:59.999');
    const snoozes = new Snoozes(() => nowMs);
    snoozes.accept(episodeId, SNOOZE);
    expect([snoozes.of(episodeId), snoozes.of('another'), snoozes.active()]).toEqual([SNOOZE, undefined, [SNOOZE]]);
    nowMs += 1;
    expect([snoozes.of(episodeId), snoozes.active()]).toEqual([undefined, []]);
    nowMs = AT('11:00:00');
    snoozes.accept(episodeId, { ...SNOOZE, untilMs: AT('10:30:00') });
    expect(snoozes.of(episodeId)).toBeUndefined();
    snoozes.accept(episodeId, SNOOZE);
    snoozes.accept(episodeId, undefined);
    expect(snoozes.of(episodeId)).toBeUndefined();
  });

  it('are a silence for an Alertmanager, on this signal of ours only', () => {
    const context = { receiver: { labels: { service: 'costs' } }, nowMs: AT('10:00:01') };
    expect(silenceOf(SNOOZE, context)).toEqual({
      matchers: [
        { name: 'service', value: 'costs', isRegex: false, isEqual: true },
        { name: 'signal', value: signalKey, isRegex: false, isEqual: true },
      ],
      startsAt: '2026-03-02T10:00:01.000Z',
      endsAt: '2026-03-02T12:00:00.000Z',
      createdBy: 'spendline',
      comment: `Omar snoozed ${episodeId}`,
    });
  });
});
