import { isMeant, type RejectionFilter } from '#libs/application';
import { REJECT_REASONS } from '#libs/contract';
import { tableLines } from '../terminal/table.js';
import { readRejections, readReplayed, type RejectedSource } from './read.js';

/** What to list, and how much of it. */
export interface ListRequest {
  readonly filter: RejectionFilter;
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
  readonly say: (line: string) => void;
}

interface Row {
  readonly id: string;
  readonly atMs: number;
  readonly topic: string;
  readonly reason: string;
  readonly detail: string;
}

const MAX_DETAIL = 90;

/** Shows how many records were rejected for which reason, and a page of them, newest first. */
export async function listRejections(
  source: RejectedSource,
  { filter, page, pageSize, say }: ListRequest,
): Promise<void> {
  const rows: Row[] = [];
  const reasons = new Map<string, number>();
  const others = await readRejections(source, (rejection) => {
    if (!isMeant(rejection, filter)) return;
    const { id, atMs, topic, reason, detail } = rejection;
    rows.push({ id, atMs, topic, reason, detail });
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  });
  if (others > 0) say(`Left out, as no rejections of Spendline's: ${others.toLocaleString('en')}.`);
  if (rows.length === 0) {
    say(Object.keys(filter).length === 0 ? 'No rejected record is kept.' : 'No rejected record fits.');
    return;
  }
  for (const line of tableLines(reasonRows(reasons, rows.length))) say(line);
  const replayed = await readReplayed(source);
  const newestFirst = rows.sort((a, b) => b.atMs - a.atMs);
  const first = (page - 1) * pageSize;
  const shown = newestFirst.slice(first, first + pageSize);
  const pages = Math.ceil(rows.length / pageSize);
  if (shown.length === 0) {
    say(`There is no page ${page}: the last is ${pages}.`);
    return;
  }
  say(`Newest first, ${first + 1} to ${first + shown.length} of ${rows.length.toLocaleString('en')}:`);
  for (const line of tableLines(shown.map((row) => cellsOf(row, replayed)))) say(line);
  if (page < pages) say(`The same with --page ${page + 1} goes on.`);
  say(`One of them in full: spendline rejected show ${shown[0]?.id ?? ''}`);
}

function reasonRows(reasons: ReadonlyMap<string, number>, total: number): string[][] {
  const known: Readonly<Record<string, string>> = REJECT_REASONS;
  const counts = [...reasons].sort(([, a], [, b]) => b - a);
  return [
    ...counts.map(([reason, count]) => [
      count.toLocaleString('en').padStart(9),
      reason,
      known[reason] ?? 'A reason of another version.',
    ]),
    [total.toLocaleString('en').padStart(9), 'in all'],
  ];
}

function cellsOf({ id, atMs, topic, reason, detail }: Row, replayed: ReadonlySet<string>): string[] {
  const short = detail.length > MAX_DETAIL ? `${detail.slice(0, MAX_DETAIL)}...` : detail;
  return [id, new Date(atMs).toISOString(), topic, reason, replayed.has(id) ? `(replayed) ${short}` : short];
}
