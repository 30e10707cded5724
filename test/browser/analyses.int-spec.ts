import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page, Request } from 'playwright-core';

import { migrate } from '#libs/adapters/postgres';
import { postgresMissing, startTestPostgres, type TestPostgres } from '#libs/testing';
import { freePort } from '../../libs/testing/free-port.js';
import { eventually } from '../../libs/testing/eventually.js';
import { Program } from '../../libs/testing/program.js';

import { buildConsole } from './build-console.js';
import { Chromium, whyNoBrowser, type WatchedPage } from './chromium.js';
import { faintTexts } from './contrast.js';

const missing = whyNoBrowser() ?? (await postgresMissing());
if (missing) console.warn(`skipped: ${missing}`);
const withBrowser = missing ? describe.skip : describe;

/** Where a person can look at what the browser saw. */
const PICTURES = join(tmpdir(), 'spendline-console');
const SHANGHAI_MS = 8 * 3_600_000;

/** Topics with the cost of one contact and how many there were: 80% of 1,000.00 is refunds. */
const TOPICS = [
  ['refund', '40.00', 20, 'high'],
  ...['balance', 'card', 'limit', 'login', 'loan', 'fees', 'address', 'rates'].map(
    (topic) => [topic, '2.40', 10, 'low'] as const,
  ),
  ['other', '1.00', 8, 'low'],
] as const;

