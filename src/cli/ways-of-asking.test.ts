/**
 * The options about how servers are asked, as the built program carries them out against a fake internet.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFakeInternet, type FakeInternet } from '../../scripts/fake-internet/start.js';
import type { World } from '../../scripts/fake-internet/world.js';

const program = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));
const many = Array.from({ length: 40 }, (_, i) => `user${i}@takes-all.example`);

const world: World = {
  names: {
    'xn--bcher-kva.example': { mx: ['10 mx.books.example'] },
    'mx.books.example': { a: ['127.30.0.1'] },
    'old.example': { mx: ['10 mx.old.example'] },
    'mx.old.example': { a: ['127.30.0.2'] },
    'six.example': { mx: ['10 mx.six.example'] },
    'mx.six.example': { aaaa: ['::1'] },
    'takes-all.example': { mx: ['10 mx.takes-all.example'] },
    'mx.takes-all.example': { a: ['127.30.0.3'] },
    'knows.example': { mx: ['10 mx.knows.example'] },
    'mx.knows.example': { a: ['127.30.0.4'] },
    'tls.example': { mx: ['10 mx.tls.example'] },
    'mx.tls.example': { a: ['127.30.0.5'] },
    'bad-tls.example': { mx: ['10 mx.bad-tls.example'] },
    'mx.bad-tls.example': { a: ['127.30.0.6'] },
    'slow.example': { mx: ['10 mx.slow.example'] },
    'mx.slow.example': { a: ['127.30.0.7'] },
  },
  servers: {
    '127.30.0.1': { extensions: ['PIPELINING', '8BITMIME', 'SMTPUTF8'], rcpt: '250 2.1.5 {rcpt}' },
    '127.30.0.2': {},
    '::1': { rcpt: '250 2.1.5 {ip}' },
    '127.30.0.3': { rcpt: '250 2.1.5 {ip}' },
    '127.30.0.4': { rcpt: { known: ['anna@knows.example', 'bert@knows.example'] } },
    '127.30.0.5': { tls: 'offered' },
    '127.30.0.6': { tls: 'offered', starttls: 'hang-up' },
    '127.30.0.7': { replyMs: [300, 300] },
  },
};

let internet: FakeInternet;
let folder: string;

beforeAll(async () => {
  if (!existsSync(program)) throw new Error('the program is not built: npm run build');
  internet = await startFakeInternet(world);
  folder = mkdtempSync(join(tmpdir(), 'sender-survey-ways-'));
});
afterAll(async () => {
  await internet.close();
  rmSync(folder, { recursive: true });
});

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], stdin = '', interruptAt: string | null = null): Promise<Outcome> {
  const network = `--resolver ${internet.resolver} --port ${internet.smtpPort} --allow-net 127.0.0.0/8 --allow-net ::1`;
  const haste = `--helo survey.example --connect-timeout 2s --reply-timeout 2s`;
  const child = spawn(process.execPath, [program, ...args, ...`${network} ${haste}`.split(' ')], { cwd: folder });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (interruptAt === null || !stdout.includes(interruptAt)) return;
    // A second signal would end it at once.
    interruptAt = null;
    child.kill('SIGINT');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The rows of the survey's CSV, by address. */
async function survey(addresses: readonly string[], ...options: string[]): Promise<Record<string, Row>> {
  const args = ['-', '--state', 'none', '--site-rate', '0', '--csv', '-', '--progress', 'never', ...options];
  const { code, stdout, stderr } = await run(args, addresses.join('\n'));
  expect([code, stderr]).toEqual([0, expect.stringContaining('Checked')]);
  const rows: Row[] = parse(stdout, { columns: true });
  return Object.fromEntries(rows.map((row) => [row.address, row]));
}

type Row = Readonly<Record<'address' | 'verdict' | 'reason' | 'stage' | 'reply_text' | 'mx_address', string>>;

/** How often a server was asked about addresses that were not in any list. */
function strangersAskedAt(address: string, known: readonly string[]): number {
  const asked = internet.counters.servers.get(address)?.asked ?? new Map<string, number>();
  return [...asked].filter(([recipient]) => !known.includes(recipient)).reduce((sum, [, times]) => sum + times, 0);
}

