import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaBroker, KafkaCluster } from '../../libs/testing/kafka/index.js';
import { randomFor, type Random } from '../../libs/application/simulation/random.js';
import type { Grounds } from './grounds.js';
import type { Verdict } from './oracle.js';
import { Scene } from './scene.js';
import type { WorkloadShape } from './workload.js';

/** One line of the failure matrix. */
export interface Row {
  readonly name: string;
  /** The fault, in a few words. */
  readonly fault: string;
  /** What must hold. */
  readonly holds: string;
  /** Faults of a short run, and of a full one. */
  readonly rounds: { readonly short: number; readonly full: number };
  /** Part of the time budget that a full run of it deserves. */
  readonly weight: number;
  /** Goal for the first commit after the fault in seconds, by session timeout. */
  readonly goalSeconds?: (sessionSeconds: number) => number;
  /** Why it cannot run here. */
  readonly skip?: () => string | undefined | Promise<string | undefined>;
  readonly run: (context: RowContext) => Promise<RowResult>;
}

/** What came of a row; `problems` empty: all held. */
export interface RowResult {
  readonly records: number;
  readonly faults: number;
  /** Seconds to the first commit after each fault. */
  readonly recoveries: readonly number[];
  readonly problems: readonly string[];
  /** Counts that belong to this row alone, for the table. */
  readonly notes: string;
}

/** What a row works with. */
export interface RowContext {
  readonly seed: number;
  readonly rounds: number;
  readonly sessionMs: number;
  /** Records a second that the source of a scene sends. */
  readonly perSecond: number;
  readonly grounds: Grounds;
  /** No further round should begin: the time is used up. */
  readonly isOver: () => boolean;
  readonly say: (text: string) => void;
  readonly random: Random;
  /** Sets a scene that is taken down after the row. */
  readonly scene: (on: KafkaBroker | KafkaCluster, options?: SceneWishes) => Promise<Scene>;
}

/** What a row may want of its scene. */
export interface SceneWishes {
  readonly partitions?: number;
  readonly workload?: Partial<WorkloadShape>;
}

/** Runs a row and takes its scenes down, whatever happens; what it throws is a problem that it found. */
export async function runRow(
  row: Row,
  { seed, rounds, sessionMs, perSecond, grounds, isOver, say }: Omit<RowContext, 'random' | 'scene'>,
): Promise<RowResult> {
  const scenes: Scene[] = [];
  const random = randomFor(seed, row.name);
  const context: RowContext = {
    ...{ seed, rounds, sessionMs, perSecond, grounds, isOver, say, random },
    scene: async (on, { partitions = 4, workload = {} } = {}) => {
      const prefix = `${row.name}${grounds.nextNumber()}.`;
      const shape = { seed, stepMs: 40, ...workload };
      const scene = await Scene.set({
        settings: on.settings(prefix, partitions),
        ...{ sessionMs, perSecond, say, workload: shape },
      });
      scenes.push(scene);
      return scene;
    },
  };
  try {
    return await row.run(context);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return {
      records: scenes.reduce((sum, { records }) => sum + records, 0),
      faults: scenes.reduce((sum, { faultCount }) => sum + faultCount, 0),
      recoveries: [],
      problems: [problem],
      notes: '',
    };
  } finally {
    for (const scene of scenes) await scene.end();
    keepLogs(row.name, seed, scenes);
  }
}

/** Leaves what the monitors of a row have written where a failure can be looked into, until the row runs again. */
function keepLogs(name: string, seed: number, scenes: readonly Scene[]): void {
  const folder = join('.spendline', 'faults', `${name}-${seed}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [at, { lines }] of scenes.flatMap(({ monitors }) => monitors).entries())
    writeFileSync(join(folder, `monitor-${at + 1}.log`), lines.join('\n'));
}

/** The usual result: what the oracle says of a scene, and what else the row found. */
export function resultOf(scene: Scene, verdict: Verdict, notes = '', problems: readonly string[] = []): RowResult {
  const { fates } = verdict;
  const counts = `${fates.taken} taken, ${fates.duplicate} duplicate, ${fates.stale} stale, ${fates.rejected} rejected`;
  return {
    records: fates.in,
    faults: scene.faultCount,
    recoveries: scene.recoveries(verdict),
    problems: [...problems, ...first(verdict.wrong), ...first(verdict.missing).map((what) => `missing: ${what}`)],
    notes: notes === '' ? counts : `${notes}; ${counts}`,
  };
}

/** A dozen tell as much as a thousand. */
function first(found: readonly string[]): string[] {
  return found.length <= 12 ? [...found] : [...found.slice(0, 12), `and ${found.length - 12} more`];
}
