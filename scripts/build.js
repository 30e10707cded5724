import { buildConsole, buildServer } from './build-parts.js';
import { runSteps, step } from './step.js';

/** `npm run build`: programs and console side by side, each only if its sources changed. */
await runSteps(() =>
  Promise.all([step('Building the programs', buildServer), step('Building the console', buildConsole)]),
);
