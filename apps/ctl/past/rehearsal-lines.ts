import type { Firings, Rehearsal, RehearsedSignal } from '#libs/application';
import { tableLines } from '../terminal/table.js';

const EPISODES_SHOWN = 10;

/** A rehearsal for people. */
export function rehearsalLines(report: Rehearsal): string[] {
  const { from, to, recordedFrom, records, rejected, entries, signals, cost } = report;
  if (recordedFrom === null) return ['No input is kept: there is nothing to rehearse on.'];
  const lines = [
    `Rehearsed ${entries.join(', ')}`,
    `on ${from} to ${to}, ${records.toLocaleString('en')} records kept since ${recordedFrom}` +
      (rejected > 0 ? `, ${rejected.toLocaleString('en')} of them rejected` : ''),
    '',
  ];
  if (recordedFrom > from) lines.push(`What was before ${recordedFrom} is not kept, so it is in no figure.`, '');
  if (signals.length === 0) lines.push('No signal would differ.');
  else {
    lines.push(...tableLines([['signal', 'would have fired', 'fires today', 'was told'], ...signals.map(rowOf)]), '');
    for (const signal of signals) lines.push(...episodeLines(signal));
  }
  if (cost.length > 0) {
    lines.push('', 'Cost of the facts of that time, bills left out:');
    const rows = cost.map(({ scope, id, today, proposed, difference }) => [
      `${scope} ${id}`,
      today,
      proposed,
      difference,
    ]);
    lines.push(...tableLines([['scope', `today ${cost[0]?.currency ?? ''}`, 'would be', 'difference'], ...rows]));
  }
  return lines;
}

function rowOf({ signalKey, proposed, today, fired }: RehearsedSignal): string[] {
  return [signalKey, firingsText(proposed), firingsText(today), firingsText(fired)];
}

function firingsText({ times, totalMinutes, longestMinutes }: Firings): string {
  if (times === 0) return 'never';
  const length = times === 1 ? `${totalMinutes} min` : `${totalMinutes} min, the longest ${longestMinutes}`;
  return `${times} ${times === 1 ? 'time' : 'times'}, ${length}`;
}

function episodeLines({ signalKey, proposed }: RehearsedSignal): string[] {
  if (proposed.times === 0) return [];
  const shown = proposed.episodes.slice(0, EPISODES_SHOWN);
  const more = proposed.times - shown.length;
  return [
    `${signalKey} would have fired`,
    ...tableLines(
      shown.map(({ startedAt, resolvedAt, severity, summary }) => [
        startedAt,
        resolvedAt === null ? 'still fires' : `to ${resolvedAt}`,
        severity,
        summary,
      ]),
    ),
    ...(more > 0 ? [`  and ${more} more times (--json has all)`] : []),
  ];
}
