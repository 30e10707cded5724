/** A closed window's content at its end. */
interface Slot {
  readonly endMs: number;
  readonly revision: number;
  readonly amount: string;
}

/**
 * Amounts of one scope's rolling window, remembered at one moment a step. Windows are emitted only when their content
 * changes, so the value at a moment is that of the last window that ended until then; for the same end the highest
 * revision counts. What lies more than `keepMs` behind the newest end is forgotten, save the one value that still holds.
 */
export class StepHistory {
  readonly #slots = new Map<number, Slot>();
  #newestEndMs = Number.NEGATIVE_INFINITY;
  #prunedMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly stepMs: number,
    readonly keepMs: number,
  ) {}

  /** Takes a window that ended at `endMs` (epoch milliseconds, event time). Order does not matter. */
  accept(endMs: number, revision: number, amount: string): void {
    const slotMs = Math.ceil(endMs / this.stepMs) * this.stepMs;
    const known = this.#slots.get(slotMs);
    if (known && (known.endMs > endMs || (known.endMs === endMs && known.revision > revision))) return;
    this.#slots.set(slotMs, { endMs, revision, amount });
    if (endMs > this.#newestEndMs) this.#newestEndMs = endMs;
    if (this.#newestEndMs - this.keepMs - this.#prunedMs >= this.stepMs) this.#prune();
  }

  /** End of the newest window, or null without any. */
  get newestEndMs(): number | null {
    return this.#newestEndMs === Number.NEGATIVE_INFINITY ? null : this.#newestEndMs;
  }

  /** The window that holds at `atMs`: the last that ended at or before it; null when none is known. */
  holding(atMs: number): { readonly endMs: number; readonly amount: string } | null {
    let best: Slot | null = null;
    for (const slot of this.#slots.values()) {
      if (slot.endMs <= atMs && (best === null || slot.endMs > best.endMs)) best = slot;
    }
    return best;
  }

  /** Amounts at `fromMs`, `fromMs + stepMs`, ... up to `toMs`, both multiples of the step; null where unknown. */
  amounts(fromMs: number, toMs: number): (string | null)[] {
    const amounts: (string | null)[] = [];
    let amount = this.holding(fromMs)?.amount ?? null;
    for (let atMs = fromMs; atMs <= toMs; atMs += this.stepMs) {
      amount = this.#slots.get(atMs)?.amount ?? amount;
      amounts.push(amount);
    }
    return amounts;
  }

  #prune(): void {
    const horizonMs = this.#newestEndMs - this.keepMs;
    const held = this.holding(horizonMs)?.endMs ?? Number.NEGATIVE_INFINITY;
    for (const [slotMs, slot] of this.#slots) if (slot.endMs < held) this.#slots.delete(slotMs);
    this.#prunedMs = horizonMs;
  }
}
