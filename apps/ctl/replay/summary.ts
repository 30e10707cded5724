import type { ReplayTally } from '#libs/application';
import { tableLines } from '../terminal/table.js';

/** The account of a replay as lines for the terminal; `sent` is false after a dry run. */
export function summaryLines(tally: ReplayTally, sent: boolean): string[] {
  const count = (value: number): string => value.toLocaleString('en').padStart(10);
  const rows = [
    [count(tally.mapped), `rows ${sent ? 'sent' : 'would be sent'}${recordsOf(tally)}`],
    ...tally.lines.map(({ fate, reason, rows: number }) => [count(number), `rows ${fate}: ${reason}`]),
    [count(tally.rows), 'rows in all'],
  ];
  const examples = tally.lines.flatMap(({ reason, examples: list }) => {
    return list.map(({ line, detail }) => [`line ${String(line)}`, `${reason}: ${detail}`]);
  });
  return [...tableLines(rows, ''), ...(examples.length > 0 ? ['First refused rows:', ...tableLines(examples)] : [])];
}

function recordsOf({ records }: ReplayTally): string {
  const counts = [...records].map(([topic, number]) => `${number.toLocaleString('en')} ${topic}`);
  return counts.length > 0 ? `, ${counts.join(', ')}` : '';
}
