import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Something a person can mend; the message is all that is shown, and says how. */
export class Failure extends Error {}

const running = new Map();
let ticker;

/** Runs work that answers whether there was anything to do. What takes over a second is told, with how long it took. */
export async function step(title, work) {
  const begun = Date.now();
  running.set(title, begun);
  ticker ??= setInterval(showRunning, 1000);
  try {
    const worked = await work();
    if (worked && Date.now() - begun >= 1000) say(`${title}: done in ${secondsSince(begun)} s`);
  } finally {
    running.delete(title);
    if (running.size === 0) ticker = clearInterval(ticker);
  }
}

/** Runs a script's steps; on a Failure its message is the last thing said, and the exit code is 1. */
export async function runSteps(steps) {
  try {
    await steps();
  } catch (error) {
    say(error instanceof Failure ? error.message : error.stack);
    process.exit(1);
  }
}

/** On a terminal one line that counts; elsewhere one line for each step that takes long. */
function showRunning() {
  const titles = [...running].map(([title, begun]) => `${title} ... ${secondsSince(begun)} s`);
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${titles.join('   ')}`);
  else for (const [title, begun] of running) if (secondsSince(begun) === 1) say(`${title} ...`);
}

function say(line) {
  console.log(process.stdout.isTTY ? `\r\x1b[K${line}` : line);
}

function secondsSince(begun) {
  return Math.round((Date.now() - begun) / 1000);
}

/** Runs a program in the project's folder. When it fails, its output is shown and the failure says `advice`. */
export async function run(command, args, advice) {
  const { code, output } = await new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    // Another step may fail and end us: an installation must not go on behind the back of whoever starts again.
    const kill = () => child.kill();
    process.once('exit', kill);
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => {
      process.off('exit', kill);
      resolve({ code, output: chunks.join('').trim() });
    });
  });
  if (code !== 0) throw new Failure(`${output.split('\n').slice(-40).join('\n')}\n${advice}`);
}

/** A mark beside something made, which tells whether it is still what these inputs make. */
export function stamp(file, inputs) {
  const now = createHash('sha256').update(inputs.join('\n')).digest('hex');
  return {
    current: () => existsSync(file) && readFileSync(file, 'utf8') === now,
    write: () => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, now);
    },
  };
}

/** Name, size and age of every file below the given files and folders; changes whenever one is added, removed or edited. */
export function traces(...paths) {
  return paths.flatMap((path) => {
    const full = join(root, path);
    if (!existsSync(full)) return [];
    const found = statSync(full);
    if (!found.isDirectory()) return [`${path} ${found.size} ${found.mtimeMs}`];
    return readdirSync(full)
      .sort()
      .flatMap((name) => traces(join(path, name)));
  });
}