/** Without Kafka: analyses read the ledger alone, and then the wall clock says which month it is. */
withBrowser('analyses in the console', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spendline-analyses-'));
  let postgres: TestPostgres;
  let api: Program;
  let browser: Chromium;
  let origin: string;

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    buildConsole();
    postgres = await startTestPostgres();
    await migrate(postgres.url);
    const port = String(await freePort());
    origin = `http://127.0.0.1:${port}`;
    api = new Program('apps/api/main.ts', {
      KAFKA_BROKERS: '127.0.0.1:9',
      DATABASE_URL: postgres.url,
      SPENDLINE_API_PORT: port,
      SPENDLINE_DATA_DIR: folder,
    });
    browser = await Chromium.start();
    await eventually('the API to answer', async () => {
      if (!api.isRunning) throw new Error(api.lines.join('\n'));
      return (await fetch(`${origin}/health/live`).catch(() => undefined))?.ok;
    });
    await fillLedger();
  });

  afterAll(async () => {
    await browser.close();
    await api.end('SIGKILL');
    await postgres.remove();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => browser.clear());

  /** All of it in this month, also when the month has only just begun; nothing in the last. */
  async function fillLedger(): Promise<void> {
    const local = new Date(Date.now() + SHANGHAI_MS);
    const monthStartMs = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), 1) - SHANGHAI_MS;
    const happened = new Date(Math.max(Date.now() - 60_000, monthStartMs));
    for (const [topic, amount, contacts, complexity] of TOPICS) {
      await postgres.query(
        `INSERT INTO cost_event (cost_event_id, source, source_id, revision, occurred_at, agent_id, channel, team, topic,
           complexity, handle_seconds, amount, currency, lines, late)
         SELECT $1 || n, 'interaction', $1 || n, 0, $2, 'agent-' || n % 6, 'voice', 'north', $1, $3, 480, $4, 'CNY', '[]', false
         FROM generate_series(1, $5::int) AS n`,
        [topic, happened, complexity, amount, contacts],
      );
    }
    const windowsOf = `INSERT INTO cost_window (scope, id, window_name, window_end, window_start, revision, currency,
      amount, labour, system, interactions, handled_by_agents, automated, resolved, handle_seconds, csat_sum, csat_count)`;
    const end = new Date(Math.max(happened.getTime(), monthStartMs + 1));
    await postgres.query(
      `${windowsOf} VALUES ('all', 'all', 'month', $1, $2, 0, 'CNY', 1000, 750, 250, 108, 108, 0, 90, 51840, 400, 100)`,
      [end, new Date(monthStartMs)],
    );
    // Six agents, the dearest with the best answers, and a seventh whom nobody answered for.
    await postgres.query(
      `${windowsOf} SELECT 'agent', 'agent-' || n, 'month', $1, $2, 0, 'CNY', 100 * n, 100 * n, 0, 18, 18, 0, 15, 8640,
         CASE WHEN n < 7 THEN 10 * (2 + n * 0.4) ELSE 4 END, CASE WHEN n < 7 THEN 10 ELSE 1 END
       FROM generate_series(1, 7) AS n`,
      [end, new Date(monthStartMs)],
    );
  }

  async function figure(page: Page, row: string): Promise<string> {
    return (await page.locator(`[data-row="${row}"]`).textContent()) ?? '';
  }

  /** Cards whose content sticks out of them, by name. */
  async function overflowing(page: Page): Promise<string[]> {
    return page.evaluate<string[]>(
      `[...document.querySelectorAll('[data-analysis]')].filter((card) => [...card.querySelectorAll('*')].some((part) =>
         part.checkVisibility() && !part.closest('details, .visually-hidden, thead') &&
         part.getBoundingClientRect().bottom > card.getBoundingClientRect().bottom + 1)).map((card) => card.dataset.analysis)`,
    );
  }

  /** In both themes, wide and narrow: nothing is too faint, too wide or strange. */
  async function looksRight({ page, complaints, strangers }: WatchedPage, name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await page.screenshot({ path: join(PICTURES, `${name}-${String(width)}-${colorScheme}.png`), fullPage: true });
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        expect(await faintTexts(page)).toEqual([]);
        expect(await overflowing(page)).toEqual([]);
      }
    }
    expect([complaints.filter((text) => !/stream|EventSource/.test(text)), strangers]).toEqual([[], []]);
  }

  it('tell which few make most of the cost, what it consists of and whether dear is good', async () => {
    const watched = await browser.open(`${origin}/#/`, { width: 1280, height: 900, colorScheme: 'light' });
    const { page } = watched;
    await page.getByRole('link', { name: 'Analyses' }).click();
    await page.getByText('80% of the cost is made by 1 of 10 topics (10%): refund.').waitFor();
    expect(await page.locator('.pareto rect.few').count()).toBe(1);
    expect(await page.locator('.pareto rect.many').count()).toBe(9);
    expect(await figure(page, 'topic:refund')).toMatch(/¥800\.00.*80%.*20.*19%.*¥40\.00.*8:00/);
    expect(await figure(page, 'dimension:labour')).toMatch(/75%.*benchmark 70%, \+5 points/);
    expect(await figure(page, 'dimension:outsourcing')).toContain('no benchmark');
    await page.getByText('r = 1.00 over 6 agents: dearer contacts are the better ones.').waitFor();
    await page.getByText('Left out: 1 with fewer than 5 answers.').waitFor();
    await looksRight(watched, 'analyses');

    await page.locator('select[name=benchmark]').selectOption('retail');
    await page.getByText('benchmark 40%, −15 points').waitFor();
    await page.locator('select[name=by]').selectOption('complexity');
    await page.getByText('80% of the cost is made by 1 of 2 degrees of complexity (50%): high.').waitFor();
    await page.locator('select[name=over]').selectOption('vendor');
    await page.getByText('None of the vendors has contacts').waitFor();
    await page.locator('select[name=by]').selectOption('stage');
    await page.getByText('No contact of this time names any stages').waitFor();
    expect(await figure(page, 'stage:')).toMatch(/Without stages.*¥1,000.*100%/);
  });

  it('show what was asked for last, also where an answer from before comes later', async () => {
    const { page } = await browser.open(`${origin}/#/analyses`, { width: 1280, height: 900, colorScheme: 'light' });
    await page.getByText('1 of 10 topics').waitFor();
    const held: { readonly request: Request; readonly release: () => void }[] = [];
    let holds = true;
    await page.route('**/analyses/**', async (route) => {
      if (holds) await new Promise<void>((release) => held.push({ request: route.request(), release }));
      await route.continue();
    });
    await page.getByText('Last 7 days').click();
    await eventually(
      'the questions to be held',
      () => held.map(({ request }) => request.url()),
      ({ length }) => length > 1,
    );
    holds = false;
    await page.getByText('Last month').click();
    const noContacts = page.getByText('The ledger has no contact of this time.');
    await noContacts.nth(1).waitFor();
    for (const { release } of held) release();
    // The answers from before.
    await Promise.all(held.map(async ({ request }) => (await request.response())?.finished()));
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    expect(await noContacts.count()).toBe(2);
  });

  it('explain themselves where the ledger has nothing, and say when it cannot be read', async () => {
    const watched = await browser.open(`${origin}/#/analyses`, { width: 1280, height: 900, colorScheme: 'light' });
    const { page } = watched;
    await page.getByText('Last month').click();
    await page.getByText('The ledger has no cost of this time.').waitFor();
    const noContacts = page.getByText('The ledger has no contact of this time.');
    // Each part of the page asks for itself.
    await noContacts.nth(1).waitFor();
    expect(await noContacts.count()).toBe(2);
    await looksRight(watched, 'analyses-empty');
    await page.getByText('Last 7 days').click();
    await page.getByText('1 of 10 topics').waitFor();
    await postgres.query('ALTER TABLE cost_window RENAME TO elsewhere');
    await page.getByText('This month').click();
    await page.getByRole('alert').first().waitFor();
    expect(await page.getByRole('alert').first().textContent()).toContain('npx spendline migrate');
    await page.getByText('1 of 10 topics').waitFor();
    await postgres.query('ALTER TABLE elsewhere RENAME TO cost_window');
  });
});
