import { existsSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Places } from '#libs/config';
import { Advice } from '../advice.js';

/** Deletes what the embedded servers keep; what lies in servers of your own is not touched. Logs and the API's token stay. */
export function deleteData(places: Places): void {
  // Postgres's folder may be a link, where root runs it under another account.
  const postgres = existsSync(places.postgres) ? [realpathSync(places.postgres)] : [];
  const kafka = [join(places.kafka, 'data'), join(places.kafka, 'server.properties')];
  const rest = [
    places.postgres,
    places.postgresPassword,
    sampleMark(places),
    join(places.dataDir, 'prometheus'),
    join(places.dataDir, 'simulator.json'),
  ];
  for (const path of [...postgres, ...kafka, ...rest]) rmSync(path, { recursive: true, force: true });
}

/** Stands where the sample organisation has been loaded once: whoever deleted it does not want it back. */
export function sampleMark(places: Places): string {
  return join(places.dataDir, 'sample-applied');
}

/** Asks before something is deleted; throws Advice without a terminal to ask on, or when the answer is not yes. */
export async function confirm(question: string, yesFlag: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Advice(`${question} There is no terminal to ask on: say ${yesFlag} if you mean it.`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Advice('Nothing was changed.');
  } finally {
    terminal.close();
  }
}
