import type {
  AgentGroup,
  AgentProfile,
  FxRate,
  RateCard,
  RateKind,
  RateSubject,
  Reference,
} from '../reference/index.js';

/** Where to look a price up, most specific first. */
export interface Subject {
  readonly for: RateSubject;
  readonly id?: string;
}

/** Looked up several times for each contact, so it is put together without an encoder; ids hold no NUL. */
function keyOf(subject: Subject, kind: RateKind, unit: string | undefined): string {
  return `${subject.for}\0${subject.id ?? ''}\0${kind}\0${unit ?? ''}`;
}

function inForce<T extends { fromMs?: number; toMs?: number }>(
  entries: readonly T[] | undefined,
  tMs: number,
): T | undefined {
  // Entries are sorted by fromMs, latest first: the first that has begun and not ended wins.
  return entries?.find((entry) => (entry.fromMs ?? -Infinity) <= tMs && tMs < (entry.toMs ?? Infinity));
}

/** An answer that holds over [fromMs, toMs). */
export interface Held<T> {
  readonly fromMs: number;
  readonly toMs: number;
  readonly found: T | undefined;
}

/** Narrows a span around `tMs` to where none of the entries begins or ends. */
function narrow(
  span: { fromMs: number; toMs: number },
  entries: readonly { fromMs?: number; toMs?: number }[] | undefined,
  tMs: number,
): void {
  for (const { fromMs = -Infinity, toMs = Infinity } of entries ?? []) {
    for (const boundMs of [fromMs, toMs]) {
      if (boundMs <= tMs) span.fromMs = Math.max(span.fromMs, boundMs);
      else span.toMs = Math.min(span.toMs, boundMs);
    }
  }
}

function grouped<T extends { fromMs?: number }>(entries: readonly T[], keyFor: (entry: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const key = keyFor(entry);
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  for (const group of groups.values()) group.sort((a, b) => (b.fromMs ?? -Infinity) - (a.fromMs ?? -Infinity));
  return groups;
}

function namesOfGroups(groups: readonly AgentGroup[]): Map<string, ReadonlySet<string>> {
  const naming = new Map<string, Set<string>>();
  const inOrder = [...groups].sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
  for (const { groupId, agents } of inOrder)
    for (const agentId of agents) {
      const known = naming.get(agentId);
      if (known) known.add(groupId);
      else naming.set(agentId, new Set([groupId]));
    }
  return naming;
}

/** Reference data indexed for look-ups at event time. Build one per reference version; it is immutable. */
export class RateBook {
  private readonly cards: Map<string, RateCard[]>;
  /** Subjects with all their cards of a kind, whichever unit they price. */
  private readonly kinds: Map<string, RateCard[]>;
  private readonly agents: Map<string, AgentProfile[]>;
  private readonly groups: Map<string, AgentGroup[]>;
  /** Agent to the groups that have ever named him. */
  private readonly groupsNaming: Map<string, ReadonlySet<string>>;
  private readonly rates: Map<string, FxRate[]>;
  readonly currency: string;

  constructor(reference: Reference) {
    this.currency = reference.organisation.currency;
    this.cards = grouped(reference.rateCards, (card) => keyOf(card, card.kind, card.unit));
    this.kinds = grouped(reference.rateCards, (card) => keyOf(card, card.kind, undefined));
    this.agents = grouped(reference.agents, (agent) => agent.agentId);
    this.groups = grouped(reference.agentGroups, (group) => group.groupId);
    this.groupsNaming = namesOfGroups(reference.agentGroups);
    this.rates = grouped(reference.fxRates, (rate) => rate.currency);
  }

  /** The card in force at `tMs` for the first of `subjects` that has one. */
  find(subjects: readonly Subject[], kind: RateKind, tMs: number, unit?: string): RateCard | undefined {
    for (const subject of subjects) {
      const card = inForce(this.cards.get(keyOf(subject, kind, unit)), tMs);
      if (card) return card;
    }
    return undefined;
  }

  /** The same with the time around `tMs` in which that is the answer, so that it may be remembered. */
  held(subjects: readonly Subject[], kind: RateKind, tMs: number, unit?: string): Held<RateCard> {
    const span = { fromMs: -Infinity, toMs: Infinity };
    for (const subject of subjects) {
      const entries = this.cards.get(keyOf(subject, kind, unit));
      narrow(span, entries, tMs);
      const card = inForce(entries, tMs);
      if (card) return { ...span, found: card };
    }
    return { ...span, found: undefined };
  }

  /** {@link agent} with the time around `tMs` in which that is the answer. */
  heldAgent(agentId: string, tMs: number): Held<AgentProfile> {
    const span = { fromMs: -Infinity, toMs: Infinity };
    const entries = this.agents.get(agentId);
    narrow(span, entries, tMs);
    return { ...span, found: inForce(entries, tMs) };
  }

  /** Whether a card of this kind, for whatever unit, is in force at `tMs` for any of `subjects`. */
  hasAny(subjects: readonly Subject[], kind: RateKind, tMs: number): boolean {
    return subjects.some((subject) => inForce(this.kinds.get(keyOf(subject, kind, undefined)), tMs) !== undefined);
  }

  /** What is known of an agent at `tMs`. */
  agent(agentId: string, tMs: number): AgentProfile | undefined {
    return inForce(this.agents.get(agentId), tMs);
  }

  /** Whether there is any group of agents, at whatever time. */
  get hasGroups(): boolean {
    return this.groups.size > 0;
  }

  /** The groups that an agent is in at `tMs`, by name; undefined: none. */
  groupsOf(agentId: string, tMs: number): readonly string[] | undefined {
    const naming = this.groupsNaming.get(agentId);
    if (!naming) return undefined;
    const groups = [...naming].filter((groupId) => inForce(this.groups.get(groupId), tMs)?.agents.includes(agentId));
    return groups.length > 0 ? groups : undefined;
  }

  /** {@link groupsOf} with the time around `tMs` in which that is the answer. */
  heldGroups(agentId: string, tMs: number): Held<readonly string[]> {
    const span = { fromMs: -Infinity, toMs: Infinity };
    for (const groupId of this.groupsNaming.get(agentId) ?? []) narrow(span, this.groups.get(groupId), tMs);
    return { ...span, found: this.groupsOf(agentId, tMs) };
  }

  /** Every group in force at `tMs` with its agents. */
  groupsAt(tMs: number): AgentGroup[] {
    return [...this.groups.values()].flatMap((entries) => inForce(entries, tMs) ?? []);
  }

  /** Micros of the organisation's currency for one unit of `currency` at `tMs`; undefined when no rate is in force. */
  fxMicros(currency: string, tMs: number): bigint | undefined {
    return currency === this.currency ? 1_000_000n : inForce(this.rates.get(currency), tMs)?.rateMicros;
  }
}
