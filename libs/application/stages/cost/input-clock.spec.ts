import fc from 'fast-check';
import { CLOCK_TOPICS, InputClock } from './input-clock.js';

const SECOND = 1_000;
const OPTIONS = { disorderMs: 10 * SECOND, idleMs: 30 * SECOND };
/** Event time and wall time lie apart, so that one taken for the other shows. */
const EVENT = 500_000;
const WALL = 9_000_000;

const clockOf = (clock: 'live' | 'event', caughtUp: ConstructorParameters<typeof InputClock>[1] = {}) =>
  new InputClock({ clock, ...OPTIONS }, caughtUp);

/** Events of one topic, read at `nowMs`. */
function read(
  clock: InputClock,
  topic: (typeof CLOCK_TOPICS)[number],
  eventMs: number,
  nowMs: number,
  caughtUp = true,
): number | undefined {
  clock.read(topic, nowMs, caughtUp);
  clock.observe(topic, eventMs);
  clock.advance(nowMs);
  return clock.watermarkMs;
}

describe.each(['live', 'event'] as const)('InputClock on the %s clock', (kind) => {
  it('has no watermark before the first event, however long it waits', () => {
    const clock = clockOf(kind);
    clock.advance(WALL);
    clock.advance(WALL + 3600 * SECOND);
    expect([clock.watermarkMs, clock.latestMs]).toEqual([undefined, undefined]);
    // A replay into an empty system may reach this partition a moment after others.
    expect(clock.isIdle(WALL)).toBe(kind === 'live');
    expect(clock.isIdle(WALL + 29 * SECOND)).toBe(kind === 'live');
    expect(clock.isIdle(WALL + 30 * SECOND)).toBe(true);
  });

  it('is the largest event time less the disorder', () => {
    const clock = clockOf(kind);
    expect(read(clock, 'interactions', EVENT, WALL)).toBe(EVENT - 10 * SECOND);
    expect(read(clock, 'interactions', EVENT + 5 * SECOND, WALL)).toBe(EVENT - 5 * SECOND);
    expect(read(clock, 'interactions', EVENT - 60 * SECOND, WALL)).toBe(EVENT - 5 * SECOND);
    expect(clock.latestMs).toBe(EVENT + 5 * SECOND);
  });

  it('is the least of several inputs', () => {
    const clock = clockOf(kind);
    read(clock, 'interactions', EVENT, WALL);
    expect(read(clock, 'feedback', EVENT + 60 * SECOND, WALL)).toBe(EVENT - 10 * SECOND);
    expect(read(clock, 'interactions', EVENT + 90 * SECOND, WALL)).toBe(EVENT + 50 * SECOND);
  });

  it('does not go back for an input that begins late', () => {
    const clock = clockOf(kind);
    read(clock, 'interactions', EVENT, WALL);
    expect(read(clock, 'agentStates', EVENT - 600 * SECOND, WALL)).toBe(EVENT - 10 * SECOND);
    // It waits for it from then on.
    expect(read(clock, 'interactions', EVENT + 20 * SECOND, WALL)).toBe(EVENT - 10 * SECOND);
  });

  it('waits for no input that was silent for the idle time and has nothing waiting', () => {
    const clock = clockOf(kind);
    read(clock, 'feedback', EVENT - 60 * SECOND, WALL);
    expect(read(clock, 'interactions', EVENT, WALL + 29 * SECOND)).toBe(EVENT - 70 * SECOND);
    expect(read(clock, 'interactions', EVENT, WALL + 30 * SECOND)).toBe(EVENT - 10 * SECOND);
    expect(clock.isIdle(WALL + 30 * SECOND)).toBe(false);
  });

  it('waits for an input with records still to be read, however long that takes', () => {
    const clock = clockOf(kind);
    read(clock, 'feedback', EVENT - 60 * SECOND, WALL, false);
    expect(read(clock, 'interactions', EVENT, WALL + 3600 * SECOND)).toBe(EVENT - 70 * SECOND);
    expect(clock.isIdle(WALL + 7200 * SECOND)).toBe(false);
    expect(read(clock, 'feedback', EVENT + SECOND, WALL + 7200 * SECOND)).toBe(EVENT - 9 * SECOND);
  });

  it('does not move before an input that has records waiting since take-over was read', () => {
    const clock = clockOf(kind, { feedback: false });
    expect(read(clock, 'interactions', EVENT, WALL)).toBeUndefined();
    clock.advance(WALL + 3600 * SECOND);
    expect(clock.watermarkMs).toBeUndefined();
    expect(read(clock, 'feedback', EVENT - 5 * SECOND, WALL + 3600 * SECOND)).toBe(EVENT - 15 * SECOND);
  });

  it('is restored to where it was, and waits as it would for what was waiting', () => {
    const before = clockOf(kind);
    read(before, 'interactions', EVENT, WALL);
    read(before, 'feedback', EVENT - 3 * SECOND, WALL);
    const after = clockOf(kind, { feedback: false });
    after.restore(JSON.parse(JSON.stringify(before.toJSON())) as ReturnType<InputClock['toJSON']>);
    expect([after.watermarkMs, after.latestMs]).toEqual([before.watermarkMs, before.latestMs]);
    expect(read(after, 'interactions', EVENT + 60 * SECOND, WALL)).toBe(EVENT - 10 * SECOND);
    expect(read(after, 'feedback', EVENT + 50 * SECOND, WALL)).toBe(EVENT + 40 * SECOND);
  });

  it('waits the idle time again after a restart, for nobody knows how long an input has been silent', () => {
    const before = clockOf(kind);
    read(before, 'feedback', EVENT - 3 * SECOND, WALL);
    read(before, 'interactions', EVENT, WALL);
    const after = clockOf(kind);
    after.restore(before.toJSON());
    after.advance(WALL + SECOND);
    expect(after.watermarkMs).toBe(EVENT - 13 * SECOND);
    expect(read(after, 'interactions', EVENT + 5 * SECOND, WALL + 30 * SECOND)).toBe(EVENT - 13 * SECOND);
    expect(read(after, 'interactions', EVENT + 5 * SECOND, WALL + 31 * SECOND)).toBe(EVENT - 5 * SECOND);
  });

  it('never goes back, whatever comes', () => {
    const steps = fc.array(
      fc.record({
        topic: fc.constantFrom(...CLOCK_TOPICS),
        eventMs: fc.integer({ min: 0, max: 1_000 * SECOND }),
        afterMs: fc.nat({ max: 40 * SECOND }),
        caughtUp: fc.boolean(),
        restart: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        let clock = clockOf(kind);
        let nowMs = WALL;
        let highest = -Infinity;
        for (const { topic, eventMs, afterMs, caughtUp, restart } of all) {
          nowMs += afterMs;
          const watermarkMs = read(clock, topic, eventMs, nowMs, caughtUp) ?? -Infinity;
          expect(watermarkMs).toBeGreaterThanOrEqual(highest);
          // Events alone never move it past the latest of them.
          if (kind === 'event') expect(watermarkMs).toBeLessThanOrEqual((clock.latestMs ?? 0) - OPTIONS.disorderMs);
          highest = watermarkMs;
          if (restart) {
            const state = clock.toJSON();
            clock = clockOf(kind);
            clock.restore(state);
          }
        }
      }),
    );
  });
});

describe('an idle InputClock', () => {
  it('follows the wall clock on the live clock', () => {
    const clock = clockOf('live');
    read(clock, 'interactions', EVENT, WALL);
    clock.advance(WALL + 29 * SECOND);
    expect(clock.watermarkMs).toBe(EVENT - 10 * SECOND);
    clock.advance(WALL + 30 * SECOND);
    expect(clock.isIdle(WALL + 30 * SECOND)).toBe(true);
    expect(clock.watermarkMs).toBe(WALL + 20 * SECOND);
    clock.advance(WALL + 31 * SECOND);
    expect(clock.watermarkMs).toBe(WALL + 21 * SECOND);
  });

  it('stays on the event clock, where only events move it', () => {
    const clock = clockOf('event');
    read(clock, 'interactions', EVENT, WALL);
    read(clock, 'feedback', EVENT + 15 * SECOND, WALL);
    clock.advance(WALL + 3600 * SECOND);
    expect(clock.watermarkMs).toBe(EVENT + 5 * SECOND);
  });

  it('takes the largest watermark that it is raised to', () => {
    const clock = clockOf('event');
    clock.raise(EVENT);
    clock.raise(EVENT - 1);
    expect(clock.watermarkMs).toBe(EVENT);
  });
});
