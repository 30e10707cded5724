import { signalOf as signal } from './live-window.fixture.js';
import { SignalBoard } from './signal-board.js';

describe('SignalBoard', () => {
  it('puts what another signal silences last, and frees it when that one resolves', () => {
    const board = new SignalBoard();
    const burn = { id: 'burn-rate', kind: 'burn-rate' } as const;
    board.accept(signal({ signalKey: 'voice', severity: 'critical', rule: burn, scope: 'channel', id: 'voice' }));
    const other = { id: 'unit-cost-interaction', kind: 'unit-cost' } as const;
    board.accept(signal({ signalKey: 'unit', severity: 'info', rule: other, scope: 'channel', id: 'voice' }));
    const whole = signal({ signalKey: 'all', severity: 'critical', rule: burn, scope: 'all', id: 'all' });
    board.accept(whole);
    const shown = () => board.firing().map(({ signalKey, silencedBy }) => [signalKey, silencedBy]);
    expect(shown()).toEqual([
      ['all', null],
      ['unit', null],
      ['voice', 'all'],
    ]);
    board.accept({ ...whole, status: 'resolved' });
    expect(shown()).toEqual([
      ['voice', null],
      ['unit', null],
    ]);
  });
});
