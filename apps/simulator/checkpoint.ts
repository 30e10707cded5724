import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SCENARIO_NAMES, type ScenarioPlan } from '#libs/application';
import { z } from 'zod';

/** How far a simulator came and what it had in mind, so that the next one goes on. */
export interface Checkpoint {
  readonly seed: number;
  /** Everything up to here was acknowledged; epoch milliseconds. */
  readonly sentMs: number;
  readonly plans: readonly ScenarioPlan[];
}

const TIME = z.int().nullable();
const CHECKPOINT = z.object({
  seed: z.int(),
  sentMs: z.int(),
  plans: z.array(
    z.object({
      scenario: z.enum(SCENARIO_NAMES),
      startMs: z.int(),
      lastsMs: TIME,
      everyMs: TIME,
      rampMs: z.int(),
      validFromMs: TIME,
      validUntilMs: TIME,
    }),
  ),
});

/** The checkpoint in a file; undefined when there is none, or none that this version understands. */
export function readCheckpoint(path: string): Checkpoint | undefined {
  try {
    return CHECKPOINT.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Replaces the file whole, so that a crash leaves the old one or the new one. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(checkpoint));
  renameSync(`${path}.new`, path);
}
