import { signalOf } from './signal.fixture.js';
import { Silences } from './silences.js';

const T = (minute: number): string => `2026-03-02T10:${String(minute).padStart(2, '0')}:00.000Z`;
const whole = (startedAt: string, more: Parameters<typeof signalOf>[0] = {}) =>
  signalOf({ signalKey: 'whole', scope: 'all', id: 'all', startedAt, ...more });
const part = (startedAt: string, observedAt = startedAt) => signalOf({ signalKey: 'part', startedAt, observedAt });

function silences(...known: ReturnType<typeof signalOf>[]): Silences {
  const all = new Silences((agentId) => (agentId === 'agent-007' ? 'north-1' : undefined));
  for (const signal of known) all.accept(signal.signalKey, signal);
  return all;
}

describe('silences', () => {
  it('hold for what began under a signal of the same rule above it, and end with that', () => {
    expect(silences(whole(T(1))).silencerOf(part(T(2)))).toBe('whole');
    expect(silences(whole(T(3))).silencerOf(part(T(2)))).toBeUndefined();
    expect(silences(whole(T(1), { status: 'resolved', resolvedAt: T(4) })).silencerOf(part(T(2)))).toBeUndefined();
    expect(silences(whole(T(1), { rule: { id: 'other', kind: 'unit-cost' } })).silencerOf(part(T(2)))).toBeUndefined();
    expect(silences(whole(T(1), { severity: 'warning' })).silencerOf(part(T(2)))).toBeUndefined();
    const forgotten = silences(whole(T(1)));
    forgotten.accept('whole', undefined);
    expect(forgotten.silencerOf(part(T(2)))).toBeUndefined();
  });

  it('never hold for a signal against itself', () => {
    expect(silences(whole(T(1))).silencerOf(whole(T(1)))).toBeUndefined();
  });

  it('know the team of an agent', () => {
    const team = signalOf({ signalKey: 'team', scope: 'team', id: 'north-1', startedAt: T(1) });
    const agent = signalOf({ signalKey: 'agent', scope: 'agent', id: 'agent-007', startedAt: T(2) });
    expect(silences(team).silencerOf(agent)).toBe('team');
    expect(silences(team).silencerOf({ ...agent, id: 'agent-008' })).toBeUndefined();
  });

  it('are taken to have held in the past only where that is certain', () => {
    const over = whole(T(1), { status: 'resolved', resolvedAt: T(5) });
    expect(silences(over).wasSilenced(part(T(2), T(4)))).toBe(true);
    expect(silences(over).wasSilenced(part(T(2), T(5)))).toBe(false);
    expect(silences(whole(T(1))).wasSilenced(part(T(2), T(9)))).toBe(true);
    // They began in the same minute: which one was read first nobody knows any more.
    expect(silences(whole(T(2))).wasSilenced(part(T(2)))).toBe(false);
  });
});
