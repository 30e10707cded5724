import type { JSX } from 'preact';

import type { Figures } from '#libs/application/live/wire';

import type { Formats } from '../format/formats.js';
import { TEXTS } from '../texts.js';
import { Amount } from './figure.js';
import { Card } from './section.js';

interface CompositionProps {
  /** Of everything, in the window that is counted. */
  readonly figures: Figures | undefined;
  readonly formats: Formats;
}

/** What the money is spent on: labour, system and so on, the largest first, as one bar and in figures. */
export function CompositionPanel({ figures, formats }: CompositionProps): JSX.Element {
  const total = Number(figures?.amount ?? 0);
  const parts = Object.entries(figures?.breakdown ?? {})
    .map(([kind, amount]) => ({ kind, amount, share: total > 0 ? Number(amount) / total : 0 }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
  return (
    <Card id="composition" title={TEXTS.composition.title} empty={parts.length === 0 ? TEXTS.composition.none : null}>
      <div class="strip" aria-hidden="true">
        {parts.map(({ kind, share }, index) => (
          <span key={kind} style={{ flex: `${String(share)} 1 0`, background: shade(index) }} />
        ))}
      </div>
      <dl class="parts">
        {parts.map(({ kind, amount, share }, index) => (
          <div key={kind}>
            <dt class="name">
              <span class="swatch" style={{ background: shade(index) }} aria-hidden="true" />
              {TEXTS.composition.names[kind] ?? kind}
            </dt>
            <dd>
              {formats.percent(share)} <Amount class="note" value={amount} format={formats.amount} />
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

/** One hue: the order is by size, so the shade says no more than the place. */
function shade(index: number): string {
  const strength = [100, 68, 46, 30, 20][index] ?? 14;
  return `color-mix(in srgb, var(--accent) ${String(strength)}%, var(--sunken))`;
}
