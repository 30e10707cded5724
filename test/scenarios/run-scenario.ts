import { readFileSync } from 'node:fs';
import {
  buildReference,
  readReferenceFile,
  SAMPLE_CENTRE,
  SCENARIOS,
  Simulation,
  SLOT_MS,
  type ScenarioName,
  type SimulatedRecord,
} from '#libs/application';
import { zonedCalendar } from '#libs/adapters/calendar';
import type { Signal } from '#libs/contract';
import type { Reference } from '#libs/domain';
import { PipelineDriver } from '../../libs/testing/pipeline-driver.js';

/** A stretch of simulated time through the whole pipeline, without a broker, on virtual time. */
export interface ScenarioRun {
  readonly scenario: ScenarioName;
  /** Midnight of the organisation's zone, or any whole minute; event time begins here. Epoch ms. */
  readonly fromMs: number;
  /** Minutes of ordinary traffic before the scenario begins. */
  readonly warmUpMinutes: number;
  readonly minutes: number;
}

/** Records of so much time reach the pipeline together, so that topics stay as nearly in order as they are live. */
const MOMENT_MS = 5_000;

/** Records sent to the pipeline at once: a quarter of an hour. */
const BATCH_SLOTS = 15;

/** The reference data that comes with the product. */
export function sampleReference() {
  const file = readReferenceFile(readFileSync(new URL('../../deploy/reference/sample.yaml', import.meta.url), 'utf8'));
  if (!file.ok) throw new Error(`the sample is broken: ${JSON.stringify(file.faults)}`);
  return buildReference(file.entries);
}

/** The sample organisation, in which a scenario begins at `startMs` (epoch ms). */
export function simulationOf(
  scenario: ScenarioName,
  startMs: number,
  { organisation }: Pick<Reference, 'organisation'>,
): Simulation {
  const { lastsMs, everyMs, rampMs } = SCENARIOS[scenario];
  const plan = { scenario, startMs, lastsMs, everyMs, rampMs, validFromMs: null, validUntilMs: null };
  const calendar = zonedCalendar(organisation.zone);
  return new Simulation({ seed: 1, centre: SAMPLE_CENTRE, calendar, plans: [plan] });
}

/** Plays a scenario in the sample organisation and gives every signal that was published. */
export function runScenario({ scenario, fromMs, warmUpMinutes, minutes }: ScenarioRun): Signal[] {
  const reference = sampleReference();
  const simulation = simulationOf(scenario, fromMs + warmUpMinutes * SLOT_MS, reference);
  const driver = new PipelineDriver({
    reference,
    partitions: 1,
    stage: { scopes: ['all', 'channel', 'team', 'vendor'] },
  });
  driver.send(...simulation.monthOf(fromMs));
  const first = fromMs / SLOT_MS;
  for (let slot = first; slot < first + warmUpMinutes + minutes; slot += BATCH_SLOTS) {
    for (let at = slot; at < slot + BATCH_SLOTS; at += 1) {
      for (const records of byMoment(simulation.records(at))) driver.send(...records);
    }
    driver.outputs.splice(0, driver.outputs.length, ...driver.outputs.filter(({ topic }) => topic === 'signals'));
  }
  return driver.signals;
}

function byMoment(records: readonly SimulatedRecord[]): Iterable<SimulatedRecord[]> {
  const moments = new Map<number, SimulatedRecord[]>();
  for (const record of records) {
    const moment = Math.floor(record.sendMs / MOMENT_MS);
    const others = moments.get(moment);
    if (others) others.push(record);
    else moments.set(moment, [record]);
  }
  return moments.values();
}
