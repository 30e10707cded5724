import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { createKafka, ensureTopics, Publisher } from '#libs/adapters/kafka';
import type { LiveSnapshot } from '#libs/application';
import { KafkaBroker, whyNoBroker } from '#libs/testing/kafka';
import { eventually } from '../../libs/testing/eventually.js';
import { freePort } from '../../libs/testing/free-port.js';
import { Program } from '../../libs/testing/program.js';

import { buildConsole } from './build-console.js';
import { Chromium, whyNoBrowser, type Look, type WatchedPage } from './chromium.js';
import { FixtureCentre, SIGNALS, START_MS } from './fixture-centre.js';
import { faintTexts } from './contrast.js';

const missing = whyNoBrowser() ?? whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);
const withBrowser = missing ? describe.skip : describe;

/** Where a person can look at what the browser saw. */
const PICTURES = join(tmpdir(), 'spendline-console');

const LOOKS = [
  ['wide, light', { width: 1280, height: 900, colorScheme: 'light' }],
  ['wide, dark', { width: 1280, height: 900, colorScheme: 'dark' }],
  ['narrow, light', { width: 390, height: 844, colorScheme: 'light' }],
  ['narrow, dark, without motion', { width: 390, height: 844, colorScheme: 'dark', reducedMotion: 'reduce' }],
] as const satisfies readonly (readonly [string, Look])[];

