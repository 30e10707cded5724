import type { Environment } from './load.js';

/** The variables of this process: the one place that reads `process.env`. */
export function environment(): Environment {
  return process.env;
}
