import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { METRICS, type MetricDefinition } from '#libs/contract';
import { CountedHistogram } from './counted-histogram.js';
import type { CounterName, GaugeName, HistogramName, LabelsOf, MetricCatalogue } from './metric-types.js';

/** One series of a gauge: every label of the metric, and its value in the metric's base unit. */
export interface GaugeSample<Labels = Readonly<Record<string, string>>> {
  readonly labels: Labels;
  readonly value: number;
}

/** An increment of a counter whose name is known only at run time. */
export interface NamedChange extends GaugeSample {
  readonly metric: string;
}

/** Observations of one series of a histogram whose name is known only at run time. */
export interface NamedObservations {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

/** A metric, a label or a value that the catalogue does not allow: a fault of the program, never of its input. */
export class MetricUseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MetricUseError';
  }
}

/** What they are called in the catalogue. */
const KIND_NAMES = new Map<unknown, string>([
  [Counter, 'counter'],
  [Gauge, 'gauge'],
  [CountedHistogram, 'histogram'],
]);

interface Entry {
  readonly definition: MetricDefinition;
  readonly metric: Counter | Gauge | CountedHistogram;
}

/**
 * The metrics of one process: all of the catalogue and nothing else, in a prom-client registry of its own (no global
 * one, so two of them in one process do not mix). Names and labels are checked by the compiler where they are
 * literals and again at run time, because a series under a wrong name is missed only when it is needed.
 * A counter without labels stands at 0 from the start, so that its first increment is visible to `increase()`.
 */
export class MetricsRegistry<C extends MetricCatalogue = MetricCatalogue> {
  readonly #registry = new Registry();
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #refreshers: (() => void)[] = [];

