import type { AgentStateName, PaidPrice, StateEntered } from '#libs/domain';

/** Spans of one changelog record: those that begin in one hour. */
const CHUNK_MS = 3_600_000;

/** A day's part of a paid interval. */
export interface PaidPiece {
  readonly startMs: number;
  /** The next midnight; the interval may end before. */
  readonly endMs: number;
  /** What it was booked at, whatever the rates became since; undefined: no rate card. */
  readonly price: PaidPrice | undefined;
  /** Of the cost event published last; -1: none yet. */
  revision: number;
  /** Duration that the last cost event said. */
  publishedMs: number;
}

/** An agent's time from one state to the next. */
export interface StateSpan {
  readonly entered: StateEntered;
  /** Tells the same record from another one. */
  readonly hash: string;
  /** Of a paid state, as far as it was booked. */
  readonly pieces: PaidPiece[];
  /** Where the end of a replay closed it, as long as no next state does. */
  endedMs?: number;
}

type PriceWire = [rateId: string, perHour: string, overtime: 0 | 1, split: PaidPrice['splitPpm'] | null];
type PieceWire = [startMs: number, endMs: number, revision: number, publishedMs: number, price: PriceWire | null];
type SpanWire = [
  atMs: number,
  state: AgentStateName,
  scheduled: 0 | 1,
  hash: string,
  team: string | null,
  region: string | null,
  endedMs: number | null,
  pieces: PieceWire[],
  groups?: readonly string[],
];

/** Its spans that begin in one hour, and the time before which earlier ones are forgotten. */
interface ChunkWire {
  readonly prunedToMs: number | null;
  readonly spans: SpanWire[];
}

/** The states of one agent in the order of their times; of several at one instant the one that came last holds. */
export class AgentTimeline {
  readonly spans: StateSpan[] = [];
  /** Nothing is known of earlier states any more. */
  prunedToMs = -Infinity;
  private readonly dirty = new Set<number>();

  constructor(readonly agentId: string) {}

  /** Where a state at `atMs` goes: behind all that are not later. */
  placeOf(atMs: number): number {
    let index = this.spans.length;
    while (index > 0 && (this.spans[index - 1]?.entered.atMs ?? -Infinity) > atMs) index -= 1;
    return index;
  }

  /** Spans that begin at `atMs`. */
  at(atMs: number): StateSpan[] {
    return this.spans.filter(({ entered }) => entered.atMs === atMs);
  }

  insert(index: number, span: StateSpan): void {
    this.spans.splice(index, 0, span);
    this.changed(span);
  }

  remove(span: StateSpan): void {
    this.spans.splice(this.spans.indexOf(span), 1);
    this.changed(span);
  }

  changed({ entered }: StateSpan): void {
    this.dirty.add(chunkOf(entered.atMs));
  }

  /** Forgets what ended before `tMs`; the state that was in force then stays. */
  pruneBefore(tMs: number): void {
    let gone = 0;
    while ((this.spans[gone + 1]?.entered.atMs ?? Infinity) <= tMs) gone += 1;
    if (gone === 0) return;
    for (const span of this.spans.splice(0, gone)) this.changed(span);
    const [first] = this.spans;
    if (!first) return;
    this.prunedToMs = first.entered.atMs;
    this.changed(first);
  }

  /** Chunks that changed since the last call, by number; null: nothing of it is left. */
  changes(): [chunk: number, value: string | null][] {
    const changes = [...this.dirty].map((chunk): [number, string | null] => {
      const spans = this.spans.filter(({ entered }) => chunkOf(entered.atMs) === chunk);
      const prunedToMs = Number.isFinite(this.prunedToMs) ? this.prunedToMs : null;
      const wire: ChunkWire = { prunedToMs, spans: spans.map(wireOf) };
      return [chunk, spans.length === 0 ? null : JSON.stringify(wire)];
    });
    this.dirty.clear();
    return changes;
  }

  /** Takes a chunk back in place of what was known of it. */
  restore(chunk: number, value: Buffer | null): void {
    const others = this.spans.filter(({ entered }) => chunkOf(entered.atMs) !== chunk);
    const { prunedToMs, spans } = value ? (JSON.parse(value.toString('utf8')) as ChunkWire) : NOTHING;
    this.prunedToMs = Math.max(this.prunedToMs, prunedToMs ?? -Infinity);
    const all = [...others, ...spans.map((wire) => spanOf(this.agentId, wire))];
    this.spans.splice(0, Infinity, ...all.sort((a, b) => a.entered.atMs - b.entered.atMs));
  }
}

const NOTHING: ChunkWire = { prunedToMs: null, spans: [] };

function chunkOf(atMs: number): number {
  return Math.floor(atMs / CHUNK_MS);
}

function wireOf({ entered, hash, pieces, endedMs }: StateSpan): SpanWire {
  const { atMs, state, scheduled, team = null, region = null, groups } = entered;
  const wires = pieces.map((piece): PieceWire => {
    const { price } = piece;
    const wire: PriceWire | null = price
      ? [price.rateId, String(price.perHour), price.overtime ? 1 : 0, price.splitPpm ?? null]
      : null;
    return [piece.startMs, piece.endMs, piece.revision, piece.publishedMs, wire];
  });
  const wire: SpanWire = [atMs, state, scheduled ? 1 : 0, hash, team, region, endedMs ?? null, wires];
  if (groups) wire.push(groups);
  return wire;
}

function spanOf(agentId: string, wire: SpanWire): StateSpan {
  const [atMs, state, scheduled, hash, team, region, endedMs, pieces, groups] = wire;
  return {
    entered: {
      agentId,
      state,
      atMs,
      scheduled: scheduled === 1,
      ...(team !== null && { team }),
      ...(region !== null && { region }),
      ...(groups && { groups }),
    },
    hash,
    ...(endedMs !== null && { endedMs }),
    pieces: pieces.map(([startMs, endMs, revision, publishedMs, price]) => ({
      startMs,
      endMs,
      revision,
      publishedMs,
      price: price ? priceOf(price) : undefined,
    })),
  };
}

function priceOf([rateId, perHour, overtime, splitPpm]: PriceWire): PaidPrice {
  return { rateId, perHour: BigInt(perHour), overtime: overtime === 1, ...(splitPpm && { splitPpm }) };
}
