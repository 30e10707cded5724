import { createHash } from 'node:crypto';
import { interval, map, merge } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  costStage,
  DEFAULT_STAGE_OPTIONS,
  fixedReference,
  recordsOf,
  type StageTask,
  type StageInput,
  type StageOptions,
  type StageOutput,
} from '#libs/application';
import { fixedOffsetCalendar } from '#libs/domain';
import { BASE, contact, REFERENCE } from '../stages/centre.fixture.js';
import { decodePanes } from '../stages/exchange/panes-message.js';
import { processWith } from './run-stage.js';

/** The wall clock stands at BASE when a marble diagram begins. */
const WALL = BASE;

function taskOf(options: Partial<StageOptions> = {}): StageTask {
  const dependencies = {
    reference: fixedReference(REFERENCE),
    partitionOf: () => 0,
    calendarOf: () => fixedOffsetCalendar(0),
    fingerprint: (text: string) => createHash('sha256').update(text).digest('hex'),
  };
  const task = costStage({ ...DEFAULT_STAGE_OPTIONS, ...options }, dependencies).createTask({
    partition: 0,
    partitionCounts: { panes: 1, interactions: 1 },
    caughtUp: {},
  });
  task.restored();
  return task;
}

/** A batch of contacts that ended so many seconds after BASE. */
function batch(...endSeconds: readonly number[]): StageInput {
  const records = endSeconds.map((seconds, offset) => ({
    partition: 0,
    offset: String(offset),
    key: null,
    value: Buffer.from(JSON.stringify(contact(`i-${String(seconds)}`, seconds).value)),
    headers: {},
  }));
  return { kind: 'records', topic: 'interactions', records, caughtUp: true };
}

/** Cost events sent, and the watermark told to the merge stage in seconds after BASE; "-" where nothing is said. */
function brief({ records, blocks = [] }: StageOutput): string {
  const events = blocks.flatMap(recordsOf).filter(({ topic }) => topic === 'costEvents').length;
  const panes = records.find(({ topic }) => topic === 'panes');
  const message = panes && decodePanes(panes.value as Buffer);
  const watermark = message?.watermarkMs === undefined ? '-' : String((message.watermarkMs - BASE) / 1000);
  return `${String(events)} ${message ? watermark : '-'}${message?.idle ? ' idle' : ''}`;
}

/** Runs a task over batches in a marble diagram and a tick every ten seconds, and tells what comes out when. */
function expectOutputs(
  task: StageTask,
  inputs: string,
  batches: Record<string, StageInput>,
  outputs: string,
  values: Record<string, string>,
) {
  const scheduler = new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
  scheduler.run(({ hot, expectObservable }) => {
    const ticks = interval(10_000).pipe(map((): StageInput => ({ kind: 'tick' })));
    const outputs$ = merge(hot(inputs, batches), ticks).pipe(
      map((input) => ({ input, nowMs: WALL + scheduler.now() })),
      processWith(task),
      map(brief),
    );
    expectObservable(outputs$, '59s !').toBe(outputs, values);
  });
}

describe('processWith', () => {
  it('gives one output for each batch and tick, in order, in the turn of its input', () => {
    expectOutputs(
      taskOf(),
      '--a--b',
      { a: batch(0), b: batch(1, 2, 3) },
      '--a--b 9994ms t 9999ms t 9999ms t 9999ms u 9999ms v',
      {
        a: '1 -10',
        b: '3 -7',
        t: '0 -',
        // After thirty seconds without records the live clock goes on alone.
        u: '0 30 idle',
        v: '0 40 idle',
      },
    );
  });

  it('closes nothing by ticks on the event clock', () => {
    expectOutputs(
      taskOf({ clock: 'event' }),
      'a',
      { a: batch(0) },
      'a 9999ms t 9999ms t 9999ms i 9999ms t 9999ms t',
      // Idle is told once, so that other partitions need not wait.
      { a: '1 -10', t: '0 -', i: '0 -10 idle' },
    );
  });

  it('says nothing at all before the first event but that it holds nobody up', () => {
    expectOutputs(taskOf(), '11s a', { a: batch(11) }, '10s i 999ms a 8999ms t 9999ms t 9999ms t 9999ms u', {
      i: '0 - idle',
      t: '0 -',
      a: '1 1',
      u: '0 40 idle',
    });
  });

  it('tells the watermark of each batch, and again on a tick only when it entered another pane', () => {
    expectOutputs(
      taskOf({ idleMs: 5_000 }),
      'a 14999ms b',
      { a: batch(0), b: batch(15) },
      'a 9999ms t 4999ms b 4999ms u 9999ms v 9999ms w 9999ms x',
      { a: '1 -10', t: '0 0 idle', b: '1 5', u: '0 10 idle', v: '0 20 idle', w: '0 30 idle', x: '0 40 idle' },
    );
  });
});
