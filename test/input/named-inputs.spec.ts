import { REJECT_REASONS, type RejectReason } from '#libs/contract';
import { BASE, contact, REFERENCE } from '../../libs/application/stages/centre.fixture.js';
import { PipelineDriver, type DriverRecord } from '../../libs/testing/pipeline-driver.js';
import { namedInputs, type NamedInput } from './named-inputs.js';

const INPUTS = namedInputs(BASE);
const [FIRST] = INPUTS;

const METRICS = {
  counted: 'spendline_counted_total',
  duplicate: 'spendline_duplicates_total',
  stale: 'spendline_stale_total',
  late: 'spendline_late_total',
} as const;

const record = ({ topic, value, headers }: NamedInput): DriverRecord => ({
  topic,
  key: 'a-1',
  value,
  ...(headers && { headers }),
});

const isFate = (fate: NamedInput['fate']): fate is keyof typeof METRICS => Object.hasOwn(METRICS, fate);

describe('named inputs', () => {
  it('are forty at the least, each with a name of its own, and every fate and reason is among them', () => {
    expect(INPUTS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(INPUTS.map(({ name }) => name)).size).toBe(INPUTS.length);
    const fates = new Set(INPUTS.map(({ fate }) => fate));
    // It takes two bills: see cost-bills.spec.ts.
    const alone = Object.keys(REJECT_REASONS).filter((reason) => reason !== 'already-corrected');
    expect([...fates].sort()).toEqual([...Object.keys(METRICS), ...alone].sort());
  });

  it.each(INPUTS.map((input) => [input.name, input.fate, input] as const))('%s: %s', (_, fate, input) => {
    const driver = new PipelineDriver({ reference: REFERENCE, partitions: 1, stage: { clock: 'live' }, nowMs: BASE });
    if (input !== FIRST) driver.send(record(FIRST!));
    const before = new Map(driver.counters);
    const neighbour = (id: string): DriverRecord => contact(id, 0, { agentId: 'neighbour', channel: 'next-door' });
    driver.send({ ...neighbour('before'), key: 'a-1' }, record(input), { ...neighbour('after'), key: 'a-1' });
    driver.tick(600_000);

    const gained = (metric: string): number => (driver.counters.get(metric) ?? 0) - (before.get(metric) ?? 0);
    const expected = { counted: 2, duplicate: 0, stale: 0, late: 0 };
    if (isFate(fate)) expected[fate] += 1;
    for (const [each, count] of Object.entries(expected)) {
      expect([each, gained(METRICS[each as keyof typeof METRICS])]).toEqual([each, count]);
    }
    const rejected: RejectReason[] = isFate(fate) ? [] : [fate];
    expect(driver.rejected.map(({ reason }) => reason)).toEqual(rejected);
    for (const { detail, record: stored } of driver.rejected) {
      expect(detail).not.toBe('');
      expect(stored.value).toBe(input.value);
    }
    expect(driver.unaccounted).toBe(0);
    const neighbours = driver.costEvents.filter(({ agentId }) => agentId === 'neighbour');
    expect(neighbours.map(({ amount }) => amount)).toEqual(['16.00', '16.00']);
  });
});
