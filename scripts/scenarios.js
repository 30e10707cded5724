import { runProgram } from './run-program.js';

/** `npm run scenarios`: what the simulator's scenarios fire, on virtual time; arguments after `--` name scenarios. */
await runProgram('scenarios', { withServers: false });
