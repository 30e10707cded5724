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
import { Chromium, whyNoBrowser, type Look, type WatchedPage } from './chromium.js';
import { faintTexts } from './contrast.js';

const missing = whyNoBrowser() ?? (await postgresMissing());
if (missing) console.warn(`skipped: ${missing}`);
const withBrowser = missing ? describe.skip : describe;

/** Where a person can look at what the browser saw. */
const PICTURES = join(tmpdir(), 'spendline-console');
const WIDE: Look = { width: 1280, height: 900, colorScheme: 'light' };
const NARROW: Look = { width: 390, height: 844, colorScheme: 'dark' };

const SIGNAL = {
  ...{
    signalKey: 'burn-rate:channel:voice:month',
    episodeId: 'e-1',
    sequence: 0,
    status: 'firing',
    severity: 'critical',
  },
  ...{ rule: { id: 'burn-rate', kind: 'burn-rate', version: 1 }, scope: 'channel', id: 'voice' },
  ...{ startedAt: '2026-11-15T23:00:00.000Z', observedAt: '2026-11-15T23:00:00.000Z', observed: 20, threshold: 14.4 },
  ...{ summary: 'channel voice burns its variance budget 20 times as fast as planned', cause: 'usage' },
  contributors: [
    { scope: 'agent', id: 'agent-007', amount: '120.00', share: 0.6 },
    { scope: 'agent', id: 'agent-012', amount: '40.00', share: 0.2 },
  ],
  variance: { total: '200.00', volume: '150.00', mix: '-10.00', efficiency: '40.00', rate: '20.00' },
};

