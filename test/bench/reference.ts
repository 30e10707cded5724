import { ReferenceFeed, readReferenceFile, referenceEntryToWire, referenceKey } from '#libs/application';

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
export function benchReferenceRecords(budgets: readonly AgentBudget[] = []): { key: string; value: string }[] {
  const lines = budgets.map(
    ({ agentId, amount }) =>
      `  - { budgetId: ${agentId}, scope: agent, id: ${agentId}, period: month, amount: ${String(amount)}, status: approved, owner: bench }\n`,
  );
  const file = readReferenceFile(lines.length === 0 ? REFERENCE : `${REFERENCE}budgets:\n${lines.join('')}`);
  if (!file.ok) throw new Error(JSON.stringify(file));
  return file.entries.map((entry) => ({ key: referenceKey(entry), value: referenceEntryToWire(entry) }));
}

/** The same as the stages see it. */
export function benchReference(): ReferenceFeed {
  const feed = new ReferenceFeed((key, problem) => {
    throw new Error(`${key}: ${problem}`);
  });
  feed.take(benchReferenceRecords().map(({ key, value }) => ({ key: Buffer.from(key), value: Buffer.from(value) })));
  return feed;
}
