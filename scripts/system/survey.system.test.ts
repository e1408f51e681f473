/**
 * The main job, with real servers at both ends: a Postfix takes mail and writes the log; a Postfix and an Exim are the
 * exchangers asked about its senders. Each sender is judged rightly, and the exchangers saw nothing but polite questions.
 */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startDnsServer } from '../fake-internet/dns-server.js';
import { exchangerNames, startExchangers, type Exchangers } from './exchangers.js';
import { freePort } from './free-ports.js';
import { accepted, addressOf, localSenders, rejected, sendAllMail } from './mail-of-the-day.js';
import { mustHaveMailServers } from './mail-servers-installed.js';
import { readCsv } from './read-csv.js';
import { startReceiver, type Receiver } from './receiver.js';
import { run, type Finished } from './run-program.js';

vi.setConfig({ testTimeout: 60_000 }); // beside it the package test compiles

let folder: string;
let receiver: Receiver;
let exchangers: Exchangers;
let dns: Awaited<ReturnType<typeof startDnsServer>>;
let port: number;
let survey: Finished;

beforeAll(async () => {
  await mustHaveMailServers();
  folder = await mkdtemp(join(tmpdir(), 'sender-survey-system-'));
  await chmod(folder, 0o755);
  port = await freePort('127.72.0.1');
  dns = await startDnsServer({ names: exchangerNames, servers: {} }, () => 0);
  exchangers = await startExchangers(folder, port);
  receiver = await startReceiver(join(folder, 'receiver'), { host: '127.72.0.10', port });
  await sendAllMail(receiver);
  survey = await senderSurvey([
    receiver.logFile,
    ...surveyOptions(),
    '--csv',
    path('out.csv'),
    '--json',
    path('out.json'),
  ]);
}, 120_000);

afterAll(async () => {
  await Promise.all([receiver?.stop(), exchangers?.stop(), dns?.close()]);
  if (folder !== undefined) await rm(folder, { recursive: true });
}, 60_000);

function surveyOptions(): string[] {
  const where = ['--resolver', dns.address, '--port', String(port), '--allow-net', '127.0.0.0/8'];
  return [...where, '--state', 'none', '--helo', 'survey.corp.example', '--site-rate', '0', '--site-pause', '20ms'];
}

async function senderSurvey(args: readonly string[]): Promise<Finished> {
  return run(process.execPath, [join(import.meta.dirname, '../../dist/bundle/main.js'), ...args]);
}

function path(name: string): string {
  return join(folder, name);
}

/** How many of the senders have one of these verdicts. */
function count(...verdicts: string[]): number {
  return accepted.filter(({ verdict }) => verdicts.includes(verdict)).length;
}

/** What a CSV report says of each sender. */
async function judgements(name: string) {
  const rows = await readCsv(path(name));
  return rows.map(({ address, verdict, reason }) => ({ address, verdict, reason }));
}

describe('survey', () => {
  test('ends well and reports', async () => {
    expect(survey).toMatchObject({ code: 0 });
    expect(survey.stdout).toMatch(/checked/i);
  });

  test('has every sender of accepted mail in its CSV, in order of first appearance, and nobody else', async () => {
    const rows = await readCsv(path('out.csv'));
    expect(rows.map((row) => row['address'])).toEqual(accepted.map(addressOf));
  });

  test.for(accepted)('judges $from: $verdict/$reason', async (sender) => {
    const rows = await readCsv(path('out.csv'));
    const row = rows.find(({ address }) => address === addressOf(sender));
    expect(row).toMatchObject({
      verdict: sender.verdict,
      reason: sender.reason,
      reply_code: String(sender.code ?? ''),
    });
  });

  test('counts a message once, however often it was tried, and refused ones apart', async () => {
    const rows = await readCsv(path('out.csv'));
    expect(rows[0]).toMatchObject({ address: 'alice@good.example', messages: '2', rejected_messages: '1' });
    expect(rows.slice(1).filter((row) => row['messages'] !== '1')).toEqual([]);
  });

  test('sums up in JSON', async () => {
    const json: unknown = JSON.parse(await readFile(path('out.json'), 'utf8'));
    expect(json).toMatchObject({
      schema: 1,
      survey: { complete: true },
      input: { files: 1, nullSenders: 1 },
      totals: {
        checked: accepted.length - count('skipped'),
        reachable: count('accepted', 'deferred', 'rejected', 'no-answer'),
        accepted2xx: count('accepted'),
        deferred4xx: count('deferred'),
        rejected5xx: count('rejected'),
        unreachable: count('unreachable'),
        undeliverable: count('undeliverable'),
        skipped: count('skipped'),
        pending: 0,
      },
    });
  });

  test('asked Postfix politely: RCPT at most, and QUIT at the end of each session', async () => {
    const sessions = await finishedSessions(exchangers.postfixLog);
    expect(sessions.length).toBeGreaterThan(0);
    for (const session of sessions) {
      expect(session).toMatch(/ ehlo=\d( starttls=1)?( mail=\S+)?( rcpt=\S+)?( rset=\S+)? quit=1 commands=/);
    }
  });

  test('asked Exim politely: no message came, and sessions ended by QUIT', async () => {
    const log = await exchangers.eximLog();
    const sessions = log.match(/SMTP connection from (?=.*TCP\/IP connection count)/g) ?? [];
    const refused = log.match(/rejected connection in "connect" ACL/g) ?? []; // Exim hangs up on these by itself
    const quit = log.match(/closed by QUIT/g) ?? [];
    expect(quit.length).toBeGreaterThan(0);
    expect(quit.length + refused.length).toBe(sessions.length);
    expect(log).not.toMatch(/ <= |\(DATA\)/);
  });
});

/** Postfix logs the end of a session a moment after it told the client. */
async function finishedSessions(readLog: () => Promise<string>): Promise<string[]> {
  for (let tries = 0; tries < 100; tries += 1) {
    const log = await readLog();
    const begun = log.match(/: connect from /g) ?? [];
    const ended = log.match(/: disconnect from .*/g) ?? [];
    if (begun.length === ended.length) return ended;
    await sleep(50);
  }
  throw new Error(`sessions are still open:\n${await readLog()}`);
}

describe('extract', () => {
  const asLogged = accepted.map(({ from }) => from);
  test.for([
    { options: [], expected: asLogged },
    { options: ['--include-local'], expected: [...asLogged, ...localSenders] },
    { options: ['--senders', 'rejected'], expected: rejected },
  ])('prints the senders for $options', async ({ options, expected }) => {
    const { code, stdout } = await senderSurvey(['extract', receiver.logFile, ...options]);
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => line !== '')).toEqual(expected);
  });

  test('prints what the survey takes back in', async () => {
    const { stdout: list } = await senderSurvey(['extract', receiver.logFile]);
    await writeFile(path('list'), list);
    const { code, stderr } = await senderSurvey([
      'survey',
      path('list'),
      ...surveyOptions(),
      '--csv',
      path('list.csv'),
    ]);
    expect(stderr).not.toMatch(/error/i);
    expect(code).toBe(0);
    expect(await judgements('list.csv')).toEqual(await judgements('out.csv'));
  });
});
