import {
  amountIn,
  SpendHistory,
  type Measures,
  type PaneLayout,
  type ScopeWindows,
  type SpendPart,
} from '#libs/domain';

/** What was spent lately, see {@link SpendHistory}, of each scope and of each part of its spend that was asked for. */
export class SpendHistories {
  private readonly byScope = new Map<ScopeWindows, Map<string, SpendHistory>>();

  /** The arguments are those of {@link SpendHistory}. */
  constructor(
    private readonly retentionMs: number,
    private readonly stepMs: number,
    private readonly layout: PaneLayout,
  ) {}

  of(windows: ScopeWindows, part: SpendPart): SpendHistory {
    let histories = this.byScope.get(windows);
    if (!histories) this.byScope.set(windows, (histories = new Map<string, SpendHistory>()));
    const key = `${part.scope}:${part.id}`;
    let history = histories.get(key);
    if (!history) {
      history = new SpendHistory(this.retentionMs, this.stepMs, this.layout, (delta) => amountIn(part, delta));
      histories.set(key, history);
    }
    return history;
  }

  /** A pane changed that may lie behind marks. */
  correct(windows: ScopeWindows, paneStartMs: number, delta: Measures): void {
    for (const history of this.byScope.get(windows)?.values() ?? []) history.correct(paneStartMs, delta);
  }
}
