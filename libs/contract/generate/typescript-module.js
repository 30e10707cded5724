import { readFile } from 'node:fs/promises';
import { transform } from '@swc/core';

/**
 * Imports a TypeScript file that imports nothing at run time, without a build: the generators must run before the
 * first one.
 */
export async function importTypeScript(path) {
  const { code } = await transform(await readFile(path, 'utf8'), {
    filename: path,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
  });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}
