export { CostTally, type CountedInteraction, type MetricChange, type TallyChanges } from './cost-tally.js';
export { liveSamples, type LiveGauge, type LiveWindows } from './live-samples.js';
export type { GaugeSamples, MetricSample } from './sample.js';
export { signalSamples, type SignalState } from './signal-samples.js';
export type { OpenWindow } from './window-totals.js';
