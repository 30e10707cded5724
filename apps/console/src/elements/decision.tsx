import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import { Trouble } from './trouble.js';

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
