import type { JSX } from 'preact';

import type { StreamClock } from '#libs/application/live/wire';

import type { ConnectionState } from '../live/live-connection.js';
import type { Formats } from '../format/formats.js';
import { TEXTS } from '../texts.js';
import type { Theme } from '../theme.js';

interface HeaderProps {
  readonly organisation: string | null;
  readonly clock: StreamClock | null;
  readonly connection: ConnectionState;
  readonly formats: Formats;
  readonly theme: Theme;
  readonly onChangeTheme: () => void;
}

/** Whose figures these are, of when, and whether they move. */
export function Header(props: HeaderProps): JSX.Element {
  const { organisation, clock, connection, formats, theme, onChangeTheme } = props;
  const asOf = clock?.asOf ?? null;
  const toggle = theme === 'dark' ? TEXTS.theme.toLight : TEXTS.theme.toDark;
  return (
    <header class="header">
      <h1 class="brand">
        <img src="/icon.svg" alt="" />
        {TEXTS.product}
      </h1>
      {organisation !== null && <p class="organisation">{organisation}</p>}
      <div class="header-end">
        {asOf !== null && (
          <span class="as-of">
            {TEXTS.asOf(formats.clock(asOf))} <span class="zone">{formats.zone}</span>
          </span>
        )}
        <Connection connection={connection} clock={clock} formats={formats} />
        <button class="icon-button" type="button" aria-label={toggle} title={toggle} onClick={onChangeTheme}>
          <ThemeIcon theme={theme} />
        </button>
      </div>
    </header>
  );
}

/** Open figures this far ahead of the closed ones are those of a monitor that still reads the past. */
const CATCHING_UP_MS = 5 * 60_000;

function Connection({
  connection,
  clock,
  formats,
}: Pick<HeaderProps, 'connection' | 'clock' | 'formats'>): JSX.Element {
  const texts = TEXTS.connection;
  const behind = connection.phase === 'live' ? completeTo(clock) : null;
  const phase = behind === null ? connection.phase : 'catchingUp';
  const since = connection.phase === 'quiet' ? texts.quietSince(formats.dayTime(connection.since)) : null;
  const detail = behind === null ? since : texts.completeTo(formats.dayTime(behind));
  return (
    <span class="connection" role="status" data-phase={phase} title={texts[`${phase}Help`]}>
      {texts[phase]}
      {detail !== null && <span class="detail"> · {detail}</span>}
    </span>
  );
}

/** The watermark, when it is far behind; null when the figures are complete up to now. */
function completeTo(clock: StreamClock | null): string | null {
  if (!clock?.asOf || clock.watermark === null) return null;
  return Date.parse(clock.asOf) - Date.parse(clock.watermark) > CATCHING_UP_MS ? clock.watermark : null;
}

function ThemeIcon({ theme }: { readonly theme: Theme }): JSX.Element {
  return (
    <svg
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
      aria-hidden="true"
    >
      {theme === 'dark' ? (
        <>
          <circle cx="10" cy="10" r="3.6" />
          <path d="M10 2v1.6M10 16.4V18M2 10h1.6M16.4 10H18M4.3 4.3l1.2 1.2M14.5 14.5l1.2 1.2M4.3 15.7l1.2-1.2M14.5 5.5l1.2-1.2" />
        </>
      ) : (
        <path d="M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7Z" stroke-linejoin="round" />
      )}
    </svg>
  );
}