withBrowser('the console', () => {
  let broker: KafkaBroker;
  let publisher: Publisher;
  let centre: FixtureCentre;
  let api: Program;
  let origin: string;
  let nowMs = START_MS;
  let browser: Chromium;

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    buildConsole();
    broker = await KafkaBroker.start();
    const settings = broker.settings('');
    await ensureTopics(createKafka(settings, 'topics'), settings);
    publisher = new Publisher({ settings });
    await publisher.connect();
    centre = new FixtureCentre(publisher);
    origin = `http://127.0.0.1:${String(await freePort())}`;
    api = startApi();
    browser = await Chromium.start();
    await untilReady();
  });

  afterAll(async () => {
    await browser.close();
    await api.end('SIGTERM');
    await publisher.disconnect();
    await broker.stop();
  });

  afterEach(() => browser.clear());

  function openPage(look: Look): Promise<WatchedPage> {
    return browser.open(origin, look);
  }

  function startApi(): Program {
    return new Program('apps/api/main.ts', {
      KAFKA_BROKERS: broker.address,
      // Nobody listens there: the live page needs no database.
      DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/none',
      SPENDLINE_API_PORT: new URL(origin).port,
    });
  }

  async function untilReady(): Promise<void> {
    await eventually('the API to be ready', async () => {
      if (!api.isRunning) throw new Error(api.lines.join('\n'));
      return (await fetch(`${origin}/health/ready`).catch(() => undefined))?.ok;
    });
  }

  async function snapshot(): Promise<LiveSnapshot> {
    return (await (await fetch(`${origin}/api/v1/live`)).json()) as LiveSnapshot;
  }

  /** The centre goes on for 20 s; answers when the API has it. */
  async function goOn(): Promise<LiveSnapshot> {
    nowMs += 20_000;
    await centre.publishLive(nowMs);
    return eventually(
      'the API to follow',
      snapshot,
      ({ clock, agents }) => clock.asOf === new Date(nowMs).toISOString() && agents.count === 60,
    );
  }

  async function shown(page: Page, figure: string): Promise<string | null> {
    return page.locator(`[data-figure="${figure}"]`).getAttribute('value');
  }

  async function attributes(page: Page, selector: string, name: string): Promise<(string | null)[]> {
    const elements = await page.locator(selector).all();
    return Promise.all(elements.map((element) => element.getAttribute(name)));
  }

  async function untilShown(page: Page, figure: string, value: string | undefined): Promise<void> {
    await eventually(
      `${figure} to be ${value ?? ''}`,
      () => shown(page, figure),
      (now) => now === value,
    );
  }

  /** What the page shows otherwise than the API at this moment, a line each. */
  async function differences(page: Page): Promise<string[]> {
    const { totals, channels, agents } = await snapshot();
    const pairs: [string, string | null, string | null | undefined][] = [
      ['last hour', await shown(page, 'last-hour'), totals.windows['1h']?.amount],
      ['today', await shown(page, 'today'), totals.today?.amount],
      ['month', await shown(page, 'month'), totals.month?.amount],
      ['per contact', await shown(page, 'per-contact'), totals.windows['1h']?.costPerInteraction],
    ];
    for (const { id, windows } of channels.rows) {
      const figure = page.locator(`[data-row="channel:${id}"]`).locator('data');
      pairs.push([id, await figure.getAttribute('value'), windows['1h']?.amount]);
    }
    const rows = await attributes(page, '[data-row^="agent:"]', 'data-row');
    pairs.push(['agents', rows.join(), agents.top['1h'].map(({ id }) => `agent:${id}`).join()]);
    return pairs
      .filter(([, onPage, inApi]) => onPage !== inApi)
      .map(([what, onPage, inApi]) => `${what}: ${String(onPage)} on the page, ${String(inApi)} in the API`);
  }

  /** Each scope has a record of its own, so figures arrive one after the other, at the API and then at the page. */
  async function untilAlike(page: Page): Promise<void> {
    await eventually(
      'the page to show what the API has',
      () => differences(page),
      ({ length }) => length === 0,
    );
  }

  it('explains itself while there is nothing to show', async () => {
    const { page, complaints } = await openPage(LOOKS[0][1]);
    await page.getByText('Waiting for the first contact').waitFor();
    await page.locator('.connection', { hasText: /^Live$/ }).waitFor();
    await page.screenshot({ path: join(PICTURES, 'empty.png') });
    expect(complaints).toEqual([]);

    await centre.publishReference();
    await centre.publishHistory();
    for (const signal of SIGNALS) await centre.publishSignal(signal);
    await goOn();
    await page.getByRole('heading', { name: 'Last hour', exact: true }).waitFor();
  });

  it('shows the figures that the API has, and goes on with them', async () => {
    const { page, complaints, strangers } = await openPage(LOOKS[0][1]);
    const seen = new Set<string | null>();
    for (let round = 0; round < 3; round += 1) {
      await goOn();
      await untilAlike(page);
      seen.add(await shown(page, 'last-hour'));
    }
    expect(seen.size).toBe(3);
    // Amounts as a reader in Britain writes them, times of the organisation and not of the reader in New York.
    expect(await page.locator('[data-figure="last-hour"]').textContent()).toMatch(/^(CN)?¥\d,\d{3}$/);
    await page.locator('.as-of', { hasText: '14:21:20 Asia/Shanghai' }).waitFor();
    expect(complaints).toEqual([]);
    expect(strangers).toEqual([]);
  });

  it('tells of signals as they fire and resolve', async () => {
    const { page } = await openPage(LOOKS[0][1]);
    await page.getByText('2 firing').waitFor();
    const listed = await attributes(page, '[data-signal]', 'data-signal');
    expect(listed).toEqual(SIGNALS.slice(0, 2).map(({ signalKey }) => signalKey));
    const spoken = page.locator('[aria-live="polite"]');
    expect(await spoken.textContent()).toBe('');
    const episode = { ...SIGNALS[1]!, signalKey: 'new', episodeId: 'new', summary: 'Something new' };
    await centre.publishSignal(episode);
    await page.getByText('3 firing').waitFor();
    await spoken.filter({ hasText: /^New signal, Warning: Something new$/ }).waitFor();
    await centre.publishSignal({
      ...episode,
      sequence: 1,
      status: 'resolved',
      resolvedAt: '2026-11-24T06:25:00.000Z',
    });
    await page.getByText('2 firing').waitFor();
    await spoken.filter({ hasText: /^Resolved: Something new$/ }).waitFor();
  });

  it('says that figures are not complete while the past is being read', async () => {
    const { page } = await openPage(LOOKS[0][1]);
    await goOn();
    await page.locator('.connection[data-phase="live"]').waitFor();
    await centre.publishLive(nowMs + 1_000, nowMs - 3_600_000);
    await page.getByText('Catching up · complete to').waitFor();
    await goOn();
    await page.locator('.connection[data-phase="live"]').waitFor();
  });

  it('says when the line is broken, keeps the figures, and comes back by itself', async () => {
    const { page } = await openPage(LOOKS[0][1]);
    const { totals } = await goOn();
    const before = totals.windows['1h']?.amount;
    await untilShown(page, 'last-hour', before);
    await api.end('SIGKILL');
    await page.locator('.connection[data-phase="reconnecting"]').waitFor();
    expect(await shown(page, 'last-hour')).toBe(before);
    await page.screenshot({ path: join(PICTURES, 'reconnecting.png') });
    api = startApi();
    await untilReady();
    const { totals: after } = await goOn();
    await untilShown(page, 'last-hour', after.windows['1h']?.amount);
    await page.locator('.connection[data-phase="live"]').waitFor();
  });

  it.each(LOOKS)('is whole and readable: %s', async (name, look) => {
    const { page, complaints, strangers } = await openPage(look);
    const { totals } = await goOn();
    await untilShown(page, 'last-hour', totals.windows['1h']?.amount);
    await page.waitForTimeout(700);
    const file = name.replaceAll(/\W+/g, '-');
    await page.screenshot({ path: join(PICTURES, `${file}.png`) });
    await page.screenshot({ path: join(PICTURES, `${file}-whole.png`), fullPage: true });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(look.width);
    expect(await faintTexts(page)).toEqual([]);
    expect(await page.getByRole('main').count()).toBe(1);
    await eventually(
      'five tables',
      () => page.getByRole('table').count(),
      (count) => count === 5,
    );
    await page.getByRole('img', { name: /Rolling cost per five minutes/ }).waitFor();
    await page.getByText('Figures as a table').click();
    await page
      .getByRole('cell', { name: 'Now' })
      .or(page.getByRole('rowheader', { name: 'Now' }))
      .waitFor();
    expect(complaints).toEqual([]);
    expect(strangers).toEqual([]);
  });

  it('tells what a receiver did not take, on the page of the signals', async () => {
    const [signal] = SIGNALS;
    const letter = { receiver: 'finance', signal, partition: 0, reason: 'HTTP 422', state: 'dead' };
    const value = JSON.stringify({ ...letter, givenUpAt: '2026-11-24T06:19:30.000Z' });
    const key = `finance/${signal?.episodeId ?? ''}:4`;
    await publisher.send('deadLetters', [{ key, value }]);
    const { page, complaints } = await browser.open(`${origin}/#/signals`, LOOKS[0][1]);
    const row = page.locator(`[data-letter="${key}"]`);
    await row.waitFor();
    expect(await row.textContent()).toContain(`${signal?.summary ?? ''} to finance: HTTP 422`);
    // To send it again takes an operator, and nobody has signed in.
    expect(await row.getByRole('button').count()).toBe(0);
    expect(await faintTexts(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('can be used with the keyboard, and remembers the theme', async () => {
    const { page } = await openPage(LOOKS[0][1]);
    await goOn();
    await page.getByRole('heading', { name: 'Last hour', exact: true }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to the figures');
    await page.getByRole('button', { name: 'Use the dark theme' }).press('Enter');
    await page.getByRole('button', { name: 'Use the light theme' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Use the light theme' }).waitFor();
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');
    const hour = await page.locator('[data-row="channel:voice"] data').getAttribute('value');
    await page.getByRole('radio', { name: 'Last hour' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('radio', { name: 'Last 24 hours', checked: true }).waitFor();
    await eventually(
      `another figure than the hour's, ${String(hour)}`,
      () => page.locator('[data-row="channel:voice"] data').getAttribute('value'),
      (day) => day !== hour,
    );
  });
});
