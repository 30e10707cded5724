import type { Signal } from '#libs/contract';
import type { GaugeSamples, MetricSample } from './sample.js';

/** As much of a signal as its gauge needs. */
export type SignalState = Pick<Signal, 'status' | 'severity'> & { readonly rule: Pick<Signal['rule'], 'id'> };

/** `spendline_signals_firing{rule,severity}` from the newest signal of each key; resolved ones do not count. */
export function signalSamples(newest: Iterable<SignalState>): GaugeSamples<'spendline_signals_firing'> {
  const firing = new Map<string, { readonly labels: MetricSample['labels']; value: number }>();
  for (const { status, severity, rule } of newest) {
    if (status !== 'firing') continue;
    const key = `${severity}/${rule.id}`;
    const sample = firing.get(key);
    if (sample) sample.value += 1;
    else firing.set(key, { labels: { rule: rule.id, severity }, value: 1 });
  }
  return { spendline_signals_firing: [...firing.values()] };
}
