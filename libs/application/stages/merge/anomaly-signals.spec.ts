import { EMPTY_REFERENCE } from '#libs/application';
import { matchesSchema, type Signal } from '#libs/contract';
import { parseMicros, type Reference } from '#libs/domain';
import { PipelineDriver } from '../../../testing/pipeline-driver.js';
import { contact, REFERENCE } from '../centre.fixture.js';

const HALF_HOUR = 1800;
const WEEK = 336;

/** Two contacts an hour for three weeks and a bit, CNY 600 each; in the last two hours they take three times as long. */
const CONTACTS = Array.from({ length: 3 * WEEK + 20 }, (_, index) =>
  contact(`i-${String(index)}`, index * HALF_HOUR, {
    channel: 'email',
    talkSeconds: index >= 3 * WEEK + 14 ? 54_000 : 18_000,
  }),
);

function run(restartEvery = Infinity): Signal[] {
  const reference: Reference = { ...REFERENCE, rules: EMPTY_REFERENCE.rules.filter(({ kind }) => kind === 'anomaly') };
  const driver = new PipelineDriver({ reference, partitions: 1, stage: { scopes: ['all'] } });
  for (let first = 0; first < CONTACTS.length; first += 12) {
    driver.send(...CONTACTS.slice(first, first + 12));
    if ((first / 12) % restartEvery === restartEvery - 1) driver.restart();
  }
  return driver.signals;
}

describe('an anomaly', () => {
  it('fires against the same hour of three past weeks, says why, and is the same after restarts', () => {
    const signals = run();
    const [first] = signals;
    expect(first).toMatchObject({ signalKey: 'anomaly:all:all', status: 'firing', severity: 'warning', window: '1h' });
    expect(matchesSchema('signal.v1', first)).toBe(true);
    const { total, volume, mix, efficiency, rate } = first!.variance!;
    expect([volume, mix, efficiency, rate].map((part) => parseMicros(part!)).reduce((a, b) => a + b)).toBe(
      parseMicros(total!),
    );
    expect(parseMicros(efficiency!)).toBeGreaterThan(0n);
    expect([volume, rate]).toEqual(['0.00', '0.00']);
    expect(first!.contributors).toEqual([{ scope: 'dimension', id: 'labour', amount: total, share: 1 }]);
    expect(run(10)).toEqual(signals);
  });
});
