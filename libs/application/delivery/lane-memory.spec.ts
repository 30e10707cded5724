import type { Signal } from '#libs/contract';
import { LaneMemory } from './lane-memory.js';
import type { Route } from './receivers.js';
import { Silences } from './silences.js';
import { signalOf } from './signal.fixture.js';
import { Snoozes } from './snoozes.js';

const CRITICAL_ONLY: readonly Route[] = [{ receivers: ['pager'], severity: ['critical'], scope: ['channel'] }];
const NOTHING_SILENCED = { silences: new Silences(() => undefined), snoozes: new Snoozes(() => 0) };
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
    const memory = new LaneMemory('pager', EVERYTHING, { silences, snoozes: NOTHING_SILENCED.snoozes });
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
    const [released] = memory.released();
    expect(released).toMatchObject({ heard: { signal: fires, shown: undefined }, again: undefined });
    memory.remember({ ...released!.heard, told: true, waiting: false, shown: fires });
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

describe('what somebody snoozed', () => {
  const AT = (minute: number): string => `2026-03-02T10:${String(minute).padStart(2, '0')}:00.000Z`;
  const message = (sequence: number, minute: number, more: Partial<Signal> = {}): Signal =>
    signalOf({ sequence, observedAt: AT(minute), ...more });
  const resolve = (sequence: number, minute: number): Signal =>
    message(sequence, minute, { status: 'resolved', resolvedAt: AT(minute) });
  const { episodeId, signalKey } = signalOf();

  /** A lane whose wall clock stands at a minute past ten; messages taken at the minute they were observed at. */
  function lane({ routes = EVERYTHING, silences = new Silences(() => undefined) } = {}) {
    let nowMs = 0;
    const snoozes = new Snoozes(() => nowMs);
    const memory = new LaneMemory('pager', routes, { silences, snoozes });
    const at = (minute: number): void => void (nowMs = Date.parse(AT(minute)));
    return {
      ...{ memory, silences, at },
      snooze: (from: number, until: number): void => {
        const [madeAtMs, untilMs] = [from, until].map((minute) => Date.parse(AT(minute))) as [number, number];
        snoozes.accept(episodeId, { signalKey, episodeId, madeAtMs, untilMs, by: 'Omar' });
      },
      take: (signal: Signal, when: 'now' | 'then' = 'now'): boolean => {
        if (when === 'now') nowMs = Date.parse(signal.observedAt);
        const step = memory.next(signal, 0, when);
        memory.remember(step.heard);
        return step.send;
      },
    };
  }

  it('is not told while it fires, also not where it gets worse; its end is', () => {
    const { take, snooze } = lane();
    expect(take(message(0, 1))).toBe(true);
    snooze(2, 20);
    expect([take(message(1, 3)), take(message(2, 4, { severity: 'critical' })), take(resolve(3, 5))]).toEqual([
      ...[false, false, true],
    ]);
    expect(take(signalOf({ episodeId: 'next', observedAt: AT(6) }))).toBe(true);
  });

  it('ends for who heard nothing of it at all, as well', () => {
    const { take, snooze } = lane();
    snooze(0, 20);
    expect([take(message(0, 1)), take(resolve(1, 2))]).toEqual([false, true]);
  });

  it('is told again when the snooze is over, with what was sent before it', () => {
    const { memory, take, snooze, at } = lane();
    take(message(0, 1, { severity: 'warning' }));
    snooze(2, 20);
    take(message(1, 3, { severity: 'critical' }));
    at(19);
    expect(memory.released()).toEqual([]);
    expect(memory.current(0).map(({ severity }) => severity)).toEqual(['warning']);
    at(20);
    const [released] = memory.released();
    expect(released).toMatchObject({ heard: { signal: { sequence: 1 }, shown: { sequence: 0 } }, again: undefined });
    memory.remember({ ...released!.heard, waiting: false, shown: released!.heard.signal });
    expect(memory.released()).toEqual([]);
    expect(take(message(2, 21))).toBe(true);
  });

  it('is told again under another name where nothing new came meanwhile', () => {
    const { memory, take, snooze, at } = lane();
    take(message(0, 1));
    snooze(2, 20);
    at(3);
    expect(memory.snoozed()).toMatchObject([{ snooze: { by: 'Omar' } }]);
    at(20);
    expect(memory.snoozed()).toEqual([]);
    expect(memory.released()).toMatchObject([{ heard: { signal: { sequence: 0 } }, again: Date.parse(AT(20)) }]);
  });

  it('waits for the silencer too, and the other way round', () => {
    const silences = new Silences(() => undefined);
    const whole = signalOf({ signalKey: 'whole', scope: 'all', id: 'all', startedAt: '2026-03-02T09:59:00.000Z' });
    silences.accept('whole', whole);
    const { memory, take, snooze, at } = lane({ silences });
    snooze(0, 20);
    expect(take(message(0, 1))).toBe(false);
    at(21);
    expect(memory.released()).toEqual([]);
    snooze(21, 40);
    silences.accept('whole', { ...whole, sequence: 1, status: 'resolved', resolvedAt: AT(22) });
    expect(memory.released()).toEqual([]);
    at(40);
    expect(memory.released()).toMatchObject([{ again: undefined }]);
  });

  it('is nothing to who would not be told in any case', () => {
    const { memory, take, snooze, at } = lane({ routes: CRITICAL_ONLY });
    snooze(0, 20);
    expect(take(message(0, 1, { severity: 'warning' }))).toBe(false);
    at(20);
    expect(memory.released()).toEqual([]);
    expect(take(resolve(1, 21))).toBe(true);
  });

  it('is quiet after a restart, and told when the end of the snooze fell into it', () => {
    const running = lane();
    running.snooze(2, 20);
    expect([running.take(message(0, 1), 'then'), running.take(message(1, 3), 'then')]).toEqual([true, false]);
    running.at(5);
    expect(running.memory.released()).toEqual([]);
    expect(running.memory.current(0).map(({ sequence }) => sequence)).toEqual([0]);
    running.at(20);
    expect(running.memory.released()).toMatchObject([{ heard: { signal: { sequence: 1 } } }]);
    const after = lane();
    after.snooze(2, 20);
    after.take(message(1, 3), 'then');
    after.take(message(2, 21), 'then');
    after.at(22);
    expect(after.memory.released()).toEqual([]);
  });

  it('is left out of what a new receiver is told', () => {
    const { memory, take, snooze, at } = lane();
    snooze(2, 20);
    take(message(0, 1), 'then');
    at(5);
    expect(memory.firing(0)).toEqual([]);
    at(20);
    expect(memory.firing(0)).toHaveLength(1);
  });
});
