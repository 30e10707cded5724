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
import { AnalysesPage } from './pages/analyses-page.js';
import { BudgetPage } from './pages/budget-page.js';
import { BudgetsPage } from './pages/budgets-page.js';
import { SignalPage } from './pages/signal-page.js';
import { SignalsPage } from './pages/signals-page.js';
import { addressOf, usePageAddress, type PageAddress, type PageName } from './page-address.js';
import { useSession, type Session } from './api/session.js';
import { TEXTS, type BreakdownWindow } from './texts.js';
import { useTheme, type Theme } from './theme.js';

/** The live page. */
export function App(): JSX.Element {
  const session = useSession();
  const address = usePageAddress();
  const { connection, snapshot } = useLive(session.token);
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
      <Menu page={address.page} session={session} />
      <main id="figures" tabIndex={-1}>
        {address.page !== 'live' ? (
          <Decisions address={address} session={session} formats={formats} />
        ) : snapshot && asOf !== null ? (
          <LivePage snapshot={snapshot} formats={formats} theme={theme} />
        ) : (
          <Blank connection={connection} snapshot={snapshot} />
        )}
      </main>
      <Footer />
    </div>
  );
}

const PAGES: readonly PageName[] = ['live', 'budgets', 'signals', 'analyses'];

function Menu({ page, session }: { readonly page: PageName; readonly session: Session }): JSX.Element {
  const { person, canSignIn, signIn, signOut } = session;
  return (
    <nav class="menu" aria-label={TEXTS.menu.title}>
      {PAGES.map((name) => (
        <a key={name} href={addressOf(name)} aria-current={name === page ? 'page' : undefined}>
          {TEXTS.menu[name]}
        </a>
      ))}
      <span class="who">
        {person && <span class="note">{TEXTS.session.as(person.name, person.roles.join(', '))}</span>}
        {person ? (
          <button class="button" data-kind="quiet" type="button" onClick={signOut}>
            {TEXTS.session.signOut}
          </button>
        ) : (
          canSignIn && (
            <button class="button" data-kind="quiet" type="button" onClick={signIn}>
              {TEXTS.session.signIn}
            </button>
          )
        )}
      </span>
    </nav>
  );
}

interface DecisionsProps {
  readonly address: PageAddress;
  readonly session: Session;
  readonly formats: Formats;
}

function Decisions({ address: { page, id }, ...shared }: DecisionsProps): JSX.Element {
  return (
    <div class="pages-stack">
      {page === 'budgets' && (id === null ? <BudgetsPage {...shared} /> : <BudgetPage key={id} id={id} {...shared} />)}
      {page === 'signals' && (id === null ? <SignalsPage {...shared} /> : <SignalPage key={id} id={id} {...shared} />)}
      {page === 'analyses' && <AnalysesPage {...shared} />}
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
