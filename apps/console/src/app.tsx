import { useEffect, useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';

import type { LiveSnapshot } from '#libs/application/live/wire';

import { CostChart } from './chart/cost-chart.js';
import { formatsFor, type Formats } from './format/formats.js';
import { useLive } from './live/use-live.js';
import { Blank } from './panels/blank.js';
import { AgentsPanel, ChannelsPanel, SmallPanels } from './panels/breakdown.js';
import { CompositionPanel } from './panels/composition.js';
import { Header } from './panels/header.js';
import { Headline } from './panels/headline.js';
import { Segments } from './panels/segments.js';
import { SignalsPanel } from './panels/signals.js';
import { TEXTS, type BreakdownWindow } from './texts.js';
import { useTheme, type Theme } from './theme.js';

/** The live page. */
export function App(): JSX.Element {
  const { connection, snapshot } = useLive();
  const [theme, changeTheme] = useTheme();
  const organisation = snapshot?.organisation ?? null;
  const currency = organisation?.currency ?? 'CNY';
  const zone = organisation?.zone ?? 'UTC';
  const formats = useMemo(() => formatsFor(undefined, currency, zone), [currency, zone]);
  const perMinute = snapshot?.totals.costPerMinute ?? null;
  useEffect(() => {
    if (perMinute === null || organisation === null) return;
    document.title = TEXTS.pageTitle(organisation.name, formats.unitAmount(perMinute));
  }, [perMinute, organisation, formats]);
  const asOf = snapshot?.clock.asOf ?? null;
  return (
    <div class="page">
      <a class="skip-link" href="#figures">
        {TEXTS.skipToFigures}
      </a>
      <Header
        organisation={organisation?.name ?? null}
        clock={snapshot?.clock ?? null}
        connection={connection}
        formats={formats}
        theme={theme}
        onChangeTheme={changeTheme}
      />
      <main id="figures" tabIndex={-1}>
        {snapshot && asOf !== null ? (
          <LivePage snapshot={snapshot} formats={formats} theme={theme} />
        ) : (
          <Blank connection={connection} snapshot={snapshot} />
        )}
      </main>
      <Footer />
    </div>
  );
}

interface LivePageProps {
  readonly snapshot: LiveSnapshot;
  readonly formats: Formats;
  readonly theme: Theme;
}

const WINDOWS = ['1h', '24h'] as const satisfies readonly BreakdownWindow[];
const WINDOW_OPTIONS = WINDOWS.map((value) => ({ value, label: TEXTS.breakdown.windows[value] }));

function LivePage({ snapshot, formats, theme }: LivePageProps): JSX.Element {
  const [window, setWindow] = useState<BreakdownWindow>('1h');
  const { totals, series, signals, channels, agents, teams, vendors, clock } = snapshot;
  const shared = { window, formats };
  return (
    <>
      <Headline totals={totals} formats={formats} />
      <div class="columns">
        <CostChart series={series} formats={formats} theme={theme} />
        <SignalsPanel signals={signals} asOf={clock.asOf} formats={formats} />
      </div>
      <div class="section-bar">
        <h2>{TEXTS.breakdown.title}</h2>
        <Segments
          name="window"
          legend={TEXTS.breakdown.window}
          options={WINDOW_OPTIONS}
          value={window}
          onChange={setWindow}
        />
      </div>
      <div class="columns">
        <div class="stack">
          <ChannelsPanel {...shared} channels={channels} ids={series.ids.slice(1)} />
          <CompositionPanel figures={totals.windows[window]} formats={formats} />
        </div>
        <SmallPanels {...shared} teams={teams} vendors={vendors} />
      </div>
      <AgentsPanel {...shared} agents={agents} />
    </>
  );
}

function Footer(): JSX.Element {
  return (
    <footer class="footer">
      <span>{TEXTS.footer.note}</span>
      {TEXTS.footer.links.map(([label, href]) => (
        <a key={href} href={href}>
          {label}
        </a>
      ))}
    </footer>
  );
}
