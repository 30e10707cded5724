import type { BenchCluster } from '../bench-cluster.js';
import { newestProfile, sharesOf } from '../profile-shares.js';

/** What was measured of one goal; `reached` undefined: there is nothing to reach, or it could not be measured. */
export interface Finding {
  readonly what: string;
  readonly measured: string;
  readonly goal?: string;
  readonly reached?: boolean;
}

/** What a part hands back. */
export interface PartResult {
  /** Rows for a table of its own. */
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  /** Against the goals of docs/performance.md. */
  readonly findings: readonly Finding[];
  /** Where the time went, if the monitor was profiled: a table of its own. */
  readonly spent?: readonly Readonly<Record<string, string | number>>[];
  /** Whatever of the outputs is not exact; a run with any fails. */
  readonly faults: readonly string[];
}

/** Options of a run; see `--help`. */
export interface BenchOptions {
  readonly events: number;
  readonly agents: number;
  readonly partitions: number;
  /** Minutes of event time. */
  readonly span: number;
  readonly profile?: string;
  readonly rate: number;
  readonly seconds: number;
  /** Seconds. */
  readonly warmUp: number;
  readonly restartAgents: readonly number[];
  readonly flatAgents: readonly number[];
  readonly flatEvents: number;
}

/** One thing to measure, with what it needs to be said of it in `--help`. */
export interface Part {
  readonly name: string;
  readonly measures: string;
  run(cluster: BenchCluster, options: BenchOptions): Promise<PartResult>;
}

/** CPU seconds per million events, as it is printed everywhere. */
export function perMillion(cpuSeconds: number, events: number): number {
  return Number(((cpuSeconds * 1e6) / events).toFixed(1));
}

/** Where the time went of the monitor that has just been profiled into a folder; nothing without one. */
export function spentIn(profile: string | undefined, cpuPerMillion: number): Pick<PartResult, 'spent'> {
  if (profile === undefined) return {};
  const spent = sharesOf(newestProfile(profile)).map(({ part, share }) => ({
    'part, by where the time was spent': part,
    'share %': Number((100 * share).toFixed(1)),
    'CPU s per million': Number((share * cpuPerMillion).toFixed(2)),
  }));
  return { spent };
}
