import { busyMs } from './busy-watch.js';

const look = (nowMs: number, cpuMs: number) => ({ nowMs, cpuMs });

describe('busyMs', () => {
  it('is how much later a look came than it should, if the process worked meanwhile', () => {
    expect(busyMs(look(1_000, 500), look(6_250, 5_300), 250)).toBe(5_000);
    // Other processes had their share of the machine.
    expect(busyMs(look(1_000, 500), look(6_250, 1_600), 250)).toBe(5_000);
  });

  it('is nothing when looks are in time, or nearly', () => {
    expect(busyMs(look(1_000, 500), look(1_250, 740), 250)).toBe(0);
    expect(busyMs(look(1_000, 500), look(1_450, 900), 250)).toBe(0);
  });

  it('is nothing when the process was stopped', () => {
    expect(busyMs(look(1_000, 500), look(61_000, 510), 250)).toBe(0);
  });
});
