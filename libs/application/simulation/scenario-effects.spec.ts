import type { SimulatedEvent } from './event.js';
import { eventsOf, FIRST_SLOT, planFrom, smallSimulation } from './sample-simulation.fixture.js';
import { SLOT_MS } from './simulation.js';
import type { ScenarioName } from './scenario.js';

const FIRST = FIRST_SLOT + 600;
const SLOTS = 60;

/** Figures of an hour in which the scenario is fully there. */
function hourUnder(scenario: ScenarioName): {
  contacts: number;
  automated: number;
  complaints: number;
  vendorErrors: number;
  vendorSeconds: number;
  gifts: number;
  bills: string[];
} {
  const plan = planFrom(scenario, (FIRST - 20) * SLOT_MS);
  const events: SimulatedEvent[] = eventsOf(smallSimulation([plan]), FIRST - 20, SLOTS + 20);
  const hour = events.filter(({ atMs }) => atMs >= FIRST * SLOT_MS);
  const contacts = hour.flatMap(({ topic, data }) => (topic === 'interactions' ? [data] : []));
  const feedback = hour.flatMap(({ topic, data }) => (topic === 'feedback' ? [data] : []));
  const vendors = contacts.filter(({ handledBy }) => handledBy === 'vendor');
  return {
    contacts: contacts.length,
    automated:
      contacts.filter(({ handledBy, outcome }) => handledBy === 'bot' && outcome === 'resolved').length /
      contacts.length,
    complaints: feedback.filter(({ kind }) => kind === 'complaint').length / contacts.length,
    vendorErrors: feedback.filter(({ kind, vendorId }) => kind === 'quality-error' && vendorId).length / vendors.length,
    vendorSeconds:
      vendors.reduce(
        (sum, { talkSeconds = 0, afterContactSeconds = 0 }) => sum + talkSeconds + afterContactSeconds,
        0,
      ) / vendors.length,
    gifts: contacts.filter(({ charges }) => charges !== undefined).length,
    bills: events.flatMap(({ topic, id }) => (topic === 'billingLines' ? [id] : [])),
  };
}

describe('scenarios', () => {
  const normal = hourUnder('normal');

  it('promotion doubles the traffic, gives gifts away and bills a staffing allowance', () => {
    const promotion = hourUnder('promotion');
    expect(promotion.contacts / normal.contacts).toBeGreaterThan(1.8);
    expect(promotion.contacts / normal.contacts).toBeLessThan(2.2);
    expect(normal.gifts).toBe(0);
    expect(promotion.gifts).toBeGreaterThan(10);
    expect(promotion.bills).toEqual([expect.stringMatching(/^sim-promotion-/)]);
  });

  it('over-automation automates more and is complained of at 12% instead of 5%', () => {
    const over = hourUnder('over-automation');
    expect(over.automated - normal.automated).toBeGreaterThan(0.08);
    expect(normal.complaints).toBeLessThan(0.06);
    expect(over.complaints).toBeGreaterThan(0.1);
    expect(over.complaints).toBeLessThan(0.14);
  });

  it('vendor-errors brings errors to a third of what vendors do, and longer handling', () => {
    const bad = hourUnder('vendor-errors');
    expect(bad.vendorErrors).toBeGreaterThan(0.2);
    expect(normal.vendorErrors).toBeLessThan(0.15);
    expect(bad.vendorSeconds / normal.vendorSeconds).toBeGreaterThan(1.3);
  });
});
