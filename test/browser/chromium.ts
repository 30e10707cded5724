import { existsSync } from 'node:fs';

import { chromium, type Browser, type Page } from 'playwright-core';

/** Where Debian's package puts it. */
const EXECUTABLE = '/usr/bin/chromium';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why no browser can run here, or undefined; tests that need one are skipped with this word. */
export function whyNoBrowser(): string | undefined {
  return existsSync(EXECUTABLE) ? undefined : `no ${EXECUTABLE}: install Debian's package chromium`;
}

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

/** A page and everything that must not happen on it. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the page's console, uncaught exceptions, refusals of the content security policy. */
  readonly complaints: readonly string[];
  /** Requests to anything but the page's own origin. */
  readonly strangers: readonly string[];
}

/** A browser with a profile of its own, gone with it. */
export class Chromium {
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<Chromium> {
    return new Chromium(await chromium.launch({ executablePath: EXECUTABLE, headless: true, args: FLAGS }));
  }

  /** Opens `url` in a window of its own, which shares nothing with the others. */
  async open(url: string, look: Look): Promise<WatchedPage> {
    const { width, height, colorScheme, reducedMotion = 'no-preference' } = look;
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme,
      reducedMotion,
      locale: 'en-GB',
      // The reader sits elsewhere than the organisation.
      timezoneId: 'America/New_York',
    });
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    const complaints: string[] = [];
    const strangers: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(url).origin) strangers.push(request.url());
    });
    await page.goto(url);
    return { page, complaints, strangers };
  }

  /** Closes every window. */
  async clear(): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}
