import { catchUpMs, EventClock, parseCatchUpSpeed } from './event-clock.js';

const NOW_MS = 1_000_000_000;
const DAY_MS = 86_400_000;

it('runs a day in twenty seconds and then with the wall clock', () => {
  const clock = new EventClock(NOW_MS - DAY_MS, 'auto', NOW_MS);
  expect(clock.at(NOW_MS)).toBe(NOW_MS - DAY_MS);
  expect(clock.at(NOW_MS + 10_000)).toBe(NOW_MS - DAY_MS / 2);
  expect(clock.caughtUp).toBe(false);
  expect(clock.at(NOW_MS + 21_000)).toBe(NOW_MS + 21_000);
  expect(clock.caughtUp).toBe(true);
  expect(clock.at(NOW_MS + 22_000)).toBe(NOW_MS + 22_000);
  expect(catchUpMs(DAY_MS, 'auto')).toBeCloseTo(20_000, -2);
});

it('keeps to the pace that was asked for', () => {
  expect(new EventClock(0, 60, NOW_MS).at(NOW_MS + 1000)).toBe(60_000);
  expect(new EventClock(0, 'max', NOW_MS).at(NOW_MS + 1000)).toBe(NOW_MS + 1000);
  const atOnce = new EventClock(NOW_MS - DAY_MS, 1, NOW_MS);
  expect(atOnce.at(NOW_MS + DAY_MS)).toBe(NOW_MS);
  expect(atOnce.caughtUp).toBe(false);
  expect(catchUpMs(DAY_MS, 61)).toBe(DAY_MS / 60);
});

it.each([
  ['auto', 'auto'],
  ['max', 'max'],
  ['60x', 60],
  ['0x', undefined],
  ['60', undefined],
])('%s is the speed %s', (text, speed) => {
  expect(parseCatchUpSpeed(text)).toBe(speed);
});
