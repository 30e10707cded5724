import { join } from 'node:path';
import { root, run, stamp, traces } from './step.js';

const COMMON = ['package-lock.json', 'tsconfig.json'];

/** Compiles apps and libs into dist if a source changed. Answers whether it had to. */
export function buildServer() {
  const apps = traces('apps').filter((trace) => !trace.startsWith('apps/console/'));
  const sources = [...apps, ...traces('libs', 'package.json', 'nest-cli.json', 'tsconfig.build.json', ...COMMON)];
  return build('server', sources, ['@nestjs/cli/bin/nest.js', 'build']);
}

/** Bundles the console if one of its sources changed. Answers whether it had to. */
export async function buildConsole() {
  const sources = traces('apps/console', 'libs/contract', 'libs/application/live/wire', ...COMMON);
  return build('console', sources, ['vite/bin/vite.js', 'build', 'apps/console']);
}

async function build(part, sources, [program, ...args]) {
  const mark = stamp(join(root, 'dist', `.${part}-made-from`), sources);
  if (mark.current()) return false;
  await run(
    process.execPath,
    [join(root, 'node_modules', program), ...args],
    `Building the ${part} failed; the compiler's words are above.`,
  );
  mark.write();
  return true;
}
