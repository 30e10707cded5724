import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';

import type { NestExpressApplication } from '@nestjs/platform-express';

const YEAR_S = 31_536_000;

/**
 * Serves the built console at `/`. What carries a hash of its content in its name is cached for good, the rest is asked
 * for anew each time. Answers false, and serves nothing, where the console was not built.
 */
export function serveConsole(app: NestExpressApplication, folder: string): boolean {
  if (!existsSync(join(folder, 'index.html'))) return false;
  app.useStaticAssets(folder, {
    index: 'index.html',
    redirect: false,
    dotfiles: 'ignore',
    setHeaders: (response: ServerResponse, path: string) => {
      const hashed = path.startsWith(join(folder, 'assets'));
      response.setHeader('Cache-Control', hashed ? `public, max-age=${String(YEAR_S)}, immutable` : 'no-cache');
    },
  });
  return true;
}
