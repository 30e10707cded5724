import type { ReferenceFeed } from '#libs/application';
import { referenceFeedOf, referenceRecordsOf } from '../../../libs/testing/reference-records.js';
import type { Workload } from './peer-events.js';

/** w3: 100 an hour and the last two digits of the agent's number, modulo 50. w1: a hundredth a second. */
export function peerReference(of: Workload): ReferenceFeed {
  const card = (rateId: string, who: string, amount: number): string =>
    `  - { rateId: ${rateId}, ${who}, kind: hourly, amount: ${String(amount)}, currency: CNY }\n`;
  const agents = Array.from({ length: 500 }, (_, index) => index + 1);
  const cards =
    of === 'w1'
      ? [card('hundredth', 'for: default', 36)]
      : agents.map((agent) => {
          const id = `agent-${String(agent).padStart(4, '0')}`;
          return card(id, `for: agent, id: ${id}`, 100 + (agent % 50));
        });
  return referenceFeedOf(
    referenceRecordsOf(`organisation: { name: Bench, zone: UTC, currency: CNY }\nrateCards:\n${cards.join('')}`),
  );
}
