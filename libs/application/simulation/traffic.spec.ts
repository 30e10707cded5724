import fc from 'fast-check';
import { FIRST_SLOT, smallSimulation } from './sample-simulation.fixture.js';
import { SLOT_MS } from './simulation.js';
import { Traffic } from './traffic.js';

const FROM_MS = (FIRST_SLOT + 600) * SLOT_MS - 1;
const SPAN_MS = 6 * SLOT_MS;

describe('traffic', () => {
  const simulation = smallSimulation();
  const whole = new Traffic(simulation, FROM_MS).take(FROM_MS + SPAN_MS);

  it('is all that its slots hold', () => {
    const slots = Array.from({ length: 6 }, (_, at) => simulation.records(FIRST_SLOT + 600 + at)).flat();
    expect(whole).toEqual(slots);
    expect(whole.length).toBeGreaterThan(300);
  });

  it('is the same however the span is cut, and when somebody else goes on', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: SPAN_MS }), { maxLength: 12 }), (cuts) => {
        let traffic = new Traffic(simulation, FROM_MS);
        const taken = [...cuts.toSorted((a, b) => a - b), SPAN_MS].flatMap((cut, at) => {
          if (at % 3 === 2) traffic = new Traffic(simulation, traffic.takenMs);
          return traffic.take(FROM_MS + cut);
        });
        expect(taken).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('gives nothing when time goes back', () => {
    const traffic = new Traffic(simulation, FROM_MS);
    traffic.take(FROM_MS + 5000);
    expect(traffic.take(FROM_MS + 4000)).toEqual([]);
    expect(traffic.takenMs).toBe(FROM_MS + 5000);
  });
});