/** Without Kafka: what people decide needs the database alone. */
withBrowser('deciding in the console', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spendline-deciding-'));
  let postgres: TestPostgres;
  let api: Program;
  let browser: Chromium;
  let origin: string;

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    buildConsole();
    postgres = await startTestPostgres();
    await migrate(postgres.url);
    browser = await Chromium.start();
    ({ api, origin } = await startApi());
    await postgres.query(
      `INSERT INTO signal_event (episode_id, sequence, signal_key, status, severity, rule_id, rule_kind, scope, id, started_at, observed_at, body)
       VALUES ('e-1', 0, $1, 'firing', 'critical', 'burn-rate', 'burn-rate', 'channel', 'voice', $2, $2, $3)`,
      [SIGNAL.signalKey, SIGNAL.startedAt, JSON.stringify(SIGNAL)],
    );
  });

  afterAll(async () => {
    await browser.close();
    await api.end('SIGKILL');
    await postgres.remove();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => browser.clear());

  async function startApi(settings: Record<string, string> = {}): Promise<{ api: Program; origin: string }> {
    const port = String(await freePort());
    const at = `http://127.0.0.1:${port}`;
    const program = new Program('apps/api/main.ts', {
      KAFKA_BROKERS: '127.0.0.1:9',
      DATABASE_URL: postgres.url,
      SPENDLINE_API_PORT: port,
      SPENDLINE_DATA_DIR: folder,
      SPENDLINE_LOCAL_ISSUER: 'true',
      ...settings,
    });
    await eventually('the API to answer', async () => {
      if (!program.isRunning) throw new Error(program.lines.join('\n'));
      return (await fetch(`${at}/health/live`).catch(() => undefined))?.ok;
    });
    return { api: program, origin: at };
  }

  async function signedIn(name: string, address: string, look: Look): Promise<WatchedPage> {
    const watched = await browser.open(`${origin}/${address}`, look);
    await signIn(watched.page, name);
    return watched;
  }

  async function signIn(page: Page, name: string): Promise<void> {
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name }).click();
    await page.getByText(`${name} (`).waitFor();
  }

  async function picture(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  }

  /** As the other theme sees it too; then nothing is too faint, too wide or strange. */
  async function looksRight({ page, complaints, strangers }: WatchedPage, name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await picture(page, `${name}-${width}-${colorScheme}`);
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        expect(await faintTexts(page)).toEqual([]);
      }
    }
    expect([complaints.filter((text) => !/stream|EventSource/.test(text)), strangers]).toEqual([[], []]);
  }

  it('takes a budget from draft to approval by two people, and not by one', async () => {
    const owner = await signedIn('Wei Chen', '#/budgets', WIDE);
    const { page } = owner;
    await page.getByRole('button', { name: 'New budget' }).click();
    await page.locator('[name=budgetId]').fill('voice');
    await page.locator('[name=id]').fill('voice');
    await page.locator('[name=amount]').fill('nothing');
    await page.getByRole('button', { name: 'Save as draft' }).click();
    await page.getByRole('alert').waitFor();
    await page.locator('[name=amount]').fill('1260000');
    await page.getByRole('button', { name: 'Save as draft' }).click();
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.getByText('Waits for approval').first().waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    await page.getByText('somebody else must approve it').waitFor();

    const approver = await signedIn('Anton Weber', '#/budgets/voice', NARROW);
    // Without Kafka there is no past, and a submission does not wait for one.
    await approver.page.getByText('Not rehearsed: ').waitFor();
    await approver.page.locator('[name=reason]').fill('as planned');
    await approver.page.getByRole('button', { name: 'Approve' }).click();
    await approver.page.getByText('In force: ').waitFor();
    await approver.page.getByText('as planned').first().waitFor();
    await looksRight(approver, 'budget');
    const [entry] = await postgres.query<{ by: string }>(
      `SELECT updated_by AS by FROM reference_entry WHERE kind = 'budget'`,
    );
    expect(entry).toEqual({ by: 'anton' });
    await approver.page.goto(`${origin}/#/budgets`);
    await approver.page.locator('[data-budget=voice]').waitFor();
    await looksRight(approver, 'budgets');
  });

  it('shows why a signal fires, and lets an operator acknowledge, snooze and comment', async () => {
    const address = `#/signals/${encodeURIComponent(SIGNAL.signalKey)}`;
    const watched = await signedIn('Omar Haddad', address, WIDE);
    const { page } = watched;
    await page.getByText('agent agent-007').waitFor();
    await page.getByText('Longer handling').waitFor();
    await page.getByText('Nobody has said').waitFor();
    await page.locator('[name=comment]').fill('campaign is on');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('Omar Haddad looks after it since').waitFor();
    await page.getByText('campaign is on').waitFor();
    await page.getByRole('button', { name: 'Snooze' }).click();
    await page.getByText('Snoozed until').waitFor();
    await looksRight(watched, 'signal');
    const reader = await browser.open(`${origin}/${address}`, NARROW);
    await reader.page.getByText('Sign in to acknowledge').waitFor();
    expect(await reader.page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0);
  });

  it('shows what was decided, also where an answer from before it comes later', async () => {
    const { page } = await signedIn('Omar Haddad', `#/signals/${encodeURIComponent(SIGNAL.signalKey)}`, WIDE);
    await page.locator('[name=comment]').fill('what it was about');
    let held: { readonly request: Request; readonly answer: () => void } | undefined;
    await page.route('**/api/v1/signals/*', async (route) => {
      const request = route.request();
      if (held || request.method() !== 'GET') return route.continue();
      const response = await route.fetch();
      await new Promise<void>((answer) => (held = { request, answer }));
      return route.fulfill({ response });
    });
    // The page asks by itself now and then.
    const { request, answer } = await eventually('the page to ask', () => held);
    await page.getByRole('button', { name: 'Add comment' }).click();
    const comment = page.getByText('what it was about');
    await comment.waitFor();
    answer();
    await (await request.response())?.finished();
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    expect(await comment.count()).toBe(1);
  });

  it('where reading is closed, follows the stream with the token of who signed in', async () => {
    const closed = await startApi({ SPENDLINE_OPEN_READING: 'false' });
    try {
      const { page } = await browser.open(`${closed.origin}/`, WIDE);
      await page.getByText('Sign in to see the figures').waitFor();
      const streamed = page.waitForResponse((response) => response.url().endsWith('/stream') && response.ok());
      await signIn(page, 'Mei Lin');
      expect((await streamed).request().headers()['authorization']).toMatch(/^Bearer /);
      // What the stream tells while nothing of Kafka has been read.
      await page.getByText('Reading').first().waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByText('Sign in to see the figures').waitFor();
    } finally {
      await closed.api.end('SIGKILL');
    }
  });
});
