export * from './centre.js';
export type * from './event.js';
export type { SimulatedRecord } from './record.js';
export { SCENARIO_NAMES, SCENARIOS, type Scenario, type ScenarioName, type ScenarioPlan } from './scenario.js';
export { Simulation, SLOT_MS, type SimulationSettings } from './simulation.js';
export { Traffic } from './traffic.js';
