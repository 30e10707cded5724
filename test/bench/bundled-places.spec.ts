import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BundledPlaces } from './bundled-places.js';

describe('places in bundled files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundled-'));
  const file = join(folder, 'monitor.js');
  const url = pathToFileURL(file).href;
  writeFileSync(
    file,
    ['import x from "y";', '// dist/libs/a.js', 'function a() {}', '// node_modules/b/b.js', 'b();'].join('\n'),
  );

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('are those of the module that the line came from', () => {
    const places = new BundledPlaces();
    expect([0, 2, 5].map((line) => places.moduleAt(url, line))).toEqual([url, 'dist/libs/a.js', 'node_modules/b/b.js']);
  });

  it('stay what they are where nothing is bundled', () => {
    const places = new BundledPlaces();
    expect(places.moduleAt('node:net', 3)).toBe('node:net');
    expect(places.moduleAt('file:///nowhere/c.js', 3)).toBe('file:///nowhere/c.js');
    expect(places.moduleAt('', 0)).toBe('');
  });
});
