import type { AuditLine } from './decisions.js';
import { handlingOf } from './decide-signal.js';

const NOW_MS = Date.parse('2026-11-10T10:00:00Z');
const line = (auditId: number, action: string, fields: Partial<AuditLine> = {}): AuditLine => ({
  ...{ auditId, action, atMs: NOW_MS, actor: 'omar', actorName: 'Omar', subject: 'signal', subjectId: 'k', part: 'e' },
  ...{ reason: null, body: null, hash: '' },
  ...fields,
});
const firing = { episodeId: 'e', status: 'firing' } as const;
const until = (text: string): Partial<AuditLine> => ({ body: { until: text } });

describe('how people left an episode', () => {
  it('is nothing at first', () => {
    expect(handlingOf(firing, [], NOW_MS)).toEqual({
      ...{ acknowledgedBy: null, acknowledgedAt: null, snoozedUntil: null, snoozedBy: null, comments: 0 },
    });
  });

  it('is what was said last, whatever the order of the lines, of this episode only', () => {
    const lines = [
      line(3, 'snooze', { ...until('2026-11-10T12:00:00.000Z'), actorName: 'Ada' }),
      line(1, 'acknowledge', { reason: 'looking' }),
      line(2, 'snooze', until('2026-11-11T12:00:00.000Z')),
      line(4, 'comment', { reason: 'other', part: 'earlier' }),
    ];
    expect(handlingOf(firing, lines, NOW_MS)).toMatchObject({
      acknowledgedBy: 'Omar',
      snoozedUntil: '2026-11-10T12:00:00.000Z',
      snoozedBy: 'Ada',
      comments: 1,
    });
  });

  it('snoozes neither past its end nor what was resolved', () => {
    const lines = [line(1, 'snooze', until('2026-11-10T10:00:01.000Z'))];
    expect(handlingOf(firing, lines, NOW_MS).snoozedUntil).not.toBeNull();
    expect(handlingOf(firing, lines, NOW_MS + 1_000).snoozedUntil).toBeNull();
    expect(handlingOf({ episodeId: 'e', status: 'resolved' }, lines, NOW_MS).snoozedUntil).toBeNull();
  });
});
