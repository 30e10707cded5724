import { useState } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';

import type { AuditLineView } from '#libs/application/live/wire';

import type { Formats } from '../format/formats.js';
import { TEXTS } from '../texts.js';

/** The one thing that is wrong, said aloud too. */
export function Trouble({ text }: { readonly text: string | null }): JSX.Element | null {
  return text === null ? null : (
    <p class="trouble" role="alert">
      {text}
    </p>
  );
}

interface DecisionProps {
  readonly label: string;
  readonly kind?: 'primary' | 'quiet';
  readonly disabled?: boolean;
  readonly act: () => Promise<void>;
}

/** A button that decides something once, and says what came of it where it failed. */
export function Decision({ label, kind = 'quiet', disabled = false, act }: DecisionProps): JSX.Element {
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const decide = (): void => {
    setBusy(true);
    setTrouble(null);
    act()
      .catch((error: unknown) => setTrouble(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return (
    <span class="decision">
      <button class="button" data-kind={kind} type="button" disabled={disabled || isBusy} onClick={decide}>
        {label}
      </button>
      <Trouble text={trouble} />
    </span>
  );
}

/** A labelled field. */
export function Field({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}

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

/** Shares of a whole as bars, largest first; parts that take away go to the left. */
export function Bars({ rows }: { readonly rows: readonly BarRow[] }): JSX.Element {
  const most = Math.max(...rows.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  return (
    <ul class="bars">
      {rows.map(({ label, value, text }) => (
        <li key={label}>
          <span>{label}</span>
          <span class="bar" aria-hidden="true">
            <span
              data-sign={value < 0 ? 'less' : 'more'}
              style={{ width: `${String((Math.abs(value) / most) * 100)}%` }}
            />
          </span>
          <span class="amount">{text}</span>
        </li>
      ))}
    </ul>
  );
}

/** One bar. */
export interface BarRow {
  readonly label: string;
  readonly value: number;
  readonly text: string;
}
