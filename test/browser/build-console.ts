import { spawnSync } from 'node:child_process';

/** Builds the console as it is shipped; throws with what the build said. */
export function buildConsole(): void {
  const build = spawnSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', 'apps/console'], {
    encoding: 'utf8',
  });
  if (build.status !== 0) throw new Error(build.stderr);
}
