/**
 * Chromium without a window for the tests of the HTML report, and pages that tell what happened in them.
 */
import { access } from 'node:fs/promises';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const program = '/usr/bin/chromium';

/** What a browser may do by itself is switched off: nothing but the page is to act. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Debian's Chromium with a profile of its own. Throws, saying what to install, where it is missing. */
export async function startBrowser(): Promise<Browser> {
  await access(program).catch(() => {
    throw new Error(
      `The tests of the HTML report need ${program}: scripts/system/install-browser.sh, as root, installs it.`,
    );
  });
  return chromium.launch({ executablePath: program, args: flags, headless: true });
}

/** A page, and all it said and asked for so far. */
export interface WatchedPage {
  readonly page: Page;
  /** Messages on the console, errors, breaches of the policy. */
  readonly complaints: readonly string[];
  /** What was asked for, the page itself included. */
  readonly requests: readonly string[];
}

/** Opens an address and waits until the table of senders is there. */
export async function openReport(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const page = await browser.newPage(options);
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  await page.waitForSelector('#status:not(:empty)');
  return { page, complaints, requests };
}
