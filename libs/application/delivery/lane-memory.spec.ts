import type { Signal } from '#libs/contract';
import { LaneMemory } from './lane-memory.js';
import type { Route } from './receivers.js';
import { signalOf } from './signal.fixture.js';

const CRITICAL_ONLY: readonly Route[] = [{ receivers: ['pager'], severity: ['critical'], scope: ['channel'] }];
const EVERYTHING: readonly Route[] = [{ receivers: ['pager'] }];

/** Which of the messages are sent, in order. */
function sent(routes: readonly Route[], messages: readonly Signal[]): number[] {
  const memory = new LaneMemory('pager', routes);
  return messages.flatMap((each) => {
    const step = memory.next(each, 0);
    memory.remember(step.heard);
    return step.send ? [each.sequence] : [];
  });
}

describe('what a receiver is told', () => {
  it('is what its routes lead to it, by severity, scope and rule', () => {
    const told = (route: Omit<Route, 'receivers'>, more: Partial<Signal> = {}): boolean =>
      new LaneMemory('pager', [{ receivers: ['pager'], ...route }]).next(signalOf(more), 0).send;
    expect(told({})).toBe(true);
    expect(told({ severity: ['warning'] })).toBe(false);
    expect(told({ scope: ['channel'] })).toBe(true);
    expect(told({ scope: ['channel:voice'] })).toBe(true);
    expect(told({ scope: ['channel:chat', 'team'] })).toBe(false);
    expect(told({ rule: ['burn-rate'] })).toBe(true);
    expect(told({ rule: ['burn'] })).toBe(true);
    expect(told({ rule: ['unit-cost'] })).toBe(false);
    expect(new LaneMemory('mail', EVERYTHING).next(signalOf(), 0).send).toBe(false);
  });

  it('is the rest of an episode too, whatever its severity is by then', () => {
    const messages = [
      signalOf({ sequence: 0, severity: 'warning' }),
      signalOf({ sequence: 1, severity: 'critical' }),
      signalOf({ sequence: 2, severity: 'warning' }),
      signalOf({ sequence: 3, severity: 'warning', status: 'resolved' }),
    ];
    expect(sent(CRITICAL_ONLY, messages)).toEqual([1, 2, 3]);
  });

  it('is no resolve of what it never heard of', () => {
    const warning = signalOf({ severity: 'warning' });
    expect(sent(CRITICAL_ONLY, [warning, { ...warning, sequence: 1, status: 'resolved' }])).toEqual([]);
  });

  it('is the resolve where compaction may have taken away that it was told', () => {
    const resolve = signalOf({ sequence: 7, severity: 'warning', status: 'resolved' });
    expect(sent(CRITICAL_ONLY, [resolve])).toEqual([7]);
    expect(sent(CRITICAL_ONLY, [{ ...resolve, scope: 'team' }])).toEqual([]);
  });

  it('does not change by asking, so that an attempt can be made again', () => {
    const memory = new LaneMemory('pager', EVERYTHING);
    expect(memory.next(signalOf(), 0)).toEqual(memory.next(signalOf(), 0));
    expect(memory.current(0)).toEqual([]);
  });
});

describe('what a lane remembers', () => {
  const memory = new LaneMemory('pager', EVERYTHING);
  const resolvedAt = '2026-03-02T11:00:00.000Z';
  const remember = (signal: Signal, partition: number): void => memory.remember(memory.next(signal, partition).heard);

  beforeAll(() => {
    remember(signalOf(), 0);
    remember(signalOf({ sequence: 1, severity: 'warning' }), 0);
    remember(signalOf({ signalKey: 'other', episodeId: 'other@1', status: 'resolved', resolvedAt }), 1);
  });

  it('gives the message before, whose severity may have to be ended', () => {
    expect(memory.next(signalOf({ sequence: 2 }), 0).previous?.severity).toBe('warning');
    expect(memory.next(signalOf({ episodeId: 'next' }), 0).previous).toBeUndefined();
  });

  it('keeps alive what fires, and what was resolved lately', () => {
    expect(memory.current(Date.parse(resolvedAt)).map(({ signalKey }) => signalKey)).toEqual([
      signalOf().signalKey,
      'other',
    ]);
    expect(memory.current(Date.parse(resolvedAt) + 1)).toHaveLength(1);
    expect(memory.firing(0)).toHaveLength(1);
    expect(memory.firing(1)).toEqual([]);
  });

  it('knows what was overtaken', () => {
    expect(memory.isSuperseded(signalOf({ sequence: 0 }))).toBe(true);
    expect(memory.isSuperseded(signalOf({ sequence: 1 }))).toBe(false);
    expect(
      memory.isSuperseded(signalOf({ episodeId: 'before', startedAt: '2026-03-02T09:00:00.000Z', sequence: 9 })),
    ).toBe(true);
    expect(memory.isSuperseded(signalOf({ signalKey: 'unheard' }))).toBe(false);
  });

  it('forgets a partition that is somebody else’s', () => {
    memory.forget(0);
    expect(memory.current(0).map(({ signalKey }) => signalKey)).toEqual(['other']);
  });
});
