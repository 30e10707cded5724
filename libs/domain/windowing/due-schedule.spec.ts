import { DueSchedule } from './due-schedule.js';

describe('DueSchedule', () => {
  it('tells the ends that are due, in order, each with its keys', () => {
    const schedule = new DueSchedule<string>(5);
    for (const [endMs, key] of [
      [30, 'a'],
      [10, 'b'],
      [30, 'a'],
      [30, 'c'],
      [-5, 'a'],
    ] as const) {
      schedule.add(endMs, key);
    }
    expect(schedule.earliest()).toBe(-5);
    expect(schedule.endsUntil(29)).toEqual([-5, 10]);
    expect(schedule.endsUntil(30)).toEqual([-5, 10, 30]);
    expect(schedule.take(30)).toEqual(['a', 'c']);
  });

  it('gives them once: what was taken is due no more', () => {
    const schedule = new DueSchedule<string>(5);
    schedule.add(10, 'a');
    expect(schedule.take(10)).toEqual(['a']);
    expect(schedule.take(10)).toEqual([]);
    expect(schedule.endsUntil(Infinity)).toEqual([]);
    expect(schedule.earliest()).toBe(Infinity);
    schedule.add(10, 'b');
    expect(schedule.take(10)).toEqual(['b']);
  });

  it('does not grow with what is added again and again', () => {
    const schedule = new DueSchedule<number>(10);
    for (let round = 0; round < 1_000; round += 1) for (let key = 0; key < 10; key += 1) schedule.add(10, key);
    const taken = schedule.take(10);
    expect([...new Set(taken)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(taken.length).toBeLessThan(300);
  });
});
