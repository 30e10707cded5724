import { epochMs, type AgentState } from '#libs/contract';
import {
  emptyMeasures,
  floorTo,
  isPaidTime,
  paidLines,
  paidMicros,
  paneLayout,
  pricePaidTime,
  scopeRefs,
  type Calendar,
  type ScopeIds,
  type StateEntered,
} from '#libs/domain';
import type { ChangelogEntry, InputRecord } from '../stage.js';
import { AgentTimeline, type PaidPiece, type StateSpan } from './agent-timeline.js';
import { agentStateCostEvent } from './convert-cost-event.js';
import { canonicalText } from './convert-interaction.js';
import type { CostTaskParts } from './cost-task-parts.js';

const STATES_KEY = 'states/';

const HOUR_MS = 3_600_000;

/** States are remembered at least so long, so that one that comes hours late still finds its place. */
const KEPT_MS = 24 * HOUR_MS;

/**
 * An open interval is booked ahead of its end for so long and no longer: beyond, somebody forgot to log out. What a
 * state lasted longer only the calendar hears, once it is closed: rolling windows of a month that nobody was told of
 * while it passed would be a million records.
 */
const LONGEST_OPEN_MS = 48 * HOUR_MS;

/** A state that lasted longer is no paid time: the source was away. What comes before the limit counts. */
const LONGEST_STATE_MS = 31 * 24 * HOUR_MS;

/**
 * Paid time that is not handling (contract section 6). It is booked as the watermark passes it, in the minutes that it
 * belongs to, so that windows are right when they close; the cost event comes when the agent's next state closes the
 * interval. A state that comes out of order moves the end of the one before it: the difference is booked, and the
 * interval's cost event is published again with the next revision. Why so: docs/decisions.md, 40.
 */
export class PaidTime {
  private readonly timelines = new Map<string, AgentTimeline>();
  /** Agents whose last state is paid. */
  private readonly open = new Map<string, StateSpan>();
  private readonly changed = new Set<AgentTimeline>();
  /** Open intervals are booked up to here. */
  private accruedMs = -Infinity;
  private readonly paneMs: number;
  private readonly keptMs: number;

  constructor(private readonly parts: CostTaskParts) {
    this.paneMs = paneLayout(parts.options.windowing).fineMs;
    this.keptMs = Math.max(KEPT_MS, parts.options.dedupHorizonMs);
  }

  take(record: InputRecord, state: AgentState): void {
    const { journal, clock, dependencies, options } = this.parts;
    this.advance();
    const entered = this.enteredOf(state);
    const { atMs } = entered;
    const timeline = this.timelineOf(entered.agentId);
    const hash = dependencies.fingerprint(canonicalText({ ...state, at: atMs }));
    if (timeline.at(atMs).some((span) => span.hash === hash)) {
      journal.fate('duplicate');
      return;
    }
    if (isPaidTime(entered.state)) {
      const pricing = pricePaidTime(entered, atMs, dependencies.reference.current().rateBook);
      if (!pricing.ok) {
        journal.reject('agentStates', record, pricing.fault, pricing.detail);
        return;
      }
    }
    const { watermarkMs } = clock;
    const isLate = watermarkMs !== undefined && atMs < watermarkMs - options.windowing.graceMs;
    // Where the states around it are forgotten nobody can tell how long it lasted.
    if (atMs >= timeline.prunedToMs) this.place(timeline, { entered, hash, pieces: [] }, isLate);
    if (watermarkMs !== undefined) timeline.pruneBefore(watermarkMs - this.keptMs);
    journal.fate(isLate ? 'late' : 'counted');
    clock.observe('agentStates', atMs);
  }

  /** Books open intervals up to the watermark; ahead of every window that is about to close. */
  advance(): void {
    const { clock, options } = this.parts;
    const { watermarkMs, latestMs } = clock;
    if (watermarkMs === undefined || latestMs === undefined) return;
    // The end of a replay raises the watermark far beyond its events: no time has passed there.
    const toMs = floorTo(options.clock === 'event' ? Math.min(watermarkMs, latestMs) : watermarkMs, this.paneMs);
    if (toMs <= this.accruedMs) return;
    const fromMs = this.accruedMs;
    this.accruedMs = toMs;
    for (const [agentId, span] of this.open) {
      if (span.endedMs !== undefined) continue;
      const pieces = span.pieces.length;
      this.move(span, this.openEnd(span, fromMs), this.openEnd(span, toMs), -Infinity);
      if (span.pieces.length > pieces) this.mark(this.timelineOf(agentId), span);
    }
  }

