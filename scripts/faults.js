import { runProgram } from './run-program.js';

/** `npm run faults`: breaks things; arguments after `--` go to the matrix (try `--help`). */
await runProgram('faults', { withServers: true });
