import type { MetricDefinition } from '#libs/contract';

/** Definitions by metric name, e.g. the contract's `METRICS`. */
export type MetricCatalogue = Readonly<Record<string, MetricDefinition>>;

type NameOf<C extends MetricCatalogue, T extends MetricDefinition['type']> = {
  [N in keyof C & string]: T extends C[N]['type'] ? N : never;
}[keyof C & string];

/** Names of the catalogue's counters. */
export type CounterName<C extends MetricCatalogue> = NameOf<C, 'counter'>;
/** Names of the catalogue's gauges. */
export type GaugeName<C extends MetricCatalogue> = NameOf<C, 'gauge'>;
/** Names of the catalogue's histograms. */
export type HistogramName<C extends MetricCatalogue> = NameOf<C, 'histogram'>;

/** The labels of one metric, all of them needed. */
export type LabelsOf<C extends MetricCatalogue, N extends keyof C> = Readonly<Record<C[N]['labels'][number], string>>;