  /** The replay is over at `endMs`: closes what is open. A state that comes after all moves the end again. */
  close(endMs: number): void {
    this.advance();
    for (const [agentId, span] of this.open) {
      const fromMs = span.endedMs ?? this.openEnd(span, this.accruedMs);
      const toMs = Math.min(endMs, span.entered.atMs + LONGEST_OPEN_MS);
      if (toMs <= fromMs && span.endedMs !== undefined) continue;
      span.endedMs = Math.max(toMs, span.entered.atMs);
      this.move(span, fromMs, span.endedMs, -Infinity);
      this.publish(span, span.endedMs, false);
      this.mark(this.timelineOf(agentId), span);
    }
  }

  private place(timeline: AgentTimeline, fresh: StateSpan, isLate: boolean): void {
    const { watermarkMs } = this.parts.clock;
    const { graceMs } = this.parts.options.windowing;
    // Of what lies behind the grace only the calendar hears (contract section 5).
    const lateBeforeMs = watermarkMs === undefined ? -Infinity : floorTo(watermarkMs - graceMs, this.paneMs);
    const { atMs } = fresh.entered;
    const span = this.inPlaceOfTwin(timeline, fresh, lateBeforeMs);
    const index = timeline.placeOf(atMs);
    const before = timeline.spans[index - 1];
    const after = timeline.spans[index];
    if (before && isPaidTime(before.entered.state)) {
      const endMs = Math.min(atMs, before.entered.atMs + LONGEST_STATE_MS);
      this.move(before, this.endOf(before, after), endMs, lateBeforeMs);
      delete before.endedMs;
      this.publish(before, endMs, isLate);
      this.mark(timeline, before);
    }
    timeline.insert(index, span);
    this.changed.add(timeline);
    if (!after) {
      if (isPaidTime(span.entered.state)) this.open.set(timeline.agentId, span);
      else this.open.delete(timeline.agentId);
    }
    if (!isPaidTime(span.entered.state)) return;
    this.move(span, atMs, this.endOf(span, after), lateBeforeMs);
    if (after) this.publish(span, this.endOf(span, after), isLate);
  }

  /** The same state at the same instant with other content is replaced; its cost events go on under their ids. */
  private inPlaceOfTwin(timeline: AgentTimeline, span: StateSpan, lateBeforeMs: number): StateSpan {
    const { atMs, state } = span.entered;
    const twin = timeline.at(atMs).find(({ entered }) => entered.state === state);
    if (!twin) return span;
    if (isPaidTime(state)) {
      const after = timeline.spans[timeline.spans.indexOf(twin) + 1];
      this.move(twin, this.endOf(twin, after), atMs, lateBeforeMs);
    }
    timeline.remove(twin);
    const pieces = twin.pieces.map(({ startMs, endMs, revision }) => ({
      ...this.pieceOf(span, startMs, endMs),
      revision,
      publishedMs: revision < 0 ? 0 : -1,
    }));
    return { ...span, pieces };
  }

  /** Where a paid span is booked to, `after` being the agent's next one. */
  private endOf(span: StateSpan, after: StateSpan | undefined): number {
    if (after) return Math.min(after.entered.atMs, span.entered.atMs + LONGEST_STATE_MS);
    return span.endedMs ?? this.openEnd(span, this.accruedMs);
  }

  private openEnd({ entered: { atMs } }: StateSpan, accruedMs: number): number {
    return Math.max(atMs, Math.min(accruedMs, atMs + LONGEST_OPEN_MS));
  }

  /** Books the difference that a moved end makes; before `lateBeforeMs` and after two days for the calendar only. */
  private move(span: StateSpan, fromMs: number, toMs: number, lateBeforeMs: number): void {
    this.cut(span, toMs);
    if (toMs > fromMs) this.bookBetween(span, fromMs, toMs, 1n, lateBeforeMs);
    else if (toMs < fromMs) this.bookBetween(span, toMs, fromMs, -1n, lateBeforeMs);
  }

  /** Cuts the span at midnights up to `toMs`, each day with the price of its beginning. */
  private cut(span: StateSpan, toMs: number): void {
    for (;;) {
      const startMs = span.pieces.at(-1)?.endMs ?? span.entered.atMs;
      if (startMs >= toMs) return;
      span.pieces.push(this.pieceOf(span, startMs, this.calendar.dayOf(startMs).endMs));
    }
  }

  private pieceOf({ entered }: StateSpan, startMs: number, endMs: number): PaidPiece {
    const pricing = pricePaidTime(entered, startMs, this.parts.dependencies.reference.current().rateBook);
    return { startMs, endMs, price: pricing.ok ? pricing.price : undefined, revision: -1, publishedMs: 0 };
  }

