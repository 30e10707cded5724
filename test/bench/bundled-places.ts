import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where in a bundled file what came from which module begins. */
interface Region {
  readonly line: number;
  readonly module: string;
}

const REGION = /^\/\/ ((?:dist|node_modules)\/\S+)$/;

/** Finds the module that a line of a bundled file came from, by the marks that the bundler leaves. */
export class BundledPlaces {
  private readonly files = new Map<string, readonly Region[]>();

  /** The module's path; the URL itself where it is not a bundled file. `line` counts from 0, as V8 counts. */
  moduleAt(url: string, line: number): string {
    if (!url.startsWith('file:')) return url;
    return this.regionsOf(url).findLast((region) => region.line <= line)?.module ?? url;
  }

  private regionsOf(url: string): readonly Region[] {
    let regions = this.files.get(url);
    if (!regions) this.files.set(url, (regions = regionsIn(fileURLToPath(url))));
    return regions;
  }
}

function regionsIn(file: string): Region[] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text.split('\n').flatMap((text, line): Region[] => {
    const module = REGION.exec(text)?.[1];
    return module === undefined ? [] : [{ line, module }];
  });
}
