import type { CostEvent, Signal } from '#libs/contract';
import {
  contributors,
  formatMicros,
  parseMicros,
  signalVariance,
  varianceSplit,
  type CellFigures,
  type Micros,
  type SignalContributor,
  type SignalVariance,
} from '#libs/domain';

const DAY_MS = 86_400_000;

/** With what a window is compared: the same time a week before if that is kept, else a day before. */
const BACK_MS = [7 * DAY_MS, DAY_MS] as const;

/** What the parts of a scope cost in a window against the same time before. Amounts are decimal strings. */
export interface Drivers {
  /** The window that it is compared with; RFC 3339 in UTC. */
  readonly comparedWith: { readonly start: string; readonly end: string };
  readonly amount: string;
  readonly before: string;
  /** The parts that cost more than before, five at most of each kind, largest first; `share` of all that is more. */
  readonly parts: readonly SignalContributor[];
  /** The difference, split: cells are what people, vendors and bots handled in each channel. */
  readonly variance: SignalVariance;
}

/** Scopes that the parts of a scope are told by. */
const PARTS: Readonly<Record<string, readonly PartScope[]>> = {
  all: ['channel', 'team', 'vendor', 'agent'],
  dimension: ['channel', 'team', 'vendor', 'agent'],
  channel: ['team', 'vendor', 'agent'],
  team: ['channel', 'agent'],
  group: ['channel', 'agent'],
  vendor: ['channel'],
  agent: ['channel'],
};

type PartScope = 'channel' | 'team' | 'vendor' | 'agent';

interface Counted {
  readonly contacts: number;
  readonly handleMicroseconds: number;
  readonly costMicros: Micros;
}

const NOTHING: Counted = { contacts: 0, handleMicroseconds: 0, costMicros: 0n };

/** One stretch of time: what each part and each cell came to. */
class Stretch {
  readonly cells = new Map<string, Counted>();
  readonly parts = new Map<string, Micros>();
  totalMicros: Micros = 0n;

  constructor(
    readonly fromMs: number,
    readonly toMs: number,
    private readonly partScopes: readonly PartScope[],
  ) {}

  holds(atMs: number): boolean {
    return atMs >= this.fromMs && atMs < this.toMs;
  }

  /** `sign` -1 takes back what an earlier revision added. */
  add(event: CostEvent, sign: 1 | -1): void {
    const costMicros = BigInt(sign) * parseMicros(event.amount);
    const isContact = event.source === 'interaction';
    const who = event.vendorId !== undefined ? 'vendor' : event.agentId !== undefined ? 'people' : 'bot';
    const cell = isContact ? `${event.channel ?? ''}/${who}` : `/${event.source}`;
    const before = this.cells.get(cell) ?? NOTHING;
    this.cells.set(cell, {
      contacts: before.contacts + (isContact ? sign : 0),
      handleMicroseconds: before.handleMicroseconds + sign * handledOf(event, who),
      costMicros: before.costMicros + costMicros,
    });
    this.totalMicros += costMicros;
    for (const scope of this.partScopes) {
      const id = idOf(event, scope);
      if (id === undefined) continue;
      const part = `${scope}/${id}`;
      this.parts.set(part, (this.parts.get(part) ?? 0n) + costMicros);
    }
  }
}

/** Collects what the parts of a signal's scope cost in its window and at the same time before. Bills are left out. */
export class DriverBook {
  private readonly now: Stretch;
  private readonly before: readonly Stretch[];
  private readonly partScopes: readonly PartScope[];
  /** Newest revision of what is in a stretch. */
  private readonly events = new Map<string, CostEvent>();

  constructor({ scope }: Pick<Signal, 'scope'>, fromMs: number, toMs: number) {
    this.partScopes = PARTS[scope] ?? [];
    this.now = new Stretch(fromMs, toMs, this.partScopes);
    // What overlaps with the window itself says nothing about it.
    const backs = BACK_MS.filter((backMs) => backMs >= toMs - fromMs);
    this.before = backs.map((backMs) => new Stretch(fromMs - backMs, toMs - backMs, this.partScopes));
  }

  /** Takes one revision of a cost event that is in the signal's scope. */
  take(event: CostEvent): void {
    if (event.source === 'billing') return;
    const id = `${event.source}/${event.sourceId}`;
    const known = this.events.get(id);
    if (known && known.revision >= event.revision) return;
    for (const [each, sign] of [
      [known, -1],
      [event, 1],
    ] as const) {
      const atMs = each ? Date.parse(each.occurredAt) : NaN;
      for (const stretch of [this.now, ...this.before]) if (each && stretch.holds(atMs)) stretch.add(each, sign);
    }
    const atMs = Date.parse(event.occurredAt);
    if ([this.now, ...this.before].some((stretch) => stretch.holds(atMs))) this.events.set(id, event);
    else this.events.delete(id);
  }

  /** Undefined where the same time before is not kept, from `recordedFromMs` on. */
  result(recordedFromMs: number): Drivers | undefined {
    const then = this.before.find(({ fromMs }) => fromMs >= recordedFromMs);
    if (!then) return undefined;
    const excess = this.now.totalMicros - then.totalMicros;
    return {
      comparedWith: { start: new Date(then.fromMs).toISOString(), end: new Date(then.toMs).toISOString() },
      amount: formatMicros(this.now.totalMicros),
      before: formatMicros(then.totalMicros),
      parts: this.partScopes.flatMap((scope) => contributors(this.candidatesOf(scope, then), excess)),
      variance: signalVariance(varianceSplit(this.cellsWith(then))),
    };
  }

  private candidatesOf(scope: PartScope, then: Stretch) {
    const names = new Set([...this.now.parts.keys(), ...then.parts.keys()]);
    return [...names]
      .filter((name) => name.startsWith(`${scope}/`))
      .map((name) => ({
        scope,
        id: name.slice(scope.length + 1),
        amountMicros: this.now.parts.get(name) ?? 0n,
        expectedMicros: then.parts.get(name) ?? 0n,
      }));
  }

  private cellsWith(then: Stretch): { observed: CellFigures; expected: CellFigures }[] {
    const names = new Set([...this.now.cells.keys(), ...then.cells.keys()]);
    return [...names].sort().map((name) => ({
      observed: this.now.cells.get(name) ?? NOTHING,
      expected: then.cells.get(name) ?? NOTHING,
    }));
  }
}

/** A bot's handle time does not count, as in windows. */
function handledOf({ handleSeconds = 0 }: CostEvent, who: 'vendor' | 'people' | 'bot'): number {
  return who === 'bot' ? 0 : Math.round(handleSeconds * 1e6);
}

function idOf(event: CostEvent, scope: PartScope): string | undefined {
  switch (scope) {
    case 'channel':
      return event.channel;
    case 'team':
      return event.team;
    case 'vendor':
      return event.vendorId;
    case 'agent':
      return event.vendorId === undefined ? event.agentId : undefined;
  }
}
