import type { AgentState, BillingLine, Feedback, Interaction, Revenue } from '#libs/contract';

interface Event<Topic, Data> {
  readonly topic: Topic;
  /** Kafka key. */
  readonly key: string;
  /** CloudEvents id: unique, and the same when the event is generated again. */
  readonly id: string;
  /** Event time, epoch milliseconds; what the contract calls so for the topic, and a bill's or revenue's date. */
  readonly atMs: number;
  readonly data: Data;
}

/** A contact that ended. */
export type ContactEvent = Event<'interactions', Interaction>;
/** An agent who entered a state. */
export type AgentStateEvent = Event<'agentStates', AgentState>;
/** What was said of a contact. */
export type FeedbackEvent = Event<'feedback', Feedback>;
/** A line of a bill. */
export type BillingEvent = Event<'billingLines', BillingLine>;
/** Revenue of a month. */
export type RevenueEvent = Event<'revenue', Revenue>;

/** Anything that happens in the simulated centre. */
export type SimulatedEvent = ContactEvent | AgentStateEvent | FeedbackEvent | BillingEvent | RevenueEvent;

/** At the same millisecond an agent's state comes before the contact that ended, and that before what is said of it. */
const ORDER = { revenue: 0, billingLines: 1, agentStates: 2, interactions: 3, feedback: 4 } as const;

/** Sorts by event time, then topic, then id: the one order in which a span is sent. */
export function inEventTimeOrder<
  E extends { readonly topic: keyof typeof ORDER; readonly atMs: number; readonly id: string },
>(events: readonly E[]): E[] {
  return events.toSorted((a, b) => a.atMs - b.atMs || ORDER[a.topic] - ORDER[b.topic] || (a.id < b.id ? -1 : 1));
}
