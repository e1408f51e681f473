/**
 * The command as its users meet it: the built program in a child process, against a fake internet.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addressOf, examples, worldOf } from '../../scripts/fake-internet/one-of-each.js';
import { startFakeInternet, type FakeInternet } from '../../scripts/fake-internet/start.js';
import type { Summary } from '../report/summary.js';

const program = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));
let internet: FakeInternet;
let folder: string;

beforeAll(async () => {
  if (!existsSync(program)) throw new Error('the program is not built: npm run build');
  internet = await startFakeInternet(worldOf(examples));
});
afterAll(() => internet.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sender-survey-cli-'));
  return () => rmSync(folder, { recursive: true });
});

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly stdin?: string | Buffer;
  readonly env?: Record<string, string>;
  /** Looked at again and again; the child gets SIGINT once it says so. */
  readonly interruptWhen?: () => boolean;
}

function run(
  args: readonly string[],
  { stdin = '', env = {}, interruptWhen = () => false }: RunOptions = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const watch = setInterval(() => {
    if (!interruptWhen()) return;
    clearInterval(watch);
    child.kill('SIGINT');
  }, 5);
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      resolve({ code, stdout, stderr });
    });
  });
}

/** For surveys: no limit a minute. */
function inHaste(): string[] {
  return [...onLoopback(), '--site-rate', '0', '--site-pause', '20ms'];
}

/** Everything that asking needs to stay on loopback and be quick. */
function onLoopback(): string[] {
  const network = `--resolver ${internet.resolver} --port ${internet.smtpPort} --allow-net 127.0.0.0/8`;
  return `${network} --helo survey.example --connect-timeout 300ms --reply-timeout 300ms`.split(' ');
}

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return name;
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

/** How many rows of out.csv have this verdict. */
function rowsWith(verdict: string): number {
  return read('out.csv').split(`,${verdict},`).length - 1;
}

function questions(): number {
  return internet.counters.all.connections;
}

const postfixLog = `Nov 16 03:00:01 mx postfix/smtpd[11]: 4A1B2C3D4E: client=mail.example[192.0.2.1]
Nov 16 03:00:01 mx postfix/qmgr[12]: 4A1B2C3D4E: from=<anna@takes-all.example>, size=392, nrcpt=1 (queue active)
Nov 16 03:00:02 mx postfix/qmgr[12]: 4A1B2C3D4E: removed
Nov 16 03:00:03 mx postfix/qmgr[12]: 4A1B2C3D4F: from=<anna@knows-nobody.example>, size=392, nrcpt=1 (queue active)
Nov 16 03:10:03 mx postfix/qmgr[12]: 4A1B2C3D4F: from=<anna@knows-nobody.example>, size=392, nrcpt=1 (queue active)
Nov 16 03:20:00 mx postfix/qmgr[12]: 4A1B2C3D50: from=<>, size=3000, nrcpt=1 (queue active)
`;

