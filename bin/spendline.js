#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/apps/ctl/main.js', import.meta.url);

if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('Spendline is not built yet: run `npm run build` (or `npm start`, which does it too) in its folder.');
  process.exit(1);
}
