import { signalSamples, type SignalState } from './signal-samples.js';

const signal = (id: string, severity: SignalState['severity'], status: SignalState['status']): SignalState => ({
  rule: { id },
  severity,
  status,
});

describe('signalSamples', () => {
  it('counts what fires by rule and severity', () => {
    const newest = [
      signal('burn-rate', 'critical', 'firing'),
      signal('burn-rate', 'critical', 'firing'),
      signal('burn-rate', 'warning', 'firing'),
      signal('burn-rate', 'critical', 'resolved'),
      signal('unit-cost', 'warning', 'resolved'),
    ];
    expect(signalSamples(newest)).toEqual({
      spendline_signals_firing: [
        { labels: { rule: 'burn-rate', severity: 'critical' }, value: 2 },
        { labels: { rule: 'burn-rate', severity: 'warning' }, value: 1 },
      ],
    });
  });

  it('has no series when nothing fires', () => {
    expect(signalSamples([])).toEqual({ spendline_signals_firing: [] });
  });
});
