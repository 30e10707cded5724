import { parseArgs } from 'node:util';
import { SCENARIO_NAMES, type ScenarioName } from '#libs/application';
import { runScenario } from './run-scenario.js';
import { differences, toldOf } from './told.js';

/**
 * `npm run scenarios`: plays each scenario of the simulator in the sample organisation through both stages, on virtual
 * time and without a broker, and tells what somebody would be told. Fails where a scenario does not fire its signal, or
 * fires one of another kind. A quiet day takes about a minute.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    hours: { type: 'string', default: '3' },
    day: { type: 'string', default: '24' },
    from: { type: 'string', default: '2026-11-11T00:00:00+08:00' },
  },
});

const WARM_UP_MINUTES = 180;
const names = positionals.length > 0 ? SCENARIO_NAMES.filter((name) => positionals.includes(name)) : SCENARIO_NAMES;

function play(scenario: ScenarioName): boolean {
  const startedMs = performance.now();
  const isQuiet = scenario === 'normal';
  const minutes = 60 * Number(isQuiet ? values.day : values.hours);
  const warmUpMinutes = isQuiet ? 0 : WARM_UP_MINUTES;
  const signals = runScenario({ scenario, fromMs: Date.parse(values.from), warmUpMinutes, minutes });
  const told = toldOf(signals);
  const { extra, missing } = differences(scenario, told);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  const verdict = extra.length + missing.length === 0 ? 'as it should' : 'NOT as it should';
  console.log(
    `${scenario}: ${verdict} (${String(minutes / 60)} h in ${seconds} s, ${String(signals.length)} messages)`,
  );
  for (const { observedAt, severity, signalKey, summary, cause } of told)
    console.log(`  ${observedAt}  ${severity.padEnd(8)}  ${signalKey}  [${cause}]\n      ${summary}`);
  if (missing.length > 0) console.log(`  missing: ${missing.join(', ')}`);
  if (extra.length > 0) console.log(`  of another kind: ${extra.join(', ')}`);
  return extra.length + missing.length === 0;
}

const results = names.map(play);
process.exitCode = results.every(Boolean) ? 0 : 1;
