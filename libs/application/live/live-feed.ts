import { distinctUntilChanged, map, share, Subject, throttleTime, type Observable, type SchedulerLike } from 'rxjs';

import type { LiveView } from './live-view.js';
import type { LiveDelta, LiveSections, LiveSnapshot, Series, SeriesDelta } from './wire/index.js';

/** How often changes are published, on whose clock. */
export interface LiveFeedOptions {
  /** At most one change is announced in this time. */
  readonly throttleMs: number;
  readonly scheduler: SchedulerLike;
}

/**
 * Numbers the states of a {@link LiveView} and tells what changed between any two of them. Each section and each point
 * of the series remembers the version it last changed at, so a reader of any version gets what it lacks in one delta:
 * slow readers and readers that come back cost no memory, and nothing is queued for them.
 */
export class LiveFeed {
  /** Versions as they appear, throttled; computed once for all subscribers, and not at all without any. */
  readonly changes$: Observable<number>;

  readonly #view: LiveView;
  readonly #touches = new Subject<void>();
  readonly #sectionVersions = new Map<keyof LiveSections, number>();
  readonly #sectionTexts = new Map<keyof LiveSections, string>();
  readonly #pointVersions = new Map<number, number>();
  readonly #pointTexts = new Map<number, string>();
  #headText = '';
  /** When a point, the head or the ends of the series changed last. */
  #tailVersion = 0;
  #seriesVersion = 0;
  #current: LiveSnapshot;
  #dirty = true;

  constructor(view: LiveView, { throttleMs, scheduler }: LiveFeedOptions) {
    this.#view = view;
    this.#current = { ...view.sections(), series: view.series(), version: 0 };
    this.changes$ = this.#touches.pipe(
      throttleTime(throttleMs, scheduler, { leading: true, trailing: true }),
      map(() => this.snapshot().version),
      distinctUntilChanged(),
      share(),
    );
  }

  /** Says that the view was fed: the next look at it may differ. */
  touch(): void {
    this.#dirty = true;
    this.#touches.next();
  }

  /** Everything as it is now, under its version. */
  snapshot(): LiveSnapshot {
    if (this.#dirty) {
      this.#dirty = false;
      this.#publish();
    }
    return this.#current;
  }

  /**
   * What a reader who has `version` lacks, against {@link snapshot}; null when nothing. Undefined for a version that
   * this feed never had: the reader needs a snapshot.
   */
  deltaSince(version: number): LiveDelta | null | undefined {
    const current = this.snapshot();
    if (!Number.isSafeInteger(version) || version < 0 || version > current.version) return undefined;
    if (version === current.version) return null;
    const sections: Partial<Record<keyof LiveSections, unknown>> = {};
    for (const [name, changedAt] of this.#sectionVersions) if (changedAt > version) sections[name] = current[name];
    return { ...(sections as Partial<LiveSections>), ...this.#seriesSince(version), version: current.version };
  }

  #seriesSince(version: number): { series?: Series; seriesTail?: SeriesDelta } {
    const { series } = this.#current;
    if (this.#seriesVersion > version) return { series };
    const points = series.points.filter((point) => (this.#pointVersions.get(point.at) ?? 0) > version);
    if (this.#tailVersion <= version) return {};
    const [keepFrom, keepTo] = [series.points[0]?.at ?? 0, series.points.at(-1)?.at ?? 0];
    return { seriesTail: { keepFrom, keepTo, points, head: series.head } };
  }

  #publish(): void {
    const version = this.#current.version + 1;
    const sections = this.#view.sections();
    const series = this.#view.series();
    const changed = [this.#noteSections(sections, version), this.#noteSeries(series, version)].includes(true);
    if (changed) this.#current = { ...sections, series, version };
  }

  #noteSections(sections: LiveSections, version: number): boolean {
    let changed = false;
    for (const [key, value] of Object.entries(sections)) {
      const name = key as keyof LiveSections;
      const text = JSON.stringify(value);
      if (this.#sectionTexts.get(name) === text) continue;
      this.#sectionTexts.set(name, text);
      this.#sectionVersions.set(name, version);
      changed = true;
    }
    return changed;
  }

  #noteSeries(series: Series, version: number): boolean {
    const sameColumns = series.ids.join('\n') === this.#current.series.ids.join('\n');
    if (!sameColumns) this.#seriesVersion = version;
    const changed = [this.#notePoints(series, version), this.#noteHead(series), !sameColumns].includes(true);
    if (changed) this.#tailVersion = version;
    return changed;
  }

  #notePoints(series: Series, version: number): boolean {
    let changed = false;
    const present = new Set<number>();
    for (const { at, amounts } of series.points) {
      present.add(at);
      const text = amounts.join(' ');
      if (this.#pointTexts.get(at) === text) continue;
      this.#pointTexts.set(at, text);
      this.#pointVersions.set(at, version);
      changed = true;
    }
    for (const at of this.#pointTexts.keys()) {
      if (present.has(at)) continue;
      this.#pointTexts.delete(at);
      this.#pointVersions.delete(at);
      changed = true;
    }
    return changed;
  }

  #noteHead(series: Series): boolean {
    const text = JSON.stringify(series.head);
    if (text === this.#headText) return false;
    this.#headText = text;
    return true;
  }
}
