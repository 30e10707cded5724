import { DueSchedule } from './due-schedule.js';

describe('DueSchedule', () => {
  it('tells the ends that are due, in order, each with its scopes', () => {
    const schedule = new DueSchedule(5);
    for (const [endMs, scope] of [
      [30, 1],
      [10, 2],
      [30, 1],
      [30, 3],
      [-5, 1],
    ] as const) {
      schedule.add(endMs, scope);
    }
    expect(schedule.earliest()).toBe(-5);
    expect(schedule.endsUntil(29)).toEqual([-5, 10]);
    expect(schedule.endsUntil(30)).toEqual([-5, 10, 30]);
    expect([...schedule.take(30)]).toEqual([1, 3]);
  });

  it('gives them once: what was taken is due no more', () => {
    const schedule = new DueSchedule(5);
    schedule.add(10, 1);
    expect([...schedule.take(10)]).toEqual([1]);
    expect([...schedule.take(10)]).toEqual([]);
    expect(schedule.endsUntil(Infinity)).toEqual([]);
    expect(schedule.earliest()).toBe(Infinity);
    schedule.add(10, 2);
    expect([...schedule.take(10)]).toEqual([2]);
  });

  it('holds as many as there are', () => {
    const schedule = new DueSchedule(10);
    const scopes = Array.from({ length: 3_000 }, (_, scope) => scope);
    for (const scope of scopes) schedule.add(10, scope);
    expect([...schedule.take(10)]).toEqual(scopes);
  });

  it('does not grow with what is added again and again', () => {
    const schedule = new DueSchedule(10);
    for (let round = 0; round < 1_000; round += 1) for (let scope = 0; scope < 10; scope += 1) schedule.add(10, scope);
    const taken = schedule.take(10);
    expect([...new Set(taken)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(taken.length).toBeLessThan(300);
  });
});
