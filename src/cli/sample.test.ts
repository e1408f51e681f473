/**
 * Surveys of a random sample as users meet them: the built program in a child process, against a fake internet.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { examples, worldOf } from '../../scripts/fake-internet/one-of-each.js';
import { startFakeInternet, type FakeInternet } from '../../scripts/fake-internet/start.js';
import type { Summary } from '../report/summary.js';

const program = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));
let internet: FakeInternet;
let folder: string;

// Each starts the program several times, which takes its time where much else runs.
vi.setConfig({ testTimeout: 30_000 });

beforeAll(async () => {
  internet = await startFakeInternet(worldOf(examples));
});
afterAll(() => internet.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sender-survey-sample-'));
  return () => rmSync(folder, { recursive: true });
});

/** 40 senders of a domain that takes all, 40 of one that knows nobody; every third of them wrote twice. */
const everybody = Array.from({ length: 80 }, (_, at) => {
  return `anna${at}@${at % 2 === 0 ? 'takes-all' : 'knows-nobody'}.example`;
});
const mail = [...everybody, ...everybody.filter((_, at) => at % 3 === 0)];

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Senders asked about. */
  readonly asked: number;
}

function questions(): number {
  return internet.counters.all.commands['RCPT'] ?? 0;
}

async function run(...args: readonly string[]): Promise<Outcome> {
  return await runUntil(Infinity, ...args);
}

/** Interrupts it when so many senders were asked about. */
async function runUntil(enough: number, ...args: readonly string[]): Promise<Outcome> {
  const before = questions();
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], { cwd: folder }, (error, stdout, stderr) => {
      clearInterval(watch);
      const asked = questions() - before;
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr, asked });
    });
    const watch = setInterval(() => {
      if (questions() - before < enough) return;
      clearInterval(watch);
      child.kill('SIGINT');
    }, 5);
  });
}

async function survey(...args: readonly string[]): Promise<Outcome> {
  return await run(...commandLine(args));
}

/** A survey of the list, with all that is needed to stay on loopback and be quick. */
function commandLine(args: readonly string[]): string[] {
  const network = `--resolver ${internet.resolver} --port ${internet.smtpPort} --allow-net 127.0.0.0/8`;
  const options = `${network} --helo survey.example --site-rate 0 --site-pause 20ms --csv out.csv --json out.json`;
  return ['list', ...options.split(' '), ...args];
}

