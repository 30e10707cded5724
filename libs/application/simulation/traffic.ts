import type { SimulatedRecord } from './record.js';
import { SLOT_MS, type Simulation } from './simulation.js';

/**
 * A simulation's records one span after the other, in the order of sending. Where it starts is its whole state: one that
 * starts where another ended goes on as that would have.
 */
export class Traffic {
  #fromMs: number;
  #slot: { readonly number: number; readonly records: readonly SimulatedRecord[] } | undefined;

  /** `fromMs`: everything up to this moment, it included, has been taken. Epoch milliseconds. */
  constructor(
    private readonly simulation: Simulation,
    fromMs: number,
  ) {
    this.#fromMs = fromMs;
  }

  /** Everything up to this moment has been taken. */
  get takenMs(): number {
    return this.#fromMs;
  }

  /** What is to be sent after what was taken, up to `untilMs` and with it; nothing when time stands still or goes back. */
  take(untilMs: number): SimulatedRecord[] {
    const fromMs = this.#fromMs;
    if (untilMs <= fromMs) return [];
    const records: SimulatedRecord[] = [];
    for (let slot = Math.floor((fromMs + 1) / SLOT_MS); slot * SLOT_MS <= untilMs; slot += 1) {
      for (const record of this.#recordsOf(slot)) {
        if (record.sendMs > fromMs && record.sendMs <= untilMs) records.push(record);
      }
    }
    this.#fromMs = untilMs;
    return records;
  }

  #recordsOf(slot: number): readonly SimulatedRecord[] {
    if (this.#slot?.number !== slot) this.#slot = { number: slot, records: this.simulation.records(slot) };
    return this.#slot.records;
  }
}