  private bookBetween(span: StateSpan, fromMs: number, toMs: number, sign: bigint, lateBeforeMs: number): void {
    const { panes, options, tally, dependencies } = this.parts;
    const refs = scopeRefs(scopeIdsOf(span.entered), options.scopes);
    const lateFromMs = span.entered.atMs + LONGEST_OPEN_MS;
    const total = emptyMeasures();
    for (const { startMs, endMs, price } of span.pieces) {
      const untilMs = Math.min(endMs, toMs);
      for (let tMs = Math.max(startMs, fromMs); tMs < untilMs;) {
        const isLate = tMs < lateBeforeMs || tMs >= lateFromMs;
        const paneEndMs = tMs < lateFromMs ? Math.min(floorTo(tMs, this.paneMs) + this.paneMs, lateFromMs) : untilMs;
        const nextMs = Math.min(untilMs, tMs < lateBeforeMs ? lateBeforeMs : paneEndMs);
        const measures = emptyMeasures();
        measures.paidMicroseconds = Number(sign) * (nextMs - tMs) * 1000;
        if (price) {
          measures.labour = sign * (paidMicros(price, nextMs - startMs) - paidMicros(price, tMs - startMs));
          if (price.overtime) measures.overtime = measures.labour;
        }
        panes.add(refs, tMs, measures, isLate);
        total.labour += measures.labour;
        tMs = nextMs;
      }
    }
    tally.addCost(undefined, dependencies.reference.current().reference.organisation.currency, total);
  }

  /** A cost event for each day of a span that ends at `endMs`, where the last one said something else. */
  private publish(span: StateSpan, endMs: number, isLate: boolean): void {
    const { journal, dependencies } = this.parts;
    const { currency } = dependencies.reference.current().reference.organisation;
    const { entered } = span;
    for (const piece of span.pieces) {
      const durationMs = Math.max(0, Math.min(endMs, piece.endMs) - piece.startMs);
      if (durationMs === piece.publishedMs) continue;
      piece.revision += 1;
      piece.publishedMs = durationMs;
      const { price, startMs, revision } = piece;
      if (!price) {
        journal.count('spendline_unrated_total', {});
        this.parts.unrated.note(`agent ${entered.agentId}`);
      }
      const lines = price && durationMs > 0 ? paidLines(price, entered.state, durationMs) : [];
      const event = agentStateCostEvent(entered, { startMs, lines, revision, currency }, dependencies.fingerprint);
      journal.publish(event, Buffer.from(entered.agentId), isLate);
    }
  }

  private enteredOf({ agentId, state, scheduled = true, team, region, at }: AgentState): StateEntered {
    const atMs = epochMs(at);
    const { rateBook } = this.parts.dependencies.reference.current();
    const profile = rateBook.agent(agentId, atMs);
    const groups = rateBook.groupsOf(agentId, atMs);
    const place = { team: team ?? profile?.team, region: region ?? profile?.region };
    return {
      agentId,
      state,
      atMs,
      scheduled,
      ...(place.team !== undefined && { team: place.team }),
      ...(place.region !== undefined && { region: place.region }),
      ...(groups !== undefined && { groups }),
    };
  }

  private get calendar(): Calendar {
    const { calendarOf, reference } = this.parts.dependencies;
    return calendarOf(reference.current().reference.organisation.zone);
  }

  private timelineOf(agentId: string): AgentTimeline {
    let timeline = this.timelines.get(agentId);
    if (!timeline) this.timelines.set(agentId, (timeline = new AgentTimeline(agentId)));
    return timeline;
  }

  private mark(timeline: AgentTimeline, span: StateSpan): void {
    timeline.changed(span);
    this.changed.add(timeline);
  }

  changes(): ChangelogEntry[] {
    const entries = [...this.changed].flatMap((timeline) =>
      timeline.changes().map(([chunk, value]) => ({ key: `${STATES_KEY}${String(chunk)}/${timeline.agentId}`, value })),
    );
    this.changed.clear();
    return entries;
  }

  /** Takes a changelog entry back; false when it is none of agent states. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(STATES_KEY)) return false;
    const slash = key.indexOf('/', STATES_KEY.length);
    this.timelineOf(key.slice(slash + 1)).restore(Number(key.slice(STATES_KEY.length, slash)), value);
    return true;
  }

  /** After the last entry: which intervals are open. */
  restored(): void {
    for (const { agentId, spans } of this.timelines.values()) {
      const last = spans.at(-1);
      if (last && isPaidTime(last.entered.state)) this.open.set(agentId, last);
    }
  }

  /** For the task's own record. */
  toJSON(): number | null {
    return Number.isFinite(this.accruedMs) ? this.accruedMs : null;
  }

  restoreProgress(accruedMs: number | null | undefined): void {
    this.accruedMs = accruedMs ?? -Infinity;
  }
}

function scopeIdsOf({ agentId, team, region, groups }: StateEntered): ScopeIds {
  return {
    agent: agentId,
    ...(team !== undefined && { team }),
    ...(region !== undefined && { region }),
    ...(groups !== undefined && { groups }),
  };
}