function list(addresses: readonly string[]): void {
  writeFileSync(join(folder, 'list'), addresses.map((address) => `${address}\n`).join(''));
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

function summary(): Summary {
  return JSON.parse(read('out.json')) as Summary;
}

/** The senders of the last survey. */
function sampled(): string[] {
  const rows = read('out.csv').trimEnd().split('\r\n').slice(1);
  return rows.map((row) => row.slice(0, row.indexOf(',')));
}

test('a sample grown asks only the new ones, and report says the same as the survey', async () => {
  list(mail);
  const small = await survey('--sample', '20', '--seed', 'lucky');
  const first = sampled();
  expect([small.code, small.asked, first.length]).toEqual([0, 20, 20]);
  expect(small.stdout).toMatch(/^Sample: 20 of 80 senders, seed lucky$/m);

  const grown = await survey('--sample', '50', '--seed', 'lucky');
  const second = sampled();
  expect([grown.code, grown.asked, second.length]).toEqual([0, 30, 50]);
  expect(second).toEqual(expect.arrayContaining(first));
  expect(grown.stdout).toMatch(/^Estimated for all 80 senders +about/m);

  const surveyed = { csv: read('out.csv'), json: read('out.json') };
  const again = await run('report', '--csv', 'out.csv', '--json', 'out.json');
  expect(again).toEqual({ ...grown, asked: 0 });
  expect({ csv: read('out.csv'), json: read('out.json') }).toEqual(surveyed);
  expect(await run('report', '--survey', '1')).toEqual({ ...small, asked: 0 });
});

test('what is estimated narrows down on what is', async () => {
  list(mail);
  const widths: number[] = [];
  for (const size of [10, 40, 79, 80]) {
    await survey('--sample', String(size), '--seed', 'lucky');
    const { sample } = summary().survey;
    expect(sample).toMatchObject({ size, population: 80, seed: 'lucky' });
    const { totals, messages } = sample!.estimates!;
    const truths = [
      [totals.accepted2xx!, 40 / 80],
      [messages!.accepted2xx!, 54 / 107],
    ] as const;
    for (const [{ low, high }, truth] of truths) {
      expect(low).toBeLessThanOrEqual(truth);
      expect(high).toBeGreaterThanOrEqual(truth);
    }
    widths.push(messages!.accepted2xx!.high - messages!.accepted2xx!.low);
  }
  expect(widths).toEqual(widths.toSorted((a, b) => b - a));
  expect([widths[0]! > 0.4, widths[2]! > 0, widths[3]]).toEqual([true, true, 0]);
});

test('senders that appear later take few places; the order of the log takes none', async () => {
  list(mail);
  await survey('--sample', '30', '--seed', '7');
  const first = sampled();
  list(mail.toReversed());
  expect((await survey('--sample', '30', '--seed', '7')).asked).toBe(0);
  const newcomers = ['bert@takes-all.example', 'carl@takes-all.example', 'dora@takes-all.example'];
  list([...newcomers, ...mail]);
  const later = await survey('--sample', '30', '--seed', '7');
  const replaced = first.filter((address) => !sampled().includes(address));
  expect(later.asked).toBe(replaced.length);
  expect(sampled().filter((address) => newcomers.includes(address))).toHaveLength(replaced.length);
});

test('without a seed one is drawn and shown, with which the same sample can be drawn again', async () => {
  list(mail);
  const { stdout } = await survey('--sample', '30');
  const drawn = sampled();
  const seed = /^Sample: 30 of 80 senders, seed (\d+)$/m.exec(stdout)?.[1];
  expect(seed).toBe(summary().survey.sample?.seed);
  await survey('--sample', '30', '--seed', seed!, '--state', 'none');
  expect(sampled()).toEqual(drawn);
  await survey('--sample', '30', '--state', 'none');
  expect(sampled()).not.toEqual(drawn);
});

test('interrupted, the same command goes on with the sample that it had drawn, and only then estimates', async () => {
  list(Array.from({ length: 90 }, (_, at) => `anna${at}@slow.example`));
  const args = ['--sample', '40', '--session-recipients', '5', '--max-age', '0'];
  const first = await runUntil(10, ...commandLine(args));
  const drawn = sampled();
  expect([first.code, drawn.length]).toEqual([130, 40]);
  expect(first.stdout).toMatch(/^No estimate for all senders before every one/m);
  expect(summary().survey.sample?.estimates).toBeNull();
  const second = await survey(...args);
  expect(second.code).toBe(0);
  expect(sampled()).toEqual(drawn);
  expect(second.asked).toBeLessThan(40);
  expect(second.stdout).toMatch(/^Estimated for all 90 senders/m);
});

test('a sample of more than all is all', async () => {
  list(everybody.slice(0, 5));
  const { stdout, asked } = await survey('--sample', '9', '--seed', 'x');
  expect(asked).toBe(5);
  expect(stdout).toMatch(/^Sample: 5 of 5 senders, seed x$/m);
  expect(summary().survey.sample?.estimates?.totals.accepted2xx).toEqual({ share: 0.6, low: 0.6, high: 0.6, about: 3 });
});

test('the options come from --config, too, where a seed may be a number', async () => {
  list(mail);
  writeFileSync(join(folder, 'options.json'), JSON.stringify({ sample: 10, seed: 7 }));
  await survey('--config', 'options.json');
  const drawn = sampled();
  expect(summary().survey.sample).toMatchObject({ size: 10, seed: '7' });
  await survey('--sample', '10', '--seed', '7');
  expect(sampled()).toEqual(drawn);
});

test.for([
  [['--seed', 'x'], '--seed goes with --sample N'],
  [['--sample', '5', '--limit', '5'], '--limit takes the first senders, --sample random ones; choose one'],
  [['--sample', '0'], '--sample 0: not a whole number 1 or more'],
  [['--sample', '5', '--sample', '6'], '--sample may be given only once'],
  [['--sample', '5', '--seed', 'x', '--seed', 'y'], '--seed may be given only once'],
] as const)('%j is wrong', async ([args, says]) => {
  list(mail);
  const { code, stderr, stdout, asked } = await survey(...args);
  expect(stderr).toContain(says);
  expect([code, stdout, asked]).toEqual([2, '', 0]);
});

test('--resume goes on with the sample that was drawn', async () => {
  const { code, stderr } = await run('--resume', '--sample', '5', '--helo', 'survey.example');
  expect(stderr).toContain('--resume goes on with the sample that was drawn; leave --sample out');
  expect(code).toBe(2);
});
