import fc from 'fast-check';
import { windowKey, type CostWindow } from '#libs/contract';
import type { WindowingOptions } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../testing/pipeline-driver.js';
import { at, contact, feedback, REFERENCE } from '../stages/centre.fixture.js';

const MINUTE = 60_000;
const WINDOWING: WindowingOptions = {
  rolling: [
    { name: '1m', sizeMs: MINUTE, stepMs: 10_000 },
    { name: '10m', sizeMs: 10 * MINUTE, stepMs: MINUTE },
  ],
  monthStepMs: MINUTE,
  graceMs: 5 * MINUTE,
  correctionMs: 20 * MINUTE,
};
const AGENTS = ['a-1', 'a-2', 'a-3', 'a-4'];

const facts = fc.array(
  fc.record({
    gapSeconds: fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 30 }) }, fc.nat({ max: 400 })),
    backSeconds: fc.nat({ max: 10 }),
    agent: fc.constantFrom(...AGENTS),
    isFeedback: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
    copyOf: fc.option(fc.nat(), { nil: undefined, freq: 6 }),
  }),
  { minLength: 1, maxLength: 60 },
);
/** Sizes of the batches, one after another and again. */
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });

type Facts = typeof facts extends fc.Arbitrary<infer T> ? T : never;

/** Contacts and feedback as they happen, no more out of order than is tolerated; now and then one comes again. */
function recordsOf(all: Facts): DriverRecord[] {
  const records: DriverRecord[] = [];
  let seconds = 0;
  for (const [index, { gapSeconds, backSeconds, agent, isFeedback, copyOf }] of all.entries()) {
    seconds += gapSeconds;
    const copied = copyOf === undefined ? undefined : records[copyOf % Math.max(1, records.length)];
    const atSeconds = Math.max(0, seconds - backSeconds);
    if (copied) records.push(copied);
    else if (isFeedback)
      records.push({ ...feedback(`f-${String(index)}`, atSeconds, { agentId: agent, channel: 'voice' }), key: agent });
    else records.push(contact(`i-${String(index)}`, atSeconds, { agentId: agent, talkSeconds: (index % 9) * 10 }));
  }
  return records;
}

function run(records: readonly DriverRecord[], sizes: readonly number[]): PipelineDriver {
  const driver = new PipelineDriver({ reference: REFERENCE, partitions: 2, stage: { windowing: WINDOWING } });
  // Every partition has been read before: no input is waited for, and none is passed over.
  for (const agent of AGENTS) {
    const opening = { agentId: agent, interactionId: `open-${agent}` };
    driver.send(contact('', 0, opening), { ...feedback(`open-${agent}`, 0, { agentId: agent }), key: agent });
  }
  for (let first = 0, batch = 0; first < records.length; batch += 1) {
    const size = sizes[batch % sizes.length]!;
    driver.send(...records.slice(first, first + size));
    first += size;
  }
  driver.finish();
  return driver;
}

/** What is left of each window's end in a compacted topic. */
function finalWindows(driver: PipelineDriver): Map<string, CostWindow> {
  return new Map(
    driver.windows.map((window) => [`${windowKey(window.scope, window.id, window.window)} ${window.end}`, window]),
  );
}

const costs = (driver: PipelineDriver) => driver.costEvents.map((event) => JSON.stringify(event)).sort();

/** Counters of money are floats, whose sums depend on how they are made; the windows hold the exact ones. */
const countsOf = ({ counters }: PipelineDriver) =>
  Object.fromEntries([...counters].filter(([metric]) => metric !== 'spendline_cost_total'));

describe('how records are cut into batches', () => {
  it('changes no window, no cost event and no count', () => {
    fc.assert(
      fc.property(facts, cuts, (all, sizes) => {
        const records = recordsOf(all);
        const [alone, together] = [run(records, [1]), run(records, sizes)];
        const [expected, actual] = [finalWindows(alone), finalWindows(together)];
        expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [key, window] of expected) expect([key, actual.get(key)]).toEqual([key, window]);
        expect(costs(together)).toEqual(costs(alone));
        expect(countsOf(together)).toEqual(countsOf(alone));
      }),
      { numRuns: 12 },
    );
  });

  it('changes nothing that a reader sees who carries values forward, where some come late', () => {
    const late = fc.array(fc.record({ at: fc.nat(), backSeconds: fc.integer({ min: 11, max: 240 }) }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(facts, cuts, late, (all, sizes, latecomers) => {
        const records = recordsOf(all);
        const lastSeconds = all.reduce((sum, { gapSeconds }) => sum + gapSeconds, 0);
        for (const [index, { at: place, backSeconds }] of latecomers.entries()) {
          const seconds = Math.max(0, lastSeconds - backSeconds);
          records.splice(place % (records.length + 1), 0, contact(`late-${String(index)}`, seconds));
        }
        const [alone, together] = [run(records, [1]), run(records, sizes)];
        const ends = [
          ...new Set([...finalWindows(alone).values(), ...finalWindows(together).values()].map(({ end }) => end)),
        ];
        // Where a late record is behind the grace in one of the runs alone, it may be in the calendar alone there.
        fc.pre(
          (alone.counters.get('spendline_late_total') ?? 0) === (together.counters.get('spendline_late_total') ?? 0),
        );
        for (const [scope, id] of [
          ['all', 'all'],
          ['agent', 'a-1'],
        ] as const) {
          for (const window of ['1m', '10m'])
            for (const end of ends) {
              const [a, b] = [alone, together].map((driver) => driver.windowAt(scope, id, window, end));
              expect([window, end, b?.amount ?? '0.00', b?.interactions ?? 0]).toEqual([
                ...[window, end],
                ...[a?.amount ?? '0.00', a?.interactions ?? 0],
              ]);
            }
        }
      }),
      { numRuns: 8 },
    );
  });

  it('changes nothing of a long day either', () => {
    const records = Array.from({ length: 400 }, (_, index) =>
      contact(`i-${String(index)}`, index * 3, { agentId: AGENTS[index % 4]!, updatedAt: at(0) }),
    );
    const windows = (sizes: number[]) =>
      [...finalWindows(run(records, sizes)).values()].map((each) => JSON.stringify(each)).sort();
    expect(windows([400])).toEqual(windows([7]));
  });
});
