import type { Dimension } from '../reference/index.js';

/** What others spend. Ratios are 0 to 1; a dimension that the source does not tell is absent. */
export interface Benchmark {
  readonly id: string;
  /** Service cost / revenue. */
  readonly costToRevenue: number;
  /** Of the service cost. */
  readonly shares: Readonly<Partial<Record<Dimension, number>>>;
  /** Where the figures are from, for whoever reads them. */
  readonly source: string;
}

const INDUSTRY_TABLE = 'cost-control method 2025-2026, benchmarks by industry';

/** The method's built-in table: the figures of its examples, to be compared with and not to be aimed at. */
export const BENCHMARKS: readonly Benchmark[] = [
  { id: 'finance', costToRevenue: 0.12, shares: { labour: 0.7, system: 0.25 }, source: INDUSTRY_TABLE },
  { id: 'manufacturing', costToRevenue: 0.07, shares: { labour: 0.6, system: 0.3 }, source: INDUSTRY_TABLE },
  { id: 'retail', costToRevenue: 0.06, shares: { system: 0.4, marketing: 0.2 }, source: INDUSTRY_TABLE },
  { id: 'healthcare', costToRevenue: 0.05, shares: { labour: 0.8, system: 0.15 }, source: INDUSTRY_TABLE },
  {
    id: 'manufacturer-example',
    costToRevenue: 0.08,
    shares: { labour: 0.65, system: 0.25, marketing: 0.1 },
    source: 'cost-control method 2025-2026, its example of a manufacturer; the average of its industry is 4%',
  },
];