describe('survey', () => {
  test('counts refused messages by the day they came, and says where it cannot', async () => {
    const days = ['16', '16', '18', '18', '18', '17'].map((day, index) =>
      postfixLog.split('\n')[3]!.replace('Nov 16', `Nov ${day}`).replace('4A1B2C3D4F', `4A1B2C3D6${index}`),
    );
    file('maillog', `${days.join('\n')}\n`);
    const { stdout } = await run(['maillog', ...inHaste(), '--json', 'out.json']);
    const { byDay } = (JSON.parse(read('out.json')) as Summary).whatIf.rejectUnverified;
    expect(byDay.map(({ day, refusedMessages }) => [day.slice(8), refusedMessages])).toEqual([
      ['16', { least: 2, most: 2 }],
      ['17', { least: 1, most: 1 }],
      ['18', { least: 3, most: 3 }],
    ]);
    expect(stdout).not.toContain('Ranges');
    file('senders.csv', (await run(['extract', '--csv', '-', 'maillog'])).stdout);
    expect((await run(['senders.csv', ...inHaste()])).stdout).toContain('Ranges: of some messages only the first');
  });

  test('extracts of several mail hosts add up', async () => {
    file('mx1', postfixLog);
    file('mx2', postfixLog.replaceAll('4A1B2C3D', '4A1B2C3E'));
    for (const host of ['mx1', 'mx2']) file(`${host}.csv`, (await run(['extract', '--csv', '-', host])).stdout);
    await run(['mx1.csv', 'mx2.csv', ...inHaste(), '--csv', 'both.csv']);
    await run(['mx1', ...inHaste(), '--csv', 'one.csv']);
    const messages = (name: string): number[] =>
      read(name)
        .trimEnd()
        .split('\r\n')
        .slice(1)
        .map((row) => Number(row.split(',')[2]));
    expect(messages('both.csv')).toEqual(messages('one.csv').map((count) => 2 * count));
  });

  test('reads a log, asks, prints totals, writes CSV and JSON', async () => {
    file('maillog', postfixLog);
    file('wanted.txt', 'knows-nobody.example\n');
    const args = ['maillog', ...inHaste(), '--csv', 'out.csv', '--json', 'out.json', '--wanted', 'wanted.txt'];
    const { code, stdout, stderr } = await run(args);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Checked +2 +100\.0 %/m);
    const [header, ...rows] = read('out.csv').trimEnd().split('\r\n');
    expect(header).toBe(
      'address,domain,messages,rejected_messages,first_seen,last_seen,wanted,verdict,reason,stage,reply_code,' +
        'enhanced_code,reply_text,mx_host,mx_address,reachable,attempts,duration_ms,checked_at,prober',
    );
    expect(rows.map((row) => row.split(',')).map((row) => [row[0], row[2], row[6], row[7], row[8]])).toEqual([
      ['anna@takes-all.example', '1', 'false', 'accepted', 'ok'],
      ['anna@knows-nobody.example', '1', 'true', 'rejected', 'no-such-mailbox'],
    ]);
    const summary = JSON.parse(read('out.json')) as Summary;
    expect(summary.input).toMatchObject({ files: 1, lines: 6, messages: 3, nullSenders: 1, senders: 2 });
    expect(summary.totals).toMatchObject({ checked: 2, accepted2xx: 1, rejected5xx: 1, wantedRejected: 1 });
    expect(statSync(join(folder, 'sender-survey.db')).mode & 0o777).toBe(0o600);
  });

  test('reads gzip from standard input without being told', async () => {
    const { code, stdout } = await run([...inHaste(), '--state', 'none'], { stdin: gzipSync(postfixLog) });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Checked +2 /m);
  });

  test('a second run within --max-age asks nobody, --max-age 0 asks again', async () => {
    file('list', 'anna@takes-all.example\nanna@greylists.example\n');
    await run(['list', ...inHaste()]);
    const afterFirst = questions();
    const again = await run(['list', ...inHaste(), '--csv', '-']);
    expect(again.code).toBe(0);
    expect(again.stdout.split('\r\n')).toHaveLength(4);
    expect(again.stderr).toMatch(/^Checked +2 /m);
    expect(questions()).toBe(afterFirst);
    await run(['list', ...inHaste(), '--max-age', '0']);
    expect(questions()).toBe(afterFirst + 2);
  });

  test('a report from the state is the one of the survey', async () => {
    file('list', 'anna@takes-all.example\nanna@knows-nobody.example\n');
    const survey = await run(['list', ...inHaste(), '--csv', 'a.csv', '--json', 'a.json']);
    const report = await run(['report', 'sender-survey.db', '--csv', 'b.csv', '--json', 'b.json']);
    expect(report).toEqual(survey);
    expect(read('b.csv')).toBe(read('a.csv'));
    expect(read('b.json')).toBe(read('a.json'));
  });

  test('Ctrl-C reports what is known, and the same command goes on from there', async () => {
    file('list', Array.from({ length: 60 }, (_, i) => `anna${i}@slow.example`).join('\n'));
    const args = ['list', ...inHaste(), '--csv', 'out.csv', '--session-recipients', '5', '--max-age', '0'];
    const asked = (): number => internet.counters.all.commands['RCPT'] ?? 0;
    const withoutQuit = internet.counters.all.withoutQuit;
    const before = asked();
    const first = await run(args, { interruptWhen: () => asked() >= before + 12 });
    expect(first.code).toBe(130);
    expect(first.stderr).toContain('interrupted; the same command goes on from here');
    const known = 60 - rowsWith('pending');
    expect(known).toBeGreaterThan(0);
    expect(known).toBeLessThan(60);
    expect(first.stdout).toMatch(new RegExp(`^Checked +${known} `, 'm'));

    const second = await run(args);
    expect(second.code).toBe(0);
    expect(rowsWith('accepted')).toBe(60);
    expect(internet.counters.all.withoutQuit).toBe(withoutQuit);
    // Two sessions were under way, each with one question whose answer the interrupt may have left unheard.
    expect(asked() - before).toBeLessThanOrEqual(62);
  });

  test('--resume goes on without the inputs', async () => {
    const list = file('list', Array.from({ length: 60 }, (_, i) => `anna${i}@slow.example`).join('\n'));
    const before = internet.counters.all.commands['RCPT'] ?? 0;
    const interruptWhen = (): boolean => (internet.counters.all.commands['RCPT'] ?? 0) >= before + 12;
    await run(['list', ...inHaste(), '--session-recipients', '5'], { interruptWhen });
    rmSync(join(folder, list));
    const { code } = await run(['--resume', ...inHaste(), '--csv', 'out.csv']);
    expect(code).toBe(0);
    expect(rowsWith('accepted')).toBe(60);
  });

  test('each way in which asking can turn out is told rightly', { timeout: 30_000 }, async () => {
    file('list', examples.map(addressOf).join('\n'));
    const { code } = await run(['list', ...inHaste(), '--csv', 'out.csv', '--state', 'none']);
    expect(code).toBe(0);
    const rows = read('out.csv').trimEnd().split('\r\n').slice(1);
    const verdicts = rows.map((row) => /,(?:true|false),([a-z-]+),([a-z0-9-]+),/.exec(row)?.slice(1).join('/'));
    expect(verdicts).toEqual(examples.map(({ verdict, reason }) => `${verdict}/${reason}`));
  });
});

