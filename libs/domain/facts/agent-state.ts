/** States of an agent, in the order of the contract's schema. */
export type AgentStateName = 'available' | 'handling' | 'after-contact' | 'break' | 'training' | 'meeting' | 'offline';

/** States that are paid and are no handling: they cost by themselves (contract section 6). Handling is its contacts' cost. */
const PAID: ReadonlySet<AgentStateName> = new Set(['available', 'break', 'training', 'meeting'] as const);

/** An agent enters a state at `atMs` (epoch ms); it lasts until the agent's next one. */
export interface StateEntered {
  readonly agentId: string;
  readonly state: AgentStateName;
  readonly atMs: number;
  /** False: outside the scheduled shift, so overtime. */
  readonly scheduled: boolean;
  readonly team?: string;
  readonly region?: string;
  /** Groups that the agent was in at `atMs`. */
  readonly groups?: readonly string[];
}

/** Whether time in this state is paid without being anybody's handle time. */
export function isPaidTime(state: AgentStateName): boolean {
  return PAID.has(state);
}
