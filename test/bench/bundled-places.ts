import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Finds the module that a place in a bundled file came from, by the source map beside it. */
export class BundledPlaces {
  private readonly maps = new Map<string, SourceMap | undefined>();

  /** The module's path, relative to the file; the URL itself where it is not a bundled file. Line and column count from 0. */
  moduleAt(url: string, line: number, column: number): string {
    if (!this.maps.has(url)) this.maps.set(url, mapOf(url));
    const entry = this.maps.get(url)?.findEntry(line, column);
    return entry && 'originalSource' in entry ? entry.originalSource : url;
  }
}

function mapOf(url: string): SourceMap | undefined {
  if (!url.startsWith('file:')) return undefined;
  const file = `${fileURLToPath(url)}.map`;
  return existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload) : undefined;
}
