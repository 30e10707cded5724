import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ENGINE_FLAGS } from '../../libs/config/engine-settings.js';

/** Starts `in-process.ts` as our programs are started: what is compiled and collected when is most of what differs. */
const program = join(import.meta.dirname, 'in-process.ts');
const args = [...ENGINE_FLAGS, ...process.execArgv, program, ...process.argv.slice(2)];
spawn(process.execPath, args, { stdio: 'inherit' }).on('close', (code) => process.exit(code ?? 1));
