import type { Histogram, MetricValueWithName, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

/** One series, without the sums over buckets that Prometheus wants to see: those are made when someone looks. */
interface Series {
  readonly labels: Labels;
  /** By bucket, that of what is above all bounds last. */
  readonly counts: Float64Array;
  sum: number;
}

/** Of a {@link CountedHistogram}. */
export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Upper bounds of the buckets, rising. */
  readonly buckets: readonly number[];
}

/**
 * A histogram that takes all that was observed of a series between two commits at once. prom-client's takes one value after
 * the other, and for each puts the labels together anew and makes half a dozen objects; here a value is one addition to its bucket.
 */
export class CountedHistogram {
  readonly #options: HistogramOptions;
  readonly #bounds: Float64Array;
  readonly #series = new Map<string, Series>();

  /** Without labels its only series is there from the start, at 0. */
  constructor(options: HistogramOptions) {
    this.#options = options;
    this.#bounds = Float64Array.from(options.buckets);
    if (options.labelNames.length === 0) this.#seriesOf({});
  }

  /** Lets a registry show it. */
  register(registry: Registry): void {
    const { name } = this.#options;
    // prom-client asks a metric of another making for these two, whatever its types say.
    registry.registerMetric({ name, get: () => Promise.resolve(this.#all()) } as unknown as Histogram);
  }

  /** Adds observations, all finite, to the series of these labels. */
  observe(labels: Labels, values: readonly number[]): void {
    const series = this.#seriesOf(labels);
    for (const value of values) {
      const bucket = this.#bucketOf(value);
      series.counts[bucket] = (series.counts[bucket] as number) + 1;
      series.sum += value;
    }
  }

  #bucketOf(value: number): number {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] as number)) bucket += 1;
    return bucket;
  }

  #seriesOf(labels: Labels): Series {
    const key = JSON.stringify(this.#options.labelNames.map((name) => labels[name]));
    let series = this.#series.get(key);
    if (!series) {
      series = { labels: { ...labels }, counts: new Float64Array(this.#bounds.length + 1), sum: 0 };
      this.#series.set(key, series);
    }
    return series;
  }

  /** As `get` of prom-client's metrics gives it. */
  #all() {
    const { name, help } = this.#options;
    const values = [...this.#series.values()].flatMap((series) => this.#shown(series));
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }

  #shown({ labels, counts, sum }: Series): MetricValueWithName<string>[] {
    const { name } = this.#options;
    let count = 0;
    const buckets = Array.from(counts, (inBucket, bucket) => {
      count += inBucket;
      const le = String(this.#bounds[bucket] ?? '+Inf');
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: { ...labels }, value: sum },
      { metricName: `${name}_count`, labels: { ...labels }, value: count },
    ];
  }
}
