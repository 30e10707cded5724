import { Publisher, type PublishRecord } from '#libs/adapters/kafka';
import {
  isMeant,
  planReplay,
  type Rejection,
  type RejectionFilter,
  type Replay,
  type ReplayPlan,
} from '#libs/application';
import { TOPICS, topicName } from '#libs/contract';
import { Advice } from '../advice.js';
import { tableLines } from '../terminal/table.js';
import { readRejections, readReplayed, type RejectedSource } from './read.js';

/** Records that are noted as replayed together: so many at the most are sent twice if this ends in between. */
const CHUNK = 200;
const SHOWN = 5;

/** Which rejections to send again, and how. */
export interface ReplayRequest {
  readonly filter: RejectionFilter;
  /** At most so many in one run: they are held in memory. */
  readonly limit: number;
  readonly dryRun: boolean;
  readonly again: boolean;
  /** Takes the place of the value of the one rejection that is meant. */
  readonly value?: Buffer;
  /** Asked before anything is sent; throws to refuse. */
  readonly confirm: (question: string) => Promise<void>;
  readonly say: (line: string) => void;
}

/** Sends rejected records to their inputs again; answers how many. Throws Advice where none fits. */
export async function replayRejected(source: RejectedSource, request: ReplayRequest): Promise<number> {
  const { filter, limit, dryRun, again, value, confirm, say } = request;
  const { rejections, beyond } = await collect(source, filter, limit);
  if (rejections.length === 0)
    throw new Advice('No rejected record fits: `spendline rejected list` shows which are kept.');
  const before = await readReplayed(source);
  const { topicPrefix } = source.settings;
  const plan = planReplay(rejections, { topicPrefix, before, again, ...(value && { value }) });
  for (const line of planLines(plan, topicPrefix, dryRun)) say(line);
  if (beyond > 0) say(`${beyond.toLocaleString('en')} more fit: run it again for those, or raise --limit.`);
  if (dryRun || plan.replays.length === 0) return 0;
  await confirm(
    `Send ${plan.replays.length === 1 ? 'it' : `these ${plan.replays.length.toLocaleString('en')} records`} again?`,
  );
  await send(source, plan.replays);
  say(
    `${plan.replays.length.toLocaleString('en')} sent. What is refused again shows in \`spendline rejected list\` within seconds.`,
  );
  return plan.replays.length;
}

async function collect(
  source: RejectedSource,
  filter: RejectionFilter,
  limit: number,
): Promise<{ rejections: Rejection[]; beyond: number }> {
  const rejections: Rejection[] = [];
  let beyond = 0;
  await readRejections(source, (rejection) => {
    if (!isMeant(rejection, filter)) return;
    if (rejections.length < limit) rejections.push(rejection);
    else beyond += 1;
  });
  return { rejections, beyond };
}

function planLines({ replays, skipped }: ReplayPlan, topicPrefix: string, dryRun: boolean): string[] {
  const counts = new Map<string, number>();
  const add = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const { input } of replays) add(`${dryRun ? 'would go' : 'to go'} to ${topicName(input, topicPrefix)}`);
  for (const { why } of skipped) add(`skipped: ${why}`);
  const rows = [...counts].map(([what, count]) => [count.toLocaleString('en').padStart(9), what]);
  const examples = skipped.slice(0, SHOWN).map(({ id, why, detail }) => [id, `${why}, ${detail}`]);
  return [...tableLines(rows, ''), ...(examples.length > 0 ? ['Skipped first:', ...tableLines(examples)] : [])];
}

/** Sent first and noted then: if this ends in between, a replay is done twice rather than forgotten. */
async function send({ settings, logger }: RejectedSource, replays: readonly Replay[]): Promise<void> {
  const publisher = new Publisher({ settings, logger, role: 'rejected' });
  await publisher.connect();
  try {
    for (let at = 0; at < replays.length; at += CHUNK) {
      const chunk = replays.slice(at, at + CHUNK);
      for (const input of new Set(chunk.map((replay) => replay.input))) {
        const partitions = await publisher.partitionCount(input);
        const records = chunk.filter((replay) => replay.input === input).map((replay) => recordOf(replay, partitions));
        await publisher.send(input, records);
      }
      const notes = chunk.map(({ id, input }) => ({ key: id, value: JSON.stringify({ to: TOPICS[input].name }) }));
      await publisher.send('replayed', notes);
    }
  } finally {
    await publisher.disconnect();
  }
}

/** Back to the partition that it came by, whatever partitioner its source has: there are the other copies of the fact. */
function recordOf({ key, value, headers, partition }: Replay, partitions: number): PublishRecord {
  return { key, value, headers, ...(partition < partitions && { partition }) };
}
