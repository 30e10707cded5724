import { DEFAULT_STAGE_OPTIONS, type StageOptions } from '../stage-options.js';
import type { InputRecord } from '../stage.js';
import { FinishMarker } from './finish-marker.js';
import { InputClock } from './input-clock.js';

const HOUR = 3_600_000;
const EVENT = 50 * HOUR;
const WALL = 900 * HOUR;
/** The longest window and two of its steps: then everything has left every window. */
const END = EVENT + 24 * HOUR + 30 * 60_000;

const options = (clock: StageOptions['clock']): StageOptions => ({ ...DEFAULT_STAGE_OPTIONS, clock });

function record(value: unknown): InputRecord {
  const bytes = typeof value === 'string' ? value : JSON.stringify(value);
  return { partition: 3, offset: '0', key: null, value: value === null ? null : Buffer.from(bytes), headers: {} };
}

const markerOf = (ends: Record<string, string>) =>
  record({
    kind: 'finish',
    id: 'replay',
    endOffsets: Object.fromEntries(Object.entries(ends).map(([topic, end]) => [topic, { '0': '99', '3': end }])),
  });

/** Partition 3 with an event seen. */
function taskOf(clock: StageOptions['clock'] = 'event', caughtUp: ConstructorParameters<typeof FinishMarker>[0] = {}) {
  const inputClock = new InputClock(options(clock), {});
  inputClock.observe('interactions', EVENT);
  inputClock.advance(WALL);
  const marker = new FinishMarker(caughtUp);
  return {
    marker,
    clock: inputClock,
    take: (value: InputRecord, nowMs = WALL) => marker.take(value, 3, nowMs),
    apply: (nowMs = WALL) => {
      marker.apply(inputClock, options(clock), nowMs);
      return inputClock.watermarkMs;
    },
  };
}

const OPEN = EVENT - 10_000;

describe('FinishMarker', () => {
  it('closes everything once all that it names was read', () => {
    const { marker, take, apply } = taskOf();
    take(markerOf({ interactions: '5', feedback: '2' }));
    expect([apply(), marker.isOver]).toEqual([OPEN, false]);
    marker.readTo('interactions', 5);
    expect(apply()).toBe(OPEN);
    marker.readTo('feedback', 2);
    expect([apply(), marker.isOver]).toEqual([END, true]);
  });

  it('closes at once what was read before it came', () => {
    const { marker, take, apply } = taskOf();
    marker.readTo('interactions', 7);
    take(markerOf({ interactions: '5' }));
    expect(apply()).toBe(END);
  });

  it('does nothing without a marker, and is not one that is anything else', () => {
    const { marker, take, apply } = taskOf();
    for (const value of [
      null,
      '',
      '{',
      '"finish"',
      'null',
      '[]',
      { kind: 'other', endOffsets: {} },
      { kind: 'finish' },
    ])
      take(record(value));
    marker.readTo('interactions', 5);
    expect([apply(), marker.isOver]).toEqual([OPEN, false]);
  });

  it('waits for nothing in a partition that it does not name', () => {
    const { take, apply } = taskOf();
    take(record({ kind: 'finish', id: 'x', endOffsets: { interactions: { '0': '5' } } }));
    expect(apply()).toBe(END);
  });

  it('goes no further than the wall clock on the live clock', () => {
    const { take, apply } = taskOf('live');
    take(markerOf({}));
    expect(apply(EVENT + HOUR)).toBe(EVENT + HOUR - 10_000);
  });

  it('goes on to the end of the windows on the live clock when the wall clock is past it', () => {
    const { take, apply } = taskOf('live');
    take(markerOf({}));
    expect(apply(WALL)).toBe(END);
  });

  it('leaves a task alone that never had an event', () => {
    const marker = new FinishMarker({});
    const clock = new InputClock(options('event'), {});
    marker.take(markerOf({}), 3, WALL);
    marker.apply(clock, options('event'), WALL);
    expect([clock.watermarkMs, marker.isOver]).toEqual([undefined, true]);
  });

  it('gives the clock back to the records that come after it', () => {
    const { marker, take, apply } = taskOf();
    take(markerOf({ interactions: '5' }));
    marker.readTo('interactions', 5);
    apply();
    marker.readTo('interactions', 6);
    expect(marker.isOver).toBe(false);
  });

  it('is the same after a restart, before and after it was over', () => {
    const before = taskOf();
    before.marker.readTo('interactions', 4);
    before.take(markerOf({ interactions: '5', feedback: '2' }));
    const restored = (of: typeof before) => {
      const after = taskOf('event', { interactions: false, feedback: false });
      after.marker.restore(JSON.parse(JSON.stringify(of.marker)) as ReturnType<FinishMarker['toJSON']>);
      return after;
    };
    const after = restored(before);
    expect(after.apply(WALL + HOUR)).toBe(OPEN);
    after.marker.readTo('feedback', 2);
    after.marker.readTo('interactions', 5);
    expect(after.apply()).toBe(END);
    expect(restored(after).marker.isOver).toBe(true);
  });
});

describe('end offsets that name control records of transactions', () => {
  it('are reached when the input was read to its end and five seconds have brought nothing', () => {
    const { marker, take, apply } = taskOf();
    marker.readTo('interactions', 5);
    marker.caughtUp('interactions');
    take(markerOf({ interactions: '6' }));
    expect(apply(WALL + 4_999)).toBe(OPEN);
    expect(apply(WALL + 5_000)).toBe(END);
  });

  it('are not while more is being read', () => {
    const { marker, take, apply } = taskOf();
    marker.caughtUp('interactions');
    take(markerOf({ interactions: '900' }));
    marker.readTo('interactions', 5);
    expect(apply(WALL + HOUR)).toBe(OPEN);
    marker.caughtUp('interactions');
    expect(apply(WALL + HOUR)).toBe(END);
  });

  it('are reached as well where nothing was left to read at take-over', () => {
    const before = taskOf();
    before.marker.readTo('interactions', 5);
    before.take(markerOf({ interactions: '6' }));
    const after = taskOf('event', { interactions: true });
    after.marker.restore(before.marker.toJSON());
    expect(after.apply(WALL + 4_999)).toBe(OPEN);
    expect(after.apply(WALL + 5_000)).toBe(END);
    const waiting = taskOf('event', { interactions: false });
    waiting.marker.restore(before.marker.toJSON());
    expect(waiting.apply(WALL + HOUR)).toBe(OPEN);
  });
});
