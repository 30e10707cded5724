import type { ReferenceFeed } from '#libs/application';
import { referenceFeedOf, referenceRecordsOf, type ReferenceRecord } from '../../libs/testing/reference-records.js';

const REFERENCE = `
organisation: { name: Bench, zone: Asia/Shanghai, currency: CNY }
rateCards:
  - { rateId: labour, for: default, kind: hourly, amount: 120, currency: CNY }
  - { rateId: line, for: channel, id: voice, kind: per-minute, amount: 0.06, currency: CNY }
`;

/** A budget of the month for an agent; what it says is what the signals of the latency part come from. */
export interface AgentBudget {
  readonly agentId: string;
  readonly amount: number;
}

/**
 * Records of the reference topic: one hourly rate for all, one price for a minute of voice; and budgets, approved, where
 * there are to be signals.
 */
export function benchReferenceRecords(budgets: readonly AgentBudget[] = []): ReferenceRecord[] {
  const lines = budgets.map(
    ({ agentId, amount }) =>
      `  - { budgetId: ${agentId}, scope: agent, id: ${agentId}, period: month, amount: ${String(amount)}, status: approved, owner: bench }\n`,
  );
  return referenceRecordsOf(lines.length === 0 ? REFERENCE : `${REFERENCE}budgets:\n${lines.join('')}`);
}

/** The same as the stages see it. */
export function benchReference(): ReferenceFeed {
  return referenceFeedOf(benchReferenceRecords());
}
