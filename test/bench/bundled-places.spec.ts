import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BundledPlaces } from './bundled-places.js';

describe('places in bundled files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundled-'));
  const file = join(folder, 'monitor.js');
  // The first line is of b.js, the second of a.js.
  writeFileSync(`${file}.map`, '{"version":3,"names":[],"sources":["../b.js","../a.js"],"mappings":"AAAA;ACAA"}');

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('are those of the module that the code came from', () => {
    const places = new BundledPlaces();
    const { href } = pathToFileURL(file);
    expect([places.moduleAt(href, 0, 4), places.moduleAt(href, 1, 0)]).toEqual(['../b.js', '../a.js']);
  });

  it('stay what they are where nothing is bundled', () => {
    const places = new BundledPlaces();
    expect(places.moduleAt('node:net', 3, 0)).toBe('node:net');
    expect(places.moduleAt('file:///nowhere/c.js', 3, 0)).toBe('file:///nowhere/c.js');
    expect(places.moduleAt('', 0, 0)).toBe('');
  });
});