describe('extract', () => {
  test('what stands after -- is an input, even where it begins with a dash', async () => {
    writeFileSync(join(folder, '-list'), 'ann@corp.example\n');
    expect(await run(['extract', '--', '-list'])).toMatchObject({ code: 0, stdout: 'ann@corp.example\n' });
  });

  test('prints the senders, and reads its own output', async () => {
    file('maillog', postfixLog);
    const plain = await run(['extract', 'maillog']);
    expect(plain).toEqual({ code: 0, stdout: 'anna@takes-all.example\nanna@knows-nobody.example\n', stderr: '' });
    const csv = await run(['extract', 'maillog', '--csv', '-']);
    const again = await run(['extract', '-', '--csv', '-'], { stdin: csv.stdout });
    expect(again.stdout).toBe(csv.stdout);
  });

  test('a directory of rotated logs, in a window of time, with what is passed over', async () => {
    const queued = (day: string, sender: string): string =>
      `${day}T09:31:07Z mx1 postfix/smtpd[1]: 4jY0nh${day.slice(-2)}: client=mx[192.0.2.1]\n` +
      `${day}T09:31:07Z mx1 postfix/qmgr[1]: 4jY0nh${day.slice(-2)}: from=<${sender}>, size=1, nrcpt=1 (queue active)\n`;
    file('mail.log', queued('2026-11-20', 'young@one.example'));
    file('mail.log.1', queued('2026-11-13', 'old@one.example'));
    file('mail.log.2.gz', gzipSync(queued('2026-11-06', 'oldest@one.example')));
    file('notes', 'Dear all,\nplease read\n');
    const all = await run(['extract', '.', '--verbose']);
    expect(all).toEqual({
      code: 0,
      stdout: 'oldest@one.example\nold@one.example\nyoung@one.example\n',
      stderr: 'sender-survey: notes: passed over, it is none of the known formats\n',
    });
    const some = await run(['extract', 'mail.log*', '--since', '2026-11-10', '--until', '2026-11-20T00:00Z']);
    expect(some).toEqual({ code: 0, stdout: 'old@one.example\n', stderr: '' });
  });

  test('prints the first senders while the input is still open', async () => {
    const child = spawn(process.execPath, [program, 'extract', '-'], { cwd: folder });
    child.stdin.write('a@one.example\nb@two.example\n'.repeat(40_000));
    const first = await new Promise<string>((resolve) =>
      child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text)),
    );
    expect(first).toBe('a@one.example\nb@two.example\n');
    child.stdin.end();
    await new Promise((resolve) => child.on('close', resolve));
  });
});