describe('survey', () => {
  test('addresses beyond ASCII: A-labels for the domain, SMTPUTF8 for the local part where it is offered', async () => {
    const rows = await survey(['jürgen@bücher.example', 'jürgen@old.example', 'anna@bücher.example']);
    const found = Object.values(rows).map(({ verdict, reason, reply_text: text }) => `${verdict}/${reason} ${text}`);
    expect(found).toEqual([
      'accepted/ok jürgen@xn--bcher-kva.example',
      'skipped/no-smtputf8 the server does not offer SMTPUTF8',
      'accepted/ok anna@xn--bcher-kva.example',
    ]);
  });

  test('servers on IPv6', async () => {
    const rows = await survey(['anna@six.example'], '--source-address', '::1');
    expect(rows['anna@six.example']).toMatchObject({ verdict: 'accepted', mx_address: '::1', reply_text: '::1' });
  });

  test.for([
    ['4', 'anna@six.example', 'mx.six.example has only IPv6, and --ip-version 4 was asked for'],
    ['6', 'anna@old.example', 'mx.old.example has only IPv4, and --ip-version 6 was asked for'],
  ] as const)(
    '--ip-version %s: who is only on the other is unreachable, not undeliverable',
    async ([version, address, text]) => {
      const { [address]: row } = await survey([address], '--ip-version', version);
      expect(row).toMatchObject({
        verdict: 'unreachable',
        reason: 'network-unreachable',
        stage: 'dns',
        reply_text: text,
      });
    },
  );

  test('several source addresses take turns', async () => {
    const sources = ['--source-address', '127.0.0.11', '--source-address', '127.0.0.12', '--source-address', '::1'];
    const rows = await survey(many, ...sources, '--session-recipients', '5', '--site-sessions', '1');
    const from = (ip: string): number => Object.values(rows).filter((row) => row.reply_text === ip).length;
    expect([from('127.0.0.11'), from('127.0.0.12')]).toEqual([20, 20]);
  });

  test('--catch-all asks each domain once, and all of its accepted senders get the answer', async () => {
    const known = ['anna@knows.example', 'bert@knows.example', 'carl@knows.example'];
    const before = { all: strangersAskedAt('127.30.0.3', many), knows: strangersAskedAt('127.30.0.4', known) };
    const rows = await survey([...many, ...known], '--catch-all', '--session-recipients', '5', '--site-sessions', '4');
    expect(new Set(many.map((address) => rows[address]?.reason))).toEqual(new Set(['catch-all']));
    expect(known.map((address) => rows[address]?.reason)).toEqual(['ok', 'ok', 'no-such-mailbox']);
    expect(Object.keys(rows)).toHaveLength(many.length + known.length);
    expect(strangersAskedAt('127.30.0.3', many) - before.all).toBe(1);
    expect(strangersAskedAt('127.30.0.4', known) - before.knows).toBe(1);
  });

  test('--tls opportunistic: where it is offered, and without where it does not work', async () => {
    const trace = join(folder, 'trace');
    const rows = await survey(['anna@tls.example', 'anna@bad-tls.example'], '--tls', 'opportunistic', '--trace', trace);
    expect(Object.values(rows).map(({ verdict }) => verdict)).toEqual(['accepted', 'accepted']);
    const conversations = readFileSync(trace, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const states = conversations.map(({ server, tls }) => `${server.host} ${tls?.certificate ?? 'plain text'}`);
    expect(states.toSorted()).toEqual([
      'mx.bad-tls.example plain text',
      'mx.bad-tls.example plain text',
      'mx.tls.example self-signed',
    ]);
    expect(internet.counters.servers.get('127.30.0.5')?.tlsSessions).toBe(1);
  });

  test('--catch-all needs room for the address that cannot exist', async () => {
    const { code, stderr } = await run(['-', '--catch-all', '--session-recipients', '1']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--catch-all needs --session-recipients 2')]);
  });

  test('no server saw anything but good manners', () => {
    const { all } = internet.counters;
    expect([all.withoutQuit, all.spokeTooEarly, all.pipelinedUnasked, all.commands['DATA'] ?? 0]).toEqual([0, 0, 0, 0]);
  });
});

describe('probe', () => {
  test('--catch-all', async () => {
    const { stdout } = await run(['probe', '--catch-all', 'anna@takes-all.example', 'anna@knows.example']);
    expect(stdout).toMatch(/verdict: +accepted \(catch-all\)\n[^]*catch-all: +yes/);
    expect(stdout).toMatch(/verdict: +accepted \(ok\)\n[^]*catch-all: +no/);
  });

  test('says why somebody is not asked', async () => {
    const { code, stdout } = await run(['probe', 'anna@six.example', '--ip-version', '4']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('has only IPv6, and --ip-version 4 was asked for')]);
    expect(stdout).not.toContain('C: ');
  });

  test('Ctrl-C: no verdict, but QUIT', async () => {
    const { code, stdout } = await run(['probe', 'anna@slow.example'], '', 'C: EHLO');
    expect([code, stdout]).toEqual([130, expect.stringContaining('C: QUIT')]);
    expect(stdout).not.toMatch(/C: MAIL|verdict/);
  });
});
