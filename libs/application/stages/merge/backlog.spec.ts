import type { CostWindow, Signal } from '#libs/contract';
import type { Reference } from '#libs/domain';
import { PipelineDriver, type DriverOptions } from '../../../testing/pipeline-driver.js';
import { BASE, contact, REFERENCE } from '../centre.fixture.js';

const HALF_HOUR = 1_800;

/** Five days of a small centre with a contact every half an hour; those of every third hour are dear. */
const contacts = Array.from({ length: 240 }, (_, index) =>
  contact(`i-${String(index)}`, index * HALF_HOUR, {
    channel: 'email',
    talkSeconds: index % 6 < 2 ? 1_200 : 60,
    agentId: `a-${String(index % 5)}`,
  }),
);

const reference: Reference = {
  ...REFERENCE,
  rules: [
    {
      ...{ ruleId: 'unit', kind: 'unit-cost', version: 1, enabled: true, forMs: 0, keepFiringMs: 300_000 },
      ...{ per: 'interaction', targetMicros: 5_000_000n, tolerance: 0.1, window: '1h', minimumUnits: 1 },
      ...{ severity: 'warning', scopes: ['all', 'channel'] },
    },
  ],
};

interface Told {
  readonly windows: CostWindow[];
  readonly signals: Signal[];
  readonly steps: number;
}

/** What is told of the contacts, sent so many at a time. */
function told(atATime: number, options: Partial<DriverOptions> = {}): Told {
  const driver = new PipelineDriver({ reference, partitions: 1, ...options });
  for (let from = 0; from < contacts.length; from += atATime) driver.send(...contacts.slice(from, from + atATime));
  driver.finish();
  const byId = <T>(one: T, other: T): number => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
  return { windows: driver.windows.sort(byId), signals: driver.signals.sort(byId), steps: driver.stepsBehind };
}

describe('a backlog of days that comes at once', () => {
  const live = told(1);

  it('is closed and judged in steps of bounded size, to the windows and signals of every minute', () => {
    const backlog = told(contacts.length);
    expect(backlog.steps).toBeGreaterThan(2);
    expect(backlog.windows).toEqual(live.windows);
    expect(backlog.signals.length).toBeGreaterThan(10);
    expect(backlog.signals.map(known)).toEqual(live.signals.map(known));
  });

  it('goes on where it was after a restart between any two steps', () => {
    const backlog = told(contacts.length, { restartsWhenBehind: true });
    expect(backlog.steps).toBeGreaterThan(2);
    expect(backlog.windows).toEqual(live.windows);
    expect(backlog.signals.map(known)).toEqual(live.signals.map(known));
  });
});

describe('a minute that is live', () => {
  const live = told(1);

  it('has its windows sent before its rules are judged', () => {
    expect(live.steps).toBe(contacts.length);
  });

  it('is judged to the same by a successor of who sent its windows', () => {
    const { windows, signals } = told(1, { restartsWhenBehind: true });
    expect({ windows, signals }).toEqual({ windows: live.windows, signals: live.signals });
  });

  it('is closed and judged in one when it is history by now, to the same', () => {
    const { windows, signals, steps } = told(1, { nowMs: BASE + 30 * 86_400_000 });
    expect(steps).toBe(0);
    expect({ windows, signals: signals.map(known) }).toEqual({
      windows: live.windows,
      signals: live.signals.map(known),
    });
  });
});

/** A signal but for how far everything had been heard of when it was told. */
function known({ evidence, ...signal }: Signal): unknown {
  return { ...signal, evidence: { ...evidence, watermark: undefined } };
}
