import { join } from 'node:path';
import { root, run, stamp, traces } from './step.js';

const COMMON = ['package-lock.json', 'tsconfig.json'];

/** Compiles apps and libs into dist and bundles the programs if a source changed. Answers whether it had to. */
export function buildServer() {
  const apps = traces('apps').filter((trace) => !trace.startsWith('apps/console/'));
  const settings = ['package.json', 'nest-cli.json', 'tsconfig.build.json', 'scripts/bundle-programs.js'];
  return build('server', [...apps, ...traces('libs', ...settings, ...COMMON)], async () => {
    await runPackage(['@nestjs/cli/bin/nest.js', 'build'], 'server');
    const { bundlePrograms } = await import('./bundle-programs.js');
    await bundlePrograms();
  });
}

/** Bundles the console if one of its sources changed. Answers whether it had to. */
export async function buildConsole() {
  const sources = traces('apps/console', 'libs/contract', 'libs/application/live/wire', ...COMMON);
  return build('console', sources, () => runPackage(['vite/bin/vite.js', 'build', 'apps/console'], 'console'));
}

async function build(part, sources, make) {
  const mark = stamp(join(root, 'dist', `.${part}-made-from`), sources);
  if (mark.current()) return false;
  await make();
  mark.write();
  return true;
}

function runPackage([program, ...args], part) {
  const advice = `Building the ${part} failed; the compiler's words are above.`;
  return run(process.execPath, [join(root, 'node_modules', program), ...args], advice);
}
