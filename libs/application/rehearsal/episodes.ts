import type { Signal } from '#libs/contract';

/** One time that a signal fired; times RFC 3339. */
export interface RehearsedEpisode {
  readonly startedAt: string;
  /** Null: it still fired at the end. */
  readonly resolvedAt: string | null;
  /** The worst of it. */
  readonly severity: Signal['severity'];
  /** What its first message said. */
  readonly summary: string;
}

/** How often, for how long, and when one signal fired. */
export interface Firings {
  readonly times: number;
  readonly totalMinutes: number;
  readonly longestMinutes: number;
  readonly episodes: readonly RehearsedEpisode[];
}

const RANK: Readonly<Record<Signal['severity'], number>> = { info: 0, warning: 1, critical: 2 };

/** Puts the messages of signals together to episodes, of those that fired in [fromMs, toMs). */
export class EpisodeBook {
  private readonly byKey = new Map<string, Map<string, RehearsedEpisode>>();
  /** The rule, kind, scope and id of each key. */
  readonly about = new Map<string, Pick<Signal, 'rule' | 'scope' | 'id'>>();

  constructor(
    private readonly fromMs: number,
    private readonly toMs: number,
  ) {}

  /** Takes a message; those of one episode in their order. */
  take({
    signalKey,
    episodeId,
    rule,
    scope,
    id,
    startedAt,
    resolvedAt,
    observedAt,
    severity,
    status,
    summary,
  }: Signal): void {
    if (Date.parse(startedAt) >= this.toMs || (status === 'resolved' && Date.parse(observedAt) < this.fromMs)) {
      this.byKey.get(signalKey)?.delete(episodeId);
      return;
    }
    this.about.set(signalKey, { rule, scope, id });
    const episodes = this.byKey.get(signalKey) ?? new Map<string, RehearsedEpisode>();
    this.byKey.set(signalKey, episodes);
    const before = episodes.get(episodeId);
    const end = status === 'resolved' ? (resolvedAt ?? observedAt) : undefined;
    episodes.set(episodeId, {
      startedAt,
      resolvedAt: end !== undefined && Date.parse(end) < this.toMs ? end : null,
      severity: before && RANK[before.severity] > RANK[severity] ? before.severity : severity,
      summary: before?.summary ?? summary,
    });
  }

  get keys(): string[] {
    return [...this.byKey].filter(([, episodes]) => episodes.size > 0).map(([key]) => key);
  }

  /** What became of one signal; minutes are those within the span. */
  of(signalKey: string): Firings {
    const episodes = [...(this.byKey.get(signalKey)?.values() ?? [])].sort((a, b) =>
      a.startedAt < b.startedAt ? -1 : 1,
    );
    const minutes = episodes.map(({ startedAt, resolvedAt }) => {
      const fromMs = Math.max(Date.parse(startedAt), this.fromMs);
      return Math.round(((resolvedAt === null ? this.toMs : Date.parse(resolvedAt)) - fromMs) / 60_000);
    });
    return {
      times: episodes.length,
      totalMinutes: minutes.reduce((sum, each) => sum + each, 0),
      longestMinutes: Math.max(0, ...minutes),
      episodes,
    };
  }
}
