import { hashOfId } from './fact-memory.js';
import { WaitingRoom, type WaitingFeedback } from './waiting-feedback.js';

const HORIZON_MS = 1000;
const feedback = (feedbackId: string, interactionId: string, atMs: number): WaitingFeedback => ({
  ...{ feedbackId, interactionId, kind: 'complaint', atMs, named: {} },
});
const hash = (id: string): number => hashOfId(Buffer.from(id));
const idsOf = (list: readonly WaitingFeedback[]): string[] => list.map(({ feedbackId }) => feedbackId);

describe('WaitingRoom', () => {
  it('gives out what waits for a contact, once', () => {
    const room = new WaitingRoom(HORIZON_MS);
    room.wait(feedback('f', 'i', 0));
    room.wait(feedback('g', 'i', 0));
    room.wait(feedback('h', 'j', 0));
    expect([room.mayWaitFor(hash('i')), room.mayWaitFor(hash('k'))]).toEqual([true, false]);
    expect(idsOf(room.takeFor('i'))).toEqual(['f', 'g']);
    expect(room.takeFor('i')).toEqual([]);
    expect([room.mayWaitFor(hash('i')), room.mayWaitFor(hash('j'))]).toEqual([false, true]);
  });

  it('lets nobody wait for longer than the horizon', () => {
    const room = new WaitingRoom(HORIZON_MS);
    room.wait(feedback('f', 'i', 0));
    room.wait(feedback('g', 'i', 500));
    expect(room.changes(HORIZON_MS)).toHaveLength(2);
    expect(room.changes(HORIZON_MS + 1)).toEqual([{ key: 'waiting/f', value: null }]);
    expect(idsOf(room.takeFor('i'))).toEqual(['g']);
  });

  it('is the same after it was restored', () => {
    const room = new WaitingRoom(HORIZON_MS);
    room.wait(feedback('f', 'i', 0));
    room.wait(feedback('g', 'i', 0));
    const entries = room.changes(undefined);
    const again = new WaitingRoom(HORIZON_MS);
    for (const { key, value } of entries) expect(again.restore(key, Buffer.from(String(value)))).toBe(true);
    again.restore('waiting/f', null);
    expect(again.restore('other', null)).toBe(false);
    expect(again.changes(undefined)).toEqual([]);
    expect(idsOf(again.takeFor('i'))).toEqual(['g']);
  });
});
