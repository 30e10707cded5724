import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

const fromHere = (path: string): string => decodeURIComponent(new URL(path, import.meta.url).pathname);

/**
 * `vite build apps/console` writes to dist/console, which the API serves at `/`. `vite apps/console` serves the sources
 * for work on the page and asks a running API for the data.
 */
export default defineConfig({
  plugins: [preact()],
  resolve: {
    // As in package.json's imports, but to the sources: the page is bundled, not run by Node.
    alias: [{ find: /^#libs\/(.*)$/, replacement: `${fromHere('../../libs/')}$1/index.ts` }],
  },
  build: {
    outDir: fromHere('../../dist/console'),
    emptyOutDir: true,
    target: 'es2022',
    // Data URLs would need an exception in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port: 3001, proxy: { '/api': 'http://127.0.0.1:3000' } },
});
