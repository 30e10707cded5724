import type { Signal } from '#libs/contract';
import { LaneMemory } from './lane-memory.js';
import type { Route } from './receivers.js';
import { Silences } from './silences.js';
import { signalOf } from './signal.fixture.js';

const CRITICAL_ONLY: readonly Route[] = [{ receivers: ['pager'], severity: ['critical'], scope: ['channel'] }];
const NOTHING_SILENCED = new Silences(() => undefined);
const EVERYTHING: readonly Route[] = [{ receivers: ['pager'] }];

/** Which of the messages are sent, in order. */
function sent(routes: readonly Route[], messages: readonly Signal[]): number[] {
  const memory = new LaneMemory('pager', routes, NOTHING_SILENCED);
  return messages.flatMap((each) => {
    const step = memory.next(each, 0);
    memory.remember(step.heard);
    return step.send ? [each.sequence] : [];
  });
}

describe('what a receiver is told', () => {
  it('is what its routes lead to it, by severity, scope and rule', () => {
    const told = (route: Omit<Route, 'receivers'>, more: Partial<Signal> = {}): boolean =>
      new LaneMemory('pager', [{ receivers: ['pager'], ...route }], NOTHING_SILENCED).next(signalOf(more), 0).send;
    expect(told({})).toBe(true);
    expect(told({ severity: ['warning'] })).toBe(false);
    expect(told({ scope: ['channel'] })).toBe(true);
    expect(told({ scope: ['channel:voice'] })).toBe(true);
    expect(told({ scope: ['channel:chat', 'team'] })).toBe(false);
    expect(told({ rule: ['burn-rate'] })).toBe(true);
    expect(told({ rule: ['burn'] })).toBe(true);
    expect(told({ rule: ['unit-cost'] })).toBe(false);
    expect(new LaneMemory('mail', EVERYTHING, NOTHING_SILENCED).next(signalOf(), 0).send).toBe(false);
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
    const memory = new LaneMemory('pager', EVERYTHING, NOTHING_SILENCED);
    expect(memory.next(signalOf(), 0)).toEqual(memory.next(signalOf(), 0));
    expect(memory.current(0)).toEqual([]);
  });
});

describe('what a lane remembers', () => {
  const memory = new LaneMemory('pager', EVERYTHING, NOTHING_SILENCED);
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

describe('what another signal says better', () => {
  const WHOLE = signalOf({ signalKey: 'whole', scope: 'all', id: 'all', startedAt: '2026-03-02T09:59:00.000Z' });
  const over = { ...WHOLE, sequence: 1, status: 'resolved', resolvedAt: '2026-03-02T10:40:00.000Z' } as const;
  const [fires, goesOn] = [signalOf(), signalOf({ sequence: 1, observedAt: '2026-03-02T10:45:00.000Z' })];
  const resolve = signalOf({ sequence: 2, status: 'resolved', observedAt: '2026-03-02T10:50:00.000Z' });

  function lane(...heard: readonly Signal[]) {
    const silences = new Silences(() => undefined);
    for (const signal of heard) silences.accept(signal.signalKey, signal);
    const memory = new LaneMemory('pager', EVERYTHING, silences);
    const take = (signal: Signal, when: 'now' | 'then' = 'now'): boolean => {
      const step = memory.next(signal, 0, when);
      memory.remember(step.heard);
      return step.send;
    };
    return { silences, memory, take };
  }

  it('is not told, nor is its end', () => {
    const { memory, take } = lane(WHOLE);
    expect([take(fires), take(resolve)]).toEqual([false, false]);
    expect(memory.released()).toEqual([]);
  });

  it('is told once the other is over, and then to its end', () => {
    const { silences, memory, take } = lane(WHOLE);
    expect(take(fires)).toBe(false);
    expect(memory.released()).toEqual([]);
    silences.accept('whole', over);
    const [heard] = memory.released();
    expect(heard?.signal).toBe(fires);
    memory.remember({ ...heard!, told: true, silenced: false });
    expect(memory.released()).toEqual([]);
    expect([take(goesOn), take(resolve)]).toEqual([true, true]);
  });

  it('is told to its end where it was told before the other began', () => {
    const { silences, take } = lane();
    expect(take(fires)).toBe(true);
    silences.accept('whole', WHOLE);
    expect([take(goesOn), take(resolve)]).toEqual([true, true]);
  });

  it('is remembered after a restart: silenced as long as the other fired, told in doubt', () => {
    expect(lane(WHOLE).take(fires, 'then')).toBe(false);
    expect(lane(over).take(fires, 'then')).toBe(false);
    expect(lane(over).take(goesOn, 'then')).toBe(true);
    const { take } = lane({ ...WHOLE, startedAt: '2026-03-02T10:20:00.000Z' });
    expect([take(fires, 'then'), take(resolve)]).toEqual([true, true]);
  });
});
