/**
 * The HTML report in a real browser: it opens quickly, asks for nothing, runs nothing foreign, and can be filtered.
 */
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { surveyHtml } from '../../src/report/html/page.js';
import { summarise } from '../../src/report/summarise.js';
import { judge } from '../../src/verdict/judge.js';
import { startFakeInternet } from '../fake-internet/start.js';
import { openReport, startBrowser, type WatchedPage } from './browser.js';
import { manySenders, surveyOfMany, timesOfMany } from './many-senders.js';
import { mustRun } from './run-program.js';

const program = join(import.meta.dirname, '../../dist/bundle/main.js');
const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true } as const;

let browser: Browser;
let folder: string;
/** Reports of so many senders, and one of a real survey of servers that mean harm. */
let few: string;
let many: string;
let hostile: string;

beforeAll(async () => {
  browser = await startBrowser();
  folder = await mkdtemp(join(tmpdir(), 'sender-survey-html-'));
  few = await writeReport(3000);
  many = await writeReport(100_000);
  hostile = await surveyHostileServers();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

async function writeReport(senders: number): Promise<string> {
  const summary = summarise(manySenders(senders), surveyOfMany(senders), timesOfMany(), judge);
  const path = join(folder, `${senders}.html`);
  const file = await open(path, 'w');
  for (const piece of surveyHtml(summary, () => manySenders(senders), judge)) await file.appendFile(piece);
  await file.close();
  return path;
}

/** What a server could try, each as the reply to RCPT. `{rcpt}` is the address. */
const attacks = [
  '</script><script>window.harmed = true</script>',
  '<img src=x onerror="window.harmed = true"><svg onload="window.harmed = true">',
  '<!--<script><a href="javascript:window.harmed = true">click</a><base href=//198.51.100.1/>',
  '<b>unbreakable'.repeat(30),
  "$& $' <{rcpt}> '};window.harmed=true;//",
];

/** A survey of servers that mean harm, run as users run it. */
async function surveyHostileServers(): Promise<string> {
  const domains = attacks.map((attack, index) => ({
    attack,
    domain: `evil${index}.example`,
    a: `127.9.1.${index + 1}`,
  }));
  const internet = await startFakeInternet({
    names: Object.fromEntries(
      domains.flatMap(({ domain, a }) => [
        [domain, { mx: [`10 mx.${domain}`] }],
        [`mx.${domain}`, { a: [a] }],
      ]),
    ),
    servers: Object.fromEntries(
      domains.map(({ attack, a }) => [a, { greeting: `220 ${attack}`, rcpt: `550 5.1.1 ${attack}` }]),
    ),
  });
  try {
    const list = join(folder, 'list.txt');
    const html = join(folder, 'hostile.html');
    await writeFile(list, domains.map(({ domain }) => `"<script>window.harmed=true</script>"@${domain}\n`).join(''));
    const asked = ['--resolver', internet.resolver, '--port', String(internet.smtpPort), '--allow-net', '127.0.0.0/8'];
    const options = ['--wanted', list, '--state', 'none', '--helo', 'probe.example', '--progress', 'never'];
    await mustRun(process.execPath, [program, list, ...asked, ...options, '--html', html], { cwd: folder });
    return html;
  } finally {
    await internet.close();
  }
}

async function openFile(path: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  return openReport(browser, pathToFileURL(path).href, options);
}

/** How many pixels the page is wider than its window. */
async function overhang(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
}

const status = async (page: Page): Promise<string | null> => page.textContent('#status');
const shownRows = async (page: Page): Promise<string[]> => page.locator('#rows tbody tr').allInnerTexts();

describe('a report of 100,000 senders', () => {
  test('opens within two seconds, and is filtered within two more', { timeout: 60_000, retry: 2 }, async () => {
    const begin = performance.now();
    const { page, complaints } = await openFile(many);
    const opened = performance.now();
    expect(await status(page)).toBe('100,000 senders');
    expect(await shownRows(page)).toHaveLength(50);
    expect(opened - begin).toBeLessThan(2000);

    await page.fill('#find', 'greylisted anna');
    expect(performance.now() - opened).toBeLessThan(2000);
    const [first] = await shownRows(page);
    expect(first).toContain('Greylisted, come back later');
    expect(first).toContain('anna-');
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('no harm', () => {
  test('comes of servers that try to put script into the page', async () => {
    const { page, complaints, requests } = await openFile(hostile);
    expect(await status(page)).toBe(`${attacks.length} senders`);
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    expect(await page.locator('img, b b, a[href^="javascript"], base, svg[onload]').count()).toBe(0);
    const rows = (await shownRows(page)).join('\n');
    expect(rows).toContain('</script><script>window.harmed = true</script>');
    expect(rows).toContain(`$& $' <"<script>window.harmed=true</script>"@evil4.example>`);
    expect(await page.locator('#wanted').locator('xpath=..').innerText()).toContain('<img src=x onerror=');
    expect(complaints).toEqual([]);
    expect(requests).toEqual([pathToFileURL(hostile).href]);
    await page.close();
  });

  test('could come of script and pictures if they got into the page', async () => {
    const intruder =
      '<script>window.harmed = 1</script><img src="//127.0.0.1:9/x" onerror="window.harmed = 2"><p style="color: red">';
    const changed = join(folder, 'changed.html');
    await writeFile(changed, (await readFile(few, 'utf8')).replace('<main>', `<main>${intruder}`));
    const { page, complaints } = await openFile(changed);
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    await expect(page.evaluate('document.body.innerHTML = "<p>"')).rejects.toThrow('TrustedHTML');
    expect(complaints.filter((words) => words.includes('Content Security Policy'))).not.toEqual([]);
    await page.close();
  });

  test('is done to anyone: a web server is asked for the page and for nothing else', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      void readFile(few).then((page) => response.setHeader('content-type', 'text/html').end(page));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { page, complaints } = await openReport(browser, `http://127.0.0.1:${port}/report.html`);
    await page.fill('#find', 'anna');
    await page.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(asked).toEqual(['/report.html']);
    expect(complaints).toEqual([]);
  });
});

describe('the table of senders', () => {
  let page: Page;

  beforeAll(async () => ({ page } = await openFile(few)));
  afterAll(async () => page.close());

  test('is filtered as one types, by words that all must occur', async () => {
    await page.locator('#find').pressSequentially('Operator1. USER');
    const found = Number((await status(page))?.match(/^(\d+) of 3,000 senders$/)?.[1]);
    expect(found).toBeGreaterThan(5);
    for (const row of await shownRows(page)) {
      expect(row).toContain('mx1.operator1.example');
      expect(row.toLowerCase()).toContain('user');
    }
    await page.fill('#find', 'no such words');
    expect(await status(page)).toBe('0 of 3,000 senders');
    expect(await page.locator('#rows').isVisible()).toBe(false);
    await page.fill('#find', '');
    expect(await status(page)).toBe('3,000 senders');
  });

  test('is filtered by verdict, reason and whether senders are wanted', async () => {
    await page.selectOption('#kind', 'deferred');
    for (const row of await shownRows(page)) expect(row).toContain('deferred');
    await page.selectOption('#kind', 'rejected/refused-us');
    for (const row of await shownRows(page)) expect(row).toContain('blocked using bl.example');
    await page.selectOption('#kind', '');
    await page.check('#only-wanted');
    const rows = await shownRows(page);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toContain('wanted');
    await page.uncheck('#only-wanted');
  });

  test('is where verdicts and reasons elsewhere lead', async () => {
    await page.locator('a[data-kind="undeliverable/null-mx"]').click();
    expect(await page.inputValue('#kind')).toBe('undeliverable/null-mx');
    expect((await shownRows(page)).every((row) => row.includes('null-mx'))).toBe(true);
    await page.selectOption('#kind', '');
  });

  test('is sorted by its headings', async () => {
    const messages = async (): Promise<number[]> =>
      (await page.locator('#rows td.number').allInnerTexts()).map((text) => Number(text.replaceAll(',', '')));
    expect(await messages()).toEqual((await messages()).toSorted((a, b) => b - a));
    await page.getByRole('button', { name: 'Sender' }).click();
    const addresses = await page.locator('#rows .address').allInnerTexts();
    expect(addresses).toEqual(addresses.toSorted());
    expect(await page.getAttribute('#rows th[data-column="address"]', 'aria-sort')).toBe('ascending');
    await page.getByRole('button', { name: 'Messages' }).click();
    expect((await messages())[0]).toBeGreaterThan(1);
    await page.getByRole('button', { name: 'Messages' }).click();
    expect((await messages())[0]).toBe(1);
    await page.getByRole('button', { name: 'Messages' }).click();
  });

  test('is turned page by page', async () => {
    const [first] = await shownRows(page);
    await page.getByRole('button', { name: 'next' }).click();
    expect(await page.textContent('#page')).toBe('51–100');
    await page.getByRole('button', { name: 'last' }).click();
    expect(await page.textContent('#page')).toBe('2,951–3,000');
    expect(await page.getByRole('button', { name: 'next' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'first' }).click();
    expect((await shownRows(page))[0]).toBe(first);
  });

  test('and everything around it has a name for those who cannot see it', async () => {
    for (const [role, name] of [
      ['searchbox', 'Find'],
      ['combobox', 'Verdict'],
      ['checkbox', 'wanted only'],
      ['table', 'Senders'],
      ['navigation', 'Contents'],
      ['region', 'Biggest sites'],
    ] as const) {
      expect.soft(await page.getByRole(role, { name }).count(), name).toBe(1);
    }
    expect(await page.getByRole('img', { name: 'Senders decided over time' }).count()).toBe(1);
    expect(await page.locator('table:not(:has(th[scope="col"])), svg:not([aria-hidden], [role="img"])').count()).toBe(
      0,
    );
  });
});

describe('on all screens', () => {
  test.for(['few', 'hostile'] as const)('a phone shows the page without scrolling sideways: %s', async (name) => {
    const { page } = await openFile({ few, hostile }[name], phone);
    expect(await overhang(page)).toBe(0);
    expect(await page.evaluate('window.innerWidth')).toBe(360);
    expect(await page.locator('.chart-narrow').isVisible()).toBe(true);
    expect(await page.locator('.chart-wide').isVisible()).toBe(false);
    await page.close();
  });

  test.for([
    ['light', 'rgb(255, 255, 255)'],
    ['dark', 'rgb(20, 23, 26)'],
  ] as const)('the page is %s where that is preferred', async ([colorScheme, ground]) => {
    const { page } = await openFile(few, { colorScheme });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(ground);
    await page.close();
  });

  test('paper shows no controls, and is white whatever the screen prefers', async () => {
    const { page } = await openFile(few, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.locator('#filters, #pages, nav.contents').filter({ visible: true }).count()).toBe(0);
    expect(await page.evaluate('getComputedStyle(document.querySelector("thead button")).display')).toBe('contents');
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    await page.close();
  });

  test('without script everything but the table is there, and it says so', async () => {
    const page = await browser.newPage({ javaScriptEnabled: false });
    await page.goto(pathToFileURL(few).href);
    expect(await page.getByText('This table needs JavaScript').isVisible()).toBe(true);
    expect(await page.getByRole('table').count()).toBeGreaterThanOrEqual(5);
    expect(await page.locator('#filters').isVisible()).toBe(false);
    await page.close();
  });
});
