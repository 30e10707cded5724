/** Tells which answers are news: they may come in another order than that in which they were asked for. */
export class Turns {
  #asked = 0;
  #oldest = 0;

  /** The turn of what is asked now. */
  ask(): number {
    this.#asked += 1;
    return this.#asked;
  }

  /** Whether the answer of a turn says more than what was answered already. What was asked before it is no news from then on. */
  isNews(turn: number): boolean {
    if (turn < this.#oldest) return false;
    this.#oldest = turn;
    return true;
  }

  /** Something else is asked from now on: whatever is under way is no news. */
  begin(): void {
    this.#oldest = this.#asked + 1;
  }
}
