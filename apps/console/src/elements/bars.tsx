import type { JSX } from 'preact';

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
