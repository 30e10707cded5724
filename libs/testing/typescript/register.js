/** `node --import <this file> program.ts` runs TypeScript from the sources, for tests that need processes of their own. */
import { register } from 'node:module';

register('./hooks.js', import.meta.url);
