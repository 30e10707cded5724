import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root, run } from './step.js';

/** Runs `npm ci` if what is installed is not what the lockfile names. Answers whether it had to. */
export async function installPackages() {
  if (installedIsCurrent()) return false;
  const [command, ...before] = npm();
  const advice = 'npm ci failed: its own words are above (no network, or no space?). Mend that and start again.';
  await run(command, [...before, 'ci', '--include=dev'], advice);
  if (!installedIsCurrent()) throw new Failure('npm ci left packages out; delete node_modules and start again.');
  return true;
}

/** npm keeps a lockfile of what it installed, written last: an interrupted install has none. */
function installedIsCurrent() {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(installedFile);
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const there = installed[path];
    // Optional packages are those of other platforms, mostly.
    return there === undefined ? optional === true : there.version === version;
  });
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** The npm that runs us, else the one on the PATH. */
function npm() {
  const running = process.env.npm_execpath;
  return running?.endsWith('.js') ? [process.execPath, running] : ['npm'];
}