test.for<[string[], RegExp]>([
  [['--help'], /^Usage: sender-survey \[survey\]/],
  [['report', '-h'], /--output KIND/],
])('%j helps', async ([args, shows]) => {
  const { code, stdout } = await run(args);
  expect(code).toBe(0);
  expect(stdout).toMatch(shows);
});

describe('what goes wrong is said', () => {
  test.for([
    { args: ['missing'], code: 1, says: 'missing: no such file\n' },
    { args: ['extrct', 'list'], code: 1, says: 'extrct: no such file; did you mean the command extract?' },
    { args: ['list', '--concurency', '5'], code: 2, says: 'did you mean --concurrency?' },
    { args: ['list', '--port', 'smtp'], code: 2, says: '--port smtp: not a whole number from 1 to 65535' },
    { args: ['list', '--reply-timeout', 'soon'], code: 2, says: '--reply-timeout soon: not a duration' },
    { args: ['list', '--state', 'a', '--state', 'b'], code: 2, says: '--state may be given only once' },
    { args: ['extract', 'list', '--concurrency', '5'], code: 2, says: 'Unknown option: --concurrency' },
    { args: ['report', '--warn', 'rejected=1'], code: 2, says: '--warn and --crit go with --output nagios' },
    { args: ['report', '--output', 'json', '--csv', '-'], code: 2, says: 'cannot share standard output' },
    { args: ['list', '--csv', 'x', '--postfix-access', './x'], code: 2, says: 'name the same file' },
    { args: ['completion', 'tcsh'], code: 2, says: 'name a shell: bash, zsh, fish' },
    { args: ['list', '--csv', '-', '--json', '-'], code: 2, says: 'cannot share standard output' },
    { args: ['list', '--csv', 'no/such/folder/x.csv'], code: 1, says: 'no/such/folder/x.csv' },
    { args: ['nothing-*'], code: 1, says: 'nothing-*: no such file, and as a pattern it matches none' },
    { args: ['list', '--since', 'monday'], code: 2, says: '--since monday: not a time; write it like 2026-11-16' },
    { args: ['list', '--since', '1d', '--until', '2d'], code: 2, says: '--since 1d --until 2d: no time is between' },
    { args: ['list', '--allow-net', 'home'], code: 2, says: '--allow-net' },
    { args: ['list', '--resolver', 'dns.example'], code: 2, says: '--resolver dns.example: not IP[:PORT]' },
    { args: ['list', '--helo', 'two words'], code: 2, says: '--helo two words: not a host name' },
    { args: ['list', '--mail-from', 'nobody'], code: 2, says: '--mail-from nobody: ' },
    { args: ['list', '--skip', 'missing'], code: 1, says: '--skip missing: no such file' },
    { args: ['list', '--resume'], code: 2, says: '--resume reads no inputs' },
    { args: ['--resume'], code: 1, says: 'holds no unfinished survey' },
    { args: ['report', 'missing.db'], code: 1, says: 'missing.db' },
    { args: ['list', '--workers', 'redis'], code: 2, says: '--workers redis: not redis://HOST[:PORT]' },
    { args: ['list', '--workers', 'redis://x', '--trace', 't'], code: 2, says: '--trace has nothing to show' },
    { args: ['list', '--workers', 'redis://x', '--source-address', '::1'], code: 2, says: 'for each worker' },
    { args: ['worker'], code: 2, says: 'worker needs the address of Redis: sender-survey worker redis://HOST' },
    { args: ['worker', 'http://x'], code: 2, says: 'worker http://x: not redis://HOST[:PORT]' },
    { args: ['probe', 'nobody'], code: 2, says: 'nobody: no address to ask about' },
  ])('$args', async ({ args, code, says }) => {
    file('list', 'anna@takes-all.example\n');
    const outcome = await run([
      ...args,
      ...(args.includes('--helo') || ['report', 'extract', 'completion'].includes(args[0] ?? '')
        ? []
        : ['--helo', 'a.example']),
    ]);
    expect(outcome.stderr).toContain(says);
    expect(outcome.stderr).not.toMatch(/^ {4}at /m);
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toBe('');
  });
});

