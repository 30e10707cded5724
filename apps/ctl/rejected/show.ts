import { examineInput, REMEDIES, type Examination, type Rejection } from '#libs/application';
import { REJECT_REASONS } from '#libs/contract';
import { Advice } from '../advice.js';
import { tableLines } from '../terminal/table.js';
import { readRejections, readReplayed, type RejectedSource } from './read.js';

/** Shows one rejection: what it holds, where it is wrong, and what to do. Throws Advice where there is none of that id. */
export async function showRejection(source: RejectedSource, id: string, say: (line: string) => void): Promise<void> {
  let found: Rejection | undefined;
  await readRejections(source, (rejection) => {
    if (rejection.id === id) found = rejection;
  });
  if (!found) {
    throw new Advice(
      `No rejection ${id} is kept: \`spendline rejected list\` shows which are, by their partition/offset.`,
    );
  }
  const isReplayed = (await readReplayed(source)).has(id);
  for (const line of linesOf(found, isReplayed)) say(line);
}

/** The lines that tell of a rejection. */
export function linesOf(rejection: Rejection, isReplayed: boolean): string[] {
  const { id, atMs, input, reason, detail, topic, partition, offset, original } = rejection;
  const known: Readonly<Record<string, string>> = REJECT_REASONS;
  const remedies: Readonly<Record<string, string>> = REMEDIES;
  const examined = input && examineInput(input, original);
  const headers = Object.entries(original.headers).map(([name, value]) => `${name}: ${String(value)}`);
  const rows = [
    ['rejection', id],
    ['rejected at', new Date(atMs).toISOString()],
    ['came by', `${topic}, partition ${String(partition)}, offset ${offset}`],
    ['key', original.key === null ? 'none' : JSON.stringify(original.key.toString())],
    ...(headers.length > 0 ? [['headers', headers.join('; ')]] : []),
    ['reason', `${reason}: ${known[reason] ?? 'A reason of another version.'}`],
    ['detail', detail],
    ...(examined?.findings ?? []).map(({ where, found }, nth) => [nth === 0 ? 'where' : '', `${where}  ${found}`]),
    ['what to do', remedies[reason] ?? 'Use the version that rejected it, or a newer one.'],
    ['now', verdictOf(rejection, examined, isReplayed)],
  ];
  const content = examined?.content ?? original.value?.toString() ?? '';
  return [...tableLines(rows, ''), `value, ${(original.value?.length ?? 0).toLocaleString('en')} bytes:`, content];
}

function verdictOf({ id, topic }: Rejection, examined: Examination | undefined, isReplayed: boolean): string {
  if (!examined) return `${topic} is no input of this installation: check SPENDLINE_TOPIC_PREFIX.`;
  if (examined.refusal) return 'it would be refused again as it is.';
  if (isReplayed) return 'it has been replayed already.';
  return `its bytes can be read: spendline rejected replay ${id}`;
}
