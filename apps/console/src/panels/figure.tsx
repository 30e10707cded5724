import type { JSX } from 'preact';

import { TEXTS } from '../texts.js';

interface AmountProps {
  /** What the figure is, for tests and scripts. */
  readonly name?: string;
  /** Decimal string; null when it is not known. */
  readonly value: string | null | undefined;
  readonly format: (decimal: string) => string;
  readonly class?: string;
}

/** An amount: rounded for reading, exact to the micro in its `value` and its tooltip. */
export function Amount({ name, value, format, class: className }: AmountProps): JSX.Element {
  if (value === null || value === undefined) return <span class={className}>{TEXTS.unknown}</span>;
  return (
    <data class={className} data-figure={name} value={value} title={value}>
      {format(value)}
    </data>
  );
}

/** Words with an explanation behind them. */
export function Explained({ text, help }: { readonly text: string; readonly help: string }): JSX.Element {
  return (
    <span class="explained" title={help} tabIndex={0}>
      {text}
      <span class="visually-hidden"> ({help})</span>
    </span>
  );
}

/** A bar of a share of the largest; the figure that it draws stands beside it. */
export function Bar({ share, colour }: { readonly share: number; readonly colour?: string }): JSX.Element {
  const width = `${String(Math.max(0, Math.min(1, share)) * 100)}%`;
  return (
    <span class="bar" aria-hidden="true">
      <span style={{ width, ...(colour === undefined ? {} : { background: colour }) }} />
    </span>
  );
}