test('options come from the environment and from --config, too', async () => {
  file('list', 'anna@takes-all.example\n');
  file('options.json', JSON.stringify({ json: 'from-config.json', state: 'none' }));
  const outcome = await run(['list', ...inHaste(), '--config', 'options.json'], {
    env: { SENDER_SURVEY_CONCURRENCY: '7' },
  });
  expect(outcome.code).toBe(0);
  expect((JSON.parse(read('from-config.json')) as Summary).survey.concurrency).toBe(7);
  expect(existsSync(join(folder, 'sender-survey.db'))).toBe(false);
});

test('settings for one command are no matter for another', async () => {
  file('list', 'anna@takes-all.example\n');
  file('options.json', JSON.stringify({ helo: 'survey.example' }));
  const outcome = await run(['extract', 'list', '--config', 'options.json'], {
    env: { SENDER_SURVEY_CONCURRENCY: '7' },
  });
  expect(outcome).toEqual({ code: 0, stdout: 'anna@takes-all.example\n', stderr: '' });
});

test('what other programs read is printed by report', { timeout: 20_000 }, async () => {
  file('list', 'anna@takes-all.example\nanna@knows-nobody.example\n');
  file('wanted.txt', 'anna@knows-nobody.example\n');
  await run(['list', ...inHaste(), '--wanted', 'wanted.txt', '--postfix-access', 'access']);
  expect(read('access')).toMatch(/^anna@knows-nobody\.example OK$/m);
  expect((await run(['report', '--output', 'csv'])).stdout.split('\r\n')).toHaveLength(4);
  expect(JSON.parse((await run(['report', '--output', 'json'])).stdout)).toMatchObject({ totals: { checked: 2 } });
  expect((await run(['report', '--output', 'mrtg'])).stdout).toMatch(/^1\n1\nsurvey of .*\nsender-survey\n$/);
  expect((await run(['report', '--output', 'prometheus'])).stdout).toContain('sender_survey_checked_senders 2\n');
});

test.for<[string[], number, string]>([
  [[], 0, 'OK - accepted 50 %, rejected 50 % of 2 senders'],
  [['--warn', 'rejected=10%'], 1, 'WARNING - rejected 50 %'],
  [['--warn', 'rejected=10%', '--crit', 'accepted=60%:', '--crit', 'rejected=20%'], 2, 'CRITICAL - accepted 50 %, rej'],
  [['--warn', 'rejected=lots'], 3, 'UNKNOWN - --warn rejected=lots: not a limit'],
  [['--survey', '9'], 3, 'UNKNOWN - sender-survey.db holds no survey 9'],
])('report --output nagios %j ends with %i', async ([args, code, says]) => {
  file('list', 'anna@takes-all.example\nanna@knows-nobody.example\n');
  await run(['list', ...inHaste()]);
  const outcome = await run(['report', '--output', 'nagios', ...args]);
  expect(outcome.stdout).toContain(`SENDER-SURVEY ${says}`);
  expect(outcome.code).toBe(code);
});

test('FORCE_COLOR colours the totals, a pipe alone does not', async () => {
  file('list', 'anna@takes-all.example\n');
  const args = ['list', ...inHaste(), '--state', 'none'];
  expect((await run(args, { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[32m█');
  expect((await run(args)).stdout).not.toContain('\u001b');
});

test('probe shows the conversation and the rule', async () => {
  const { code, stdout } = await run(['probe', addressOf(examples[0]!), ...onLoopback()]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/C: EHLO survey\.example\n/);
  expect(stdout).toMatch(/S: 250[ -]/);
  expect(stdout).toMatch(/C: RCPT TO:<anna@takes-all\.example>/);
  expect(stdout).toMatch(/C: QUIT\n/);
  expect(stdout).toMatch(/verdict: +accepted \(ok\)/);
});
