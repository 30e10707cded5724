import type { CostEvent } from '#libs/contract';
import { formatMicros, parseMicros, type Micros } from '#libs/domain';

/** What a scope's facts cost today and would cost under a proposal; decimal strings of `currency`. */
export interface MovedCost {
  readonly scope: 'all' | 'channel' | 'team' | 'vendor';
  readonly id: string;
  readonly currency: string;
  readonly today: string;
  readonly proposed: string;
  readonly difference: string;
}

interface Booked {
  readonly revision: number;
  readonly amountMicros: Micros;
  readonly scopes: readonly string[];
}

/**
 * What the facts of a span cost in each scope, the latest revision of each. Bills are left out: no rate card moves them.
 */
export class CostBook {
  private readonly events = new Map<string, Booked>();
  private readonly totals = new Map<string, Micros>();
  private currency = '';

  constructor(
    private readonly fromMs: number,
    private readonly toMs: number,
  ) {}

  /** Takes one revision of a cost event. */
  take(event: CostEvent): void {
    const atMs = Date.parse(event.occurredAt);
    if (event.source === 'billing' || atMs < this.fromMs || atMs >= this.toMs) return;
    const id = `${event.source}/${event.sourceId}`;
    const before = this.events.get(id);
    if (before && before.revision >= event.revision) return;
    const { channel, team, vendorId } = event;
    const scopes = [
      'all/all',
      channel && `channel/${channel}`,
      team && `team/${team}`,
      vendorId && `vendor/${vendorId}`,
    ];
    const booked = {
      revision: event.revision,
      amountMicros: parseMicros(event.amount),
      scopes: scopes.filter((each) => each !== undefined && each !== ''),
    } as Booked;
    if (before) this.add(before, -1n);
    this.add(booked, 1n);
    this.events.set(id, booked);
    this.currency = event.currency;
  }

  private add({ amountMicros, scopes }: Booked, sign: bigint): void {
    for (const scope of scopes) this.totals.set(scope, (this.totals.get(scope) ?? 0n) + sign * amountMicros);
  }

  /** What moves from here to the proposal, the largest difference first; scopes that cost the same are left out. */
  movedTo(proposal: CostBook): MovedCost[] {
    const scopes = new Set([...this.totals.keys(), ...proposal.totals.keys()]);
    return [...scopes]
      .map((name) => {
        const [today, proposed] = [this.totals.get(name) ?? 0n, proposal.totals.get(name) ?? 0n];
        return { name, today, proposed, difference: proposed - today };
      })
      .filter(({ difference }) => difference !== 0n)
      .sort((a, b) => compare(magnitude(b.difference), magnitude(a.difference)) || (a.name < b.name ? -1 : 1))
      .map(({ name, today, proposed, difference }) => ({
        scope: name.slice(0, name.indexOf('/')) as MovedCost['scope'],
        id: name.slice(name.indexOf('/') + 1),
        currency: this.currency || proposal.currency,
        today: formatMicros(today),
        proposed: formatMicros(proposed),
        difference: formatMicros(difference),
      }));
  }
}

function magnitude(amount: Micros): Micros {
  return amount < 0n ? -amount : amount;
}

function compare(a: Micros, b: Micros): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
