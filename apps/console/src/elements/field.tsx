import type { ComponentChildren, JSX } from 'preact';

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