  /** `processMetrics` adds prom-client's default ones (CPU, memory, event loop, garbage collection); true if absent. */
  constructor(catalogue: C, { processMetrics = true }: { readonly processMetrics?: boolean } = {}) {
    this.#entries = new Map(
      Object.entries<MetricDefinition>(catalogue).map(([name, definition]) => [name, this.#register(name, definition)]),
    );
    if (processMetrics) collectDefaultMetrics({ register: this.#registry });
  }

  /** The `Content-Type` of {@link expose}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Adds `value` (at least 0) to a counter. Throws {@link MetricUseError}. */
  inc<N extends CounterName<C>>(name: N, labels: LabelsOf<C, N>, value = 1): void {
    this.#increment({ metric: name, labels, value });
  }

  /** Adds each of these increments, as stages and tallies give them. Throws {@link MetricUseError}. */
  increment(changes: Iterable<NamedChange>): void {
    for (const change of changes) this.#increment(change);
  }

  /** Adds one observation, in the histogram's unit. Throws {@link MetricUseError}. */
  observe<N extends HistogramName<C>>(name: N, labels: LabelsOf<C, N>, value: number): void {
    this.#observe({ metric: name, labels, values: [value] });
  }

  /** Adds each of these observations, as tallies give them. Throws {@link MetricUseError}. */
  observeEach(observations: Iterable<NamedObservations>): void {
    for (const each of observations) this.#observe(each);
  }

  /** Sets one series of a gauge; the others stay. Throws {@link MetricUseError}. */
  set<N extends GaugeName<C>>(name: N, labels: LabelsOf<C, N>, value: number): void {
    this.#find(name, Gauge, labels).set(labels, finite(name, value));
  }

  /**
   * Replaces all series of a gauge, so that what is gone from the samples is gone from the next scrape. Checks every
   * sample before it changes anything. Throws {@link MetricUseError}.
   */
  setAll<N extends GaugeName<C>>(name: N, samples: readonly GaugeSample<LabelsOf<C, N>>[]): void {
    this.#replace(name, samples);
  }

  /** {@link setAll} for each of these gauges, as the monitoring functions give them. Throws {@link MetricUseError}. */
  replace(gauges: Readonly<Record<string, readonly GaugeSample[]>>): void {
    for (const [name, samples] of Object.entries(gauges)) this.#replace(name, samples);
  }

  /** Calls `refresh` before each exposition: for gauges that are computed from live state only when someone looks. */
  onExpose(refresh: () => void): void {
    this.#refreshers.push(refresh);
  }

  /** All series in Prometheus text format 0.0.4. */
  async expose(): Promise<string> {
    for (const refresh of this.#refreshers) refresh();
    return this.#registry.metrics();
  }

  #increment({ metric, labels, value }: NamedChange): void {
    const counter = this.#find(metric, Counter, labels);
    if (!(value >= 0) || !Number.isFinite(value)) {
      throw new MetricUseError(`${metric} is a counter and cannot grow by ${String(value)}`);
    }
    counter.inc(labels, value);
  }

  #observe({ metric, labels, values }: NamedObservations): void {
    const histogram = this.#find(metric, CountedHistogram, labels);
    for (const value of values) finite(metric, value);
    histogram.observe(labels, values);
  }

  #replace(name: string, samples: readonly GaugeSample[]): void {
    const gauge = this.#gauge(name);
    for (const { labels, value } of samples) {
      this.#checkLabels(name, labels);
      finite(name, value);
    }
    gauge.reset();
    // prom-client's reset leaves an unlabelled gauge at 0; without a sample there must be no series.
    if (samples.length === 0) gauge.remove({});
    for (const { labels, value } of samples) gauge.set(labels, value);
  }

  #register(name: string, definition: MetricDefinition): Entry {
    const config = { name, help: definition.help, labelNames: [...definition.labels], registers: [this.#registry] };
    switch (definition.type) {
      case 'counter':
        return { definition, metric: new Counter(config) };
      case 'gauge': {
        const metric = new Gauge(config);
        // prom-client shows an unlabelled gauge as 0 before anyone has set it, which would read as a measured 0.
        metric.remove({});
        return { definition, metric };
      }
      case 'histogram': {
        const { help, labels, buckets = [] } = definition;
        const metric = new CountedHistogram({ name, help, labelNames: labels, buckets });
        metric.register(this.#registry);
        return { definition, metric };
      }
    }
  }

  #gauge(name: string): Gauge {
    const metric = this.#entries.get(name)?.metric;
    if (!(metric instanceof Gauge)) throw new MetricUseError(this.#describe(name, 'gauge'));
    return metric;
  }

  #find<M extends Counter | Gauge | CountedHistogram>(
    name: string,
    kind: new (config: never) => M,
    labels: Readonly<Record<string, string>>,
  ): M {
    const metric = this.#entries.get(name)?.metric;
    if (!(metric instanceof kind)) throw new MetricUseError(this.#describe(name, KIND_NAMES.get(kind) ?? kind.name));
    this.#checkLabels(name, labels);
    return metric;
  }

  #checkLabels(name: string, labels: Readonly<Record<string, string>>): void {
    const expected = this.#entries.get(name)?.definition.labels ?? [];
    const given = Object.keys(labels);
    if (given.length === expected.length && expected.every((label) => typeof labels[label] === 'string')) return;
    throw new MetricUseError(`${name} has the labels {${expected.join(', ')}}, not {${given.join(', ')}}`);
  }

  #describe(name: string, wanted: string): string {
    const entry = this.#entries.get(name);
    return entry
      ? `${name} is a ${entry.definition.type}, not a ${wanted}`
      : `${name} is not in the metric catalogue: add it there first`;
  }
}

/** A registry of the contract's metrics. */
export type Metrics = MetricsRegistry<typeof METRICS>;

/** The metrics of one process, from the contract's catalogue. */
export function createMetrics(options?: { readonly processMetrics?: boolean }): Metrics {
  return new MetricsRegistry(METRICS, options);
}

function finite(name: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new MetricUseError(`${name} cannot take the value ${String(value)}`);
}
