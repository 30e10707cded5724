import type { JSX } from 'preact';

import type { LiveSnapshot } from '#libs/application/live/wire';

import type { ConnectionState } from '../live/live-connection.js';
import { TEXTS } from '../texts.js';

interface BlankProps {
  readonly connection: ConnectionState;
  readonly snapshot: LiveSnapshot | null;
}

/** In place of figures: what the page is waiting for and what can be done about it. */
export function Blank({ connection, snapshot }: BlankProps): JSX.Element {
  const { empty } = TEXTS;
  if (!snapshot && connection.phase === 'refused')
    return <Waiting title={empty.refused} help={TEXTS.connection.refusedHelp} />;
  if (!snapshot) return <Waiting title={empty.connecting} help={TEXTS.connection[`${connection.phase}Help`]} />;
  if (!snapshot.clock.historyRead) return <Waiting title={empty.reading} help={empty.readingHelp} />;
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

function Waiting({ title, help }: { readonly title: string; readonly help: string }): JSX.Element {
  return (
    <section class="card blank">
      <h2>{title}</h2>
      <p class="note">{help}</p>
    </section>
  );
}
