import { decodeInput, type InputTopicKey } from '#libs/contract';
import { DEFECTS } from './defects.js';
import type { ContactEvent } from './event.js';
import type { SimulatedRecord } from './record.js';
import { eventsOf, FIRST_SLOT, planFrom, smallSimulation } from './sample-simulation.fixture.js';
import { SLOT_MS } from './simulation.js';

const FIRST = FIRST_SLOT + 600;
const SPAN = 40;
const simulation = smallSimulation([planFrom('bad-input', (FIRST - 60) * SLOT_MS)]);
const contacts = eventsOf(simulation, FIRST, 10).filter(
  (event): event is ContactEvent => event.topic === 'interactions',
);

function decoded(record: SimulatedRecord): ReturnType<typeof decodeInput<InputTopicKey>> {
  const { topic, key, value, headers } = record;
  return decodeInput(topic, { key: Buffer.from(key), value: value === null ? null : Buffer.from(value), headers });
}

describe('bad input', () => {
  it.each(DEFECTS.map((defect) => [defect.name, defect] as const))('%s is refused for its reason', (_, defect) => {
    for (const contact of contacts.slice(0, 30)) {
      const result = decoded(defect.spoil(contact));
      // What lies in the future only the clock can tell.
      if (defect.reason === 'future') expect(result.ok).toBe(true);
      else expect(result).toMatchObject({ ok: false, reason: defect.reason });
    }
  });

  it('breaks nothing under an id of a good contact', () => {
    for (const defect of DEFECTS) {
      for (const contact of contacts.slice(0, 30)) {
        const result = decoded(defect.spoil(contact));
        if (result.ok) expect(result.data).not.toMatchObject({ interactionId: contact.id });
      }
    }
  });

  it('loses nothing: every good record comes once or more, and the extra ones are a few per cent', () => {
    const records = Array.from({ length: SPAN + 15 }, (_, at) => simulation.records(FIRST + at)).flat();
    const sent = new Set(records.map(({ value }) => value));
    const good = smallSimulation();
    const events = eventsOf(good, FIRST, SPAN);
    expect(events.filter((event) => !sent.has(JSON.stringify(event.data)))).toEqual([]);
    const extra = records.length - eventsOf(good, FIRST, SPAN + 15).length;
    expect(extra / records.length).toBeGreaterThan(0.015);
    expect(extra / records.length).toBeLessThan(0.06);
  });

  it('sends some records late, within the grace and beyond it, and each slot in the order of sending', () => {
    const late = new Set<number>();
    for (let at = 0; at < SPAN; at += 1) {
      const records = simulation.records(FIRST + at);
      const times = records.map(({ sendMs }) => sendMs);
      expect(times.every((sendMs) => Math.floor(sendMs / SLOT_MS) === FIRST + at)).toBe(true);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      for (const record of records) {
        const { ce_time: time = '' } = record.headers;
        late.add(Math.round((record.sendMs - Date.parse(time)) / SLOT_MS));
      }
    }
    expect(late).toEqual(new Set([0, 3, 15]));
  });

  it('is the same again', () => {
    const again = smallSimulation([planFrom('bad-input', (FIRST - 60) * SLOT_MS)]);
    expect(again.records(FIRST + 5)).toEqual(simulation.records(FIRST + 5));
  });
});
