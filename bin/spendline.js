#!/usr/bin/env node
import '../scripts/require-node.js';
import { existsSync } from 'node:fs';

const main = new URL('../dist/programs/ctl.js', import.meta.url);

if (existsSync(main)) {
  import(main.href).catch((error) => {
    console.error(error);
    process.exit(1);
  });
} else {
  console.error('Spendline is not built yet: run `npm run build` (or `npm start`, which does it too) in its folder.');
  process.exit(1);
}
