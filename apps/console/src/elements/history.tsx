import type { JSX } from 'preact';

import type { AuditLineView } from '#libs/application/live/wire';

import type { Formats } from '../format/formats.js';
import { TEXTS } from '../texts.js';

/** Who did what, newest first. */
export function History({
  lines,
  formats,
}: {
  readonly lines: readonly AuditLineView[];
  readonly formats: Formats;
}): JSX.Element {
  if (lines.length === 0) return <p class="note">{TEXTS.decisions.noHistory}</p>;
  return (
    <ol class="history">
      {lines.map((line) => (
        <li key={line.auditId}>
          <span class="note">{formats.dayTime(line.at)}</span>
          <span>
            <strong>{line.actorName}</strong> {TEXTS.decisions.actions[line.action] ?? line.action}
            {line.subject === 'budget' && ` ${TEXTS.decisions.version(line.part)}`}
            {line.action === 'snooze' &&
              typeof line.body?.['until'] === 'string' &&
              ` ${formats.dayTime(line.body['until'])}`}
            {line.reason !== null && line.reason !== '' && <q>{line.reason}</q>}
          </span>
        </li>
      ))}
    </ol>
  );
}
