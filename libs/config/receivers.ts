import { readFileSync } from 'node:fs';
import { printFault, readReceivers, type DeliveryPlan, type SecretReader } from '#libs/application';
import { ConfigError, type Environment } from './load.js';
import { SETTINGS } from './settings.js';

/** The plan in the text of a receivers file, secrets in place. Throws ConfigError with every fault of the file. */
export function readPlan(text: string, env: Environment): DeliveryPlan {
  const result = readReceivers(text, secretReader(env));
  if (result.ok) return result.plan;
  throw new ConfigError(result.faults.map((fault) => ({ name: SETTINGS.receivers.name, problem: printFault(fault) })));
}

function secretReader(env: Environment): SecretReader {
  return (reference) => {
    const text = 'env' in reference ? env[reference.env] : contentOf(reference.file);
    if (text !== undefined && text.trim() !== '') return text.trim();
    throw new RangeError(
      'env' in reference ? `names the variable ${reference.env}, which is not set` : 'names an empty file',
    );
  };
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RangeError(`cannot read ${path} (${(error as Error).message})`, { cause: error });
  }
}
