/** One series of a metric: its labels, and its value in the metric's base unit. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All series of some gauges, by metric name. A gauge that is named with no sample has no series any more. */
export type GaugeSamples<Name extends string = string> = Readonly<Record<Name, readonly MetricSample[]>>;

/** The id under which series beyond a limit are added up. */
export const OTHER = 'other';
