import { outcomeOf } from './answer.js';
import { afterFailure, CLOSED, isOpen, waitMs, type Circuit } from './circuit.js';

function failing(times: number, random = 1): Circuit[] {
  const circuits: Circuit[] = [];
  let nowMs = 0;
  for (let circuit = CLOSED; circuits.length < times; nowMs = circuit.retryAtMs) {
    circuit = afterFailure(circuit, { nowMs, random });
    circuits.push(circuit);
  }
  return circuits;
}

describe('a circuit', () => {
  it('waits twice as long after each failure, half a minute at most, and at least half of that', () => {
    const waits = (random: number): number[] => {
      let beforeMs = 0;
      return failing(9, random).map(({ retryAtMs }) => {
        const wait = retryAtMs - beforeMs;
        beforeMs = retryAtMs;
        return wait;
      });
    };
    expect(waits(1)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(waits(0)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it('opens at the fifth failure in a row', () => {
    expect(failing(6).map(isOpen)).toEqual([false, false, false, false, true, true]);
    expect(isOpen(CLOSED)).toBe(false);
  });

  it('does as the receiver asks, within five minutes', () => {
    const asked = (retryAfterMs: number): number =>
      afterFailure(CLOSED, { nowMs: 1_000, random: 1, retryAfterMs }).retryAtMs;
    expect(asked(60_000)).toBe(61_000);
    expect(asked(86_400_000)).toBe(301_000);
    expect(asked(10)).toBe(1_500);
  });

  it('says how long it still waits', () => {
    expect(waitMs({ failures: 1, retryAtMs: 500 }, 200)).toBe(300);
    expect(waitMs({ failures: 1, retryAtMs: 500 }, 900)).toBe(0);
  });
});

describe('an answer', () => {
  const status = (code: number): string => outcomeOf({ kind: 'status', status: code, detail: '' }).kind;

  it('accepts with any 2xx', () => expect([200, 202, 204].map(status)).toEqual(['accepted', 'accepted', 'accepted']));

  it('refuses for good only what is wrong with the message itself', () => {
    expect([400, 413, 415, 422].map(status)).toEqual(['refused', 'refused', 'refused', 'refused']);
  });

  it('may be another one later, where receiver, rights or way are broken; a redirect is never followed', () => {
    const codes = [301, 302, 307, 401, 403, 404, 408, 410, 429, 500, 502, 503];
    expect(new Set(codes.map(status))).toEqual(new Set(['failed']));
    expect(outcomeOf({ kind: 'none', detail: 'ECONNREFUSED' })).toEqual({ kind: 'failed', reason: 'ECONNREFUSED' });
    expect(outcomeOf({ kind: 'status', status: 429, detail: 'slow down', retryAfterMs: 9 })).toEqual({
      kind: 'failed',
      reason: 'HTTP 429: slow down',
      retryAfterMs: 9,
    });
  });
});
