import type { JSX } from 'preact';

/** The one thing that is wrong, said aloud too. */
export function Trouble({ text }: { readonly text: string | null }): JSX.Element | null {
  return text === null ? null : (
    <p class="trouble" role="alert">
      {text}
    </p>
  );
}
