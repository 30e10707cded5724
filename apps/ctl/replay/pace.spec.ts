import { Pacer, parseSpeed } from './pace.js';

it.each([
  ['max', 'max'],
  ['1x', 1],
  ['60x', 60],
  ['0.5x', 0.5],
  ['0x', undefined],
  ['60', undefined],
  ['fast', undefined],
])('%s is the speed %s', (text, speed) => {
  expect(parseSpeed(text)).toBe(speed);
});

it('makes records due by event time, from the first one on', () => {
  const pacer = new Pacer(60);
  expect(pacer.dueInMs(1_000_000, 5000)).toBe(0);
  expect(pacer.dueInMs(1_060_000, 5000)).toBe(1000);
  expect(pacer.dueInMs(1_060_000, 6500)).toBe(-500);
  expect(new Pacer('max').dueInMs(9e9, 0)).toBe(0);
});
