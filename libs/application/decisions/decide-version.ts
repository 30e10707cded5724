import { DecisionRefused, type DecisionContext, type DecisionStore, type DecisionUnit } from './decisions.js';

/** Which version a decision was made on; undefined: whichever it is. */
export interface Expected {
  readonly number: number;
  readonly revision: number;
}

/** Makes a decision; one that comes again answers with the version that the first one was about. */
export async function decideOnce<Version extends { readonly number: number }>(
  store: DecisionStore,
  context: DecisionContext,
  work: (unit: DecisionUnit) => Promise<Version>,
  versions: () => Promise<readonly Version[]>,
): Promise<readonly Version[]> {
  let decided: Version | undefined;
  const { number } = await store.decide(context, async (unit) => {
    decided = await work(unit);
    return { number: decided.number };
  });
  if (decided !== undefined) return [decided];
  return (await versions()).filter((version) => version.number === number);
}

/** Refuses a decision on what has changed since it was seen. `id` names what is decided on. */
export function requireExpected(id: string, latest: Expected, { number, revision }: Expected): void {
  if (latest.number === number && latest.revision === revision) return;
  const is = `version ${latest.number}.${latest.revision}`;
  throw new DecisionRefused('changed-meanwhile', `${id} is at ${is}, not ${number}.${revision}: read it again.`);
}
