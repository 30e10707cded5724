import type { Scheduler } from '../engine/scheduler.js';

/** A broker, as far as others can tell. */
export interface BrokerState {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  up: boolean;
  /** The controller has noticed that it is down, or up again. */
  known: boolean;
}

/** Something that one broker leads: a partition, or a part of the coordinators' topics. */
export interface Place {
  leader: number;
  /** From then on the leader answers: a coordinator has to load its part first. */
  readyAtMs: number;
  /** Until then nobody leads: the leader before is gone, and the controller has not chosen another. */
  electedAtMs: number;
  /** Until then metadata still name the leader before. */
  knownAtMs: number;
  leaderBefore: number;
}

/** Which broker leads what. Brokers go down, come back, and lead other things afterwards. */
export class Placement {
  readonly brokers: readonly BrokerState[];
  /** A coordinator has loaded what it has taken over. */
  onLoaded: (place: Place) => void = () => undefined;
  /** A coordinator leads something no longer. */
  onLeft: (place: Place) => void = () => undefined;
  private readonly places: { readonly place: Place; readonly loads: boolean }[] = [];

  constructor(
    private readonly scheduler: Scheduler,
    count: number,
    /** Partitions are without a leader for a while when a broker goes. */
    private readonly electsSlowly: boolean,
  ) {
    this.brokers = Array.from({ length: count }, (_, index) => {
      return { id: index + 1, host: `broker-${index + 1}`, port: 9092, up: true, known: true };
    });
  }

  /** Gives a new thing to some broker. `loads`: a coordinator, which has to load what it takes over. */
  place(loads: boolean): Place {
    const { id } = this.scheduler.random.pick(this.brokers);
    const place: Place = { leader: id, readyAtMs: 0, electedAtMs: 0, knownAtMs: 0, leaderBefore: id };
    this.places.push({ place, loads });
    return place;
  }

  /** A broker by its number. */
  broker(id: number): BrokerState {
    const broker = this.brokers[id - 1];
    if (!broker) throw new Error(`there is no broker ${id}`);
    return broker;
  }

  /** Whether the leader is there and has loaded. */
  isReady({ leader, readyAtMs }: Place): boolean {
    return this.broker(leader).up && this.scheduler.nowMs >= readyAtMs;
  }

  /** Whether the controller knows that nobody leads. */
  isLeaderless({ leader, electedAtMs }: Place): boolean {
    return this.scheduler.nowMs < electedAtMs || !this.broker(leader).known;
  }

  /** Leader as metadata tell it; undefined when there is none. */
  knownLeader({ leader, leaderBefore, knownAtMs }: Place): number | undefined {
    const told = this.scheduler.nowMs < knownAtMs ? leaderBefore : leader;
    return this.broker(told).known ? told : undefined;
  }

  /** Lets another broker lead, as far as there is one. */
  move(place: Place): void {
    const others = this.brokers.filter(({ id, up }) => up && id !== place.leader);
    if (others.length === 0) return;
    const { random, nowMs } = this.scheduler;
    const loads = this.places.find((each) => each.place === place)?.loads ?? false;
    place.leaderBefore = place.leader;
    place.leader = random.pick(others).id;
    place.readyAtMs = nowMs + (loads ? random.between(5, 400) : random.between(0, 50));
    place.knownAtMs = nowMs + random.between(0, 250);
    if (!loads) return;
    this.onLeft(place);
    this.load(place);
  }

  /** Lets another broker lead something, whatever it is. */
  moveAny(): void {
    this.move(this.scheduler.random.pick(this.places).place);
  }

  /** Lets other brokers lead some of what a broker leads. */
  moveFrom(id: number): void {
    for (const { place } of this.places) if (place.leader === id && this.scheduler.random.chance(0.5)) this.move(place);
  }

  /** A broker is gone; after a while the others notice, and lead what it led. */
  down(id: number): void {
    const broker = this.broker(id);
    broker.up = false;
    // Longer than a client takes to notice that its connections are gone.
    const soonestMs = this.electsSlowly ? 400 : 50;
    this.scheduler.after(this.scheduler.random.between(soonestMs, 1_500), null, () => {
      if (broker.up) return;
      broker.known = false;
      for (const { place } of this.places) if (place.leader === id) this.elect(place);
    });
  }

  /** A broker is back, and loads what it still leads. */
  back(id: number): void {
    const { random, nowMs } = this.scheduler;
    const broker = this.broker(id);
    broker.up = true;
    broker.known = true;
    for (const { place, loads } of this.places) {
      if (place.leader !== id) continue;
      place.readyAtMs = nowMs + (loads ? random.between(20, 900) : random.between(0, 200));
      if (loads) this.load(place);
    }
  }

  private elect(place: Place): void {
    this.move(place);
    if (!this.electsSlowly) return;
    const { random, nowMs } = this.scheduler;
    place.electedAtMs = nowMs + random.between(0, 600);
    place.readyAtMs = Math.max(place.readyAtMs, place.electedAtMs);
    place.knownAtMs = Math.max(place.knownAtMs, place.electedAtMs);
  }

  private load(place: Place): void {
    const { nowMs } = this.scheduler;
    this.scheduler.after(place.readyAtMs - nowMs, null, () => {
      if (this.isReady(place)) this.onLoaded(place);
    });
  }
}
