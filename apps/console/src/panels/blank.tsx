import type { JSX } from 'preact';

import type { ConnectionState } from '../live/live-connection.js';
import { TEXTS } from '../texts.js';

/** In place of figures: what the page is waiting for and what can be done about it. */
export function Blank({
  connection,
  connected,
}: {
  readonly connection: ConnectionState;
  readonly connected: boolean;
}): JSX.Element {
  const { empty } = TEXTS;
  if (!connected) {
    return (
      <section class="card blank">
        <h2>{empty.connecting}</h2>
        <p class="note">{TEXTS.connection[`${connection.phase}Help`]}</p>
      </section>
    );
  }
  return (
    <section class="card blank">
      <h2>{empty.title}</h2>
      <p>{empty.explanation}</p>
      <dl>
        {empty.ways.map(([purpose, command]) => (
          <div key={command}>
            <dt>{purpose}</dt>
            <dd>
              <code>{command}</code>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
