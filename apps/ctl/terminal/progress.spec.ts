import { jest } from '@jest/globals';
import { Progress } from './progress.js';
import { tableLines } from './table.js';

function recorder(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, write: (text: string) => written.push(text), written };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('says in plain lines what takes over a second, once, and what is done', async () => {
  const terminal = recorder(false);
  const progress = new Progress(terminal);
  let finish: (value: string) => void = () => undefined;
  const step = progress.step(
    'Starting Kafka',
    () => new Promise<string>((resolve) => (finish = resolve)),
    (port) => `Kafka on ${port}`,
  );
  jest.advanceTimersByTime(900);
  expect(terminal.written).toEqual([]);
  jest.advanceTimersByTime(2100);
  expect(terminal.written).toEqual(['Starting Kafka ...\n']);
  finish('9092');
  expect(await step).toBe('9092');
  expect(terminal.written).toEqual(['Starting Kafka ...\n', '  Kafka on 9092 (3.0 s)\n']);
});

it('keeps one moving line on a terminal and leaves it empty', async () => {
  const terminal = recorder(true);
  const progress = new Progress(terminal);
  const step = progress.step(
    'Stopping',
    () => new Promise((resolve) => setTimeout(resolve, 250)),
    () => undefined,
  );
  await jest.advanceTimersByTimeAsync(250);
  await step;
  expect(terminal.written.filter((text) => text.includes('Stopping'))).toHaveLength(2);
  expect(terminal.written.at(-1)).toBe('\r\x1b[K');
});

it('goes on after a step that fails', async () => {
  const terminal = recorder(false);
  const progress = new Progress(terminal);
  await expect(
    progress.step(
      'Starting',
      () => Promise.reject(new Error('no')),
      () => 'up',
    ),
  ).rejects.toThrow('no');
  expect(jest.getTimerCount()).toBe(0);
  expect(terminal.written).toEqual([]);
});

it('tableLines makes columns as wide as their widest cell', () => {
  expect(
    tableLines([
      ['a', 'bb', 'c'],
      ['aaa', 'b', ''],
    ]),
  ).toEqual(['  a    bb  c', '  aaa  b']);
});
