import { cpus, loadavg, totalmem } from 'node:os';
import type { Row, RowResult } from './row.js';

/** A row with what came of it. */
export interface Outcome {
  readonly row: Row;
  readonly seed: number;
  readonly seconds: number;
  /** Why it did not run. */
  readonly skipped?: string;
  readonly result?: RowResult;
}

/** One word for it. */
export function verdictOf({ skipped, result }: Outcome): string {
  if (skipped !== undefined) return `skipped: ${skipped}`;
  return result?.problems.length === 0 ? 'holds' : 'BROKEN';
}

function timesOf({ row, result }: Outcome, sessionMs: number): string {
  const sorted = [...(result?.recoveries ?? [])].sort((a, b) => a - b);
  const [median, worst] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  if (median === undefined || worst === undefined) return '';
  const goal = row.goalSeconds?.(sessionMs / 1000);
  const text = `${median.toFixed(1)} / ${worst.toFixed(1)} s`;
  return goal === undefined ? text : `${text} (goal ${goal} s${worst > goal ? ', MISSED' : ''})`;
}

/** The table as Markdown, with what one must know to repeat it. */
export function asMarkdown(outcomes: readonly Outcome[], sessionMs: number): string {
  const head = ['fault', 'records', 'faults', 'first commit after (median / worst)', 'seed', 'oracle', 'counts'];
  const lines = outcomes.map((outcome) => {
    const { row, result, seed } = outcome;
    const cells = [
      `${row.name}: ${row.fault}`,
      result ? result.records.toLocaleString('en') : '',
      result ? String(result.faults) : '',
      timesOf(outcome, sessionMs),
      String(seed),
      verdictOf(outcome),
      result?.notes ?? '',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const about = `${new Date().toISOString().slice(0, 10)}, ${machine}, session timeout ${sessionMs / 1000} s, load ${loadavg()[2]?.toFixed(0) ?? ''} (15 min)`;
  return [`Measured ${about}.`, '', `| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...lines].join('\n');
}

/** The table for a screen. */
export function asScreen(outcomes: readonly Outcome[], sessionMs: number): string {
  const rows = outcomes.map((outcome) => [
    outcome.row.name,
    String(outcome.result?.records ?? ''),
    String(outcome.result?.faults ?? ''),
    timesOf(outcome, sessionMs),
    `${Math.round(outcome.seconds)} s`,
    verdictOf(outcome),
  ]);
  const all = [['row', 'records', 'faults', 'first commit (median / worst)', 'took', 'oracle'], ...rows];
  const widths = (all[0] ?? []).map((_, at) => Math.max(...all.map((cells) => cells[at]?.length ?? 0)));
  return all
    .map((cells) =>
      cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
