/**
 * docs/policy.md in a real Postfix and a real Exim: the service asked as shown there, behind Debian's SPF service and
 * postgrey, in each of its modes, with the configuration file shown there, reloaded from one to the next.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startDnsServer, type DnsServer } from '../fake-internet/dns-server.js';
import { blockOf, blocksOf } from '../documents/blocks.js';
import { exchangerNames, startExchangers, type Exchangers } from './exchangers.js';
import { startExim, type Exim } from './exim.js';
import { freePorts } from './free-ports.js';
import { mustHaveMailServers } from './mail-servers-installed.js';
import { copyPolicies, greylistingSeconds } from './policy-services.js';
import { parametersOf, startPostfix, type Postfix } from './postfix.js';
import { run } from './run-program.js';
import { sendMail, type Sent } from './send-mail.js';

vi.setConfig({ testTimeout: 60_000 });

const program = join(import.meta.dirname, '../../dist/bundle/main.js');
const client = '192.0.2.25';
const [receiver, eximReceiver] = ['127.72.0.30', '127.72.0.31'];
/** In the order in which they are greylisted. */
const senders = [
  'alice@good.example',
  'nobody@good.example',
  'who@absent.example',
  'tess@banned.example',
  'lost@good.example',
];

let folder: string;
let ports: { smtp: number; service: number; postgrey: number; metrics: number };
let dns: DnsServer;
let exchangers: Exchangers;
let service: ChildProcess;
let said = '';
let logged = '';
let postfix: Postfix;
let exim: Exim;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  await mustHaveMailServers();
  folder = await mkdtemp(join(tmpdir(), 'sender-survey-service-'));
  await chmod(folder, 0o755);
  const [smtp = 0, servicePort = 0, postgrey = 0, metrics = 0] = await freePorts(4);
  ports = { smtp, service: servicePort, postgrey, metrics };
  const names = {
    ...exchangerNames,
    'good.example': { mx: ['10 mx.good.example'], txt: [`v=spf1 ip4:${client} -all`] },
  };
  dns = await startDnsServer({ names, servers: {} }, () => 0);
  stops.push(dns.close);
  exchangers = await startExchangers(folder, smtp);
  stops.push(exchangers.stop);
  const policies = await copyPolicies(join(folder, 'policies'));
  stops.push((await policies.startPostgrey(postgrey)).stop);
  await startService();
  stops.push(endService);
  postfix = await startReceiver(policies.spfLine(dns.address));
  stops.push(postfix.stop);
  exim = await startEximReceiver();
  stops.push(exim.stop);
}, 120_000);

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  if (folder !== undefined) await rm(folder, { recursive: true });
}, 60_000);

/** The service with the file shown in the document, and these options changed. */
async function configure(changes: object): Promise<void> {
  const [shown = '{}'] =
    /\{[^]*?\n\}/.exec(blocksOf('docs/policy.md').find(({ language }) => language === 'sh')?.text ?? '') ?? [];
  const here = {
    listen: `127.0.0.1:${ports.service}`,
    metrics: `127.0.0.1:${ports.metrics}`,
    resolver: [dns.address],
    port: String(ports.smtp),
    'allow-net': ['127.0.0.0/8'],
  };
  await writeFile(join(folder, 'policy.json'), JSON.stringify({ ...JSON.parse(shown), ...here, ...changes }));
}

async function startService(): Promise<void> {
  await writeFile(join(folder, 'wanted.txt'), 'lost@good.example\n');
  await configure({});
  service = spawn(process.execPath, [program, 'policy', '--config', 'policy.json'], { cwd: folder });
  service.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  service.stdout?.setEncoding('utf8').on('data', (text: string) => (logged += text));
  await vi.waitFor(() => expect(said).toContain('listening at'), { timeout: 20_000 });
}

async function endService(): Promise<void> {
  service.kill();
  if (service.exitCode === null) await once(service, 'close');
}

/** Reloads it with other options. */
async function change(changes: object): Promise<void> {
  await configure(changes);
  said = '';
  service.kill('SIGHUP');
  await vi.waitFor(() => expect(said).toContain('configuration read again'), { timeout: 10_000 });
}

/** A Postfix with the lines of the document; only the ports are our own. */
async function startReceiver(spfLine: string): Promise<Postfix> {
  const shown = blockOf('docs/policy.md', 'postfix')
    .replace('127.0.0.1:10023', `127.0.0.1:${ports.postgrey}`)
    .replace('127.0.0.1:10040', `127.0.0.1:${ports.service}`);
  return await startPostfix(join(folder, 'receiver'), {
    main: {
      ...parametersOf(shown),
      myhostname: 'mx.corp.example',
      virtual_mailbox_domains: 'corp.example, other.example',
      virtual_mailbox_maps: 'inline:{ clerk@corp.example=x, clerk@other.example=x }',
      virtual_transport: 'discard:',
      mynetworks: '192.0.2.99',
      smtpd_authorized_xclient_hosts: '127.0.0.0/8',
      header_checks: 'regexp:{ {/^X-Sender-Survey:/ WARN} }',
    },
    listeners: [{ at: `${receiver}:${ports.smtp}` }],
    services: [spfLine],
  });
}

async function startEximReceiver(): Promise<Exim> {
  const shown = blockOf('docs/policy.md', 'exim').replace('127.0.0.1:10040', `127.0.0.1:${ports.service}`);
  return await startExim(join(folder, 'exim-receiver'), {
    hostname: 'mx.corp.example',
    addresses: [eximReceiver],
    port: ports.smtp,
    configuration: `acl_smtp_rcpt = rcpt
begin acl
rcpt:
${shown}
  accept
begin routers
all:
  driver = accept
  transport = file
begin transports
file:
  driver = appendfile
  file = ${folder}/exim-receiver/spool/mail
  user = Debian-exim
`,
  });
}

async function send(from: string, to = ['clerk@corp.example'], address = client): Promise<Sent> {
  const xclient = `NAME=mail.example.net ADDR=${address}`;
  return await sendMail({ host: receiver, port: ports.smtp }, { from, to, xclient });
}

async function sendToExim(from: string): Promise<Sent> {
  return await sendMail({ host: eximReceiver, port: ports.smtp }, { from, to: ['clerk@corp.example'] });
}

/** How many mails of bad senders the service has logged. */
function logLines(action: string, from: string): number {
  return logged.split('\n').filter((line) => line.includes(`action=${action} `) && line.includes(`from=<${from}>`))
    .length;
}

describe('behind SPF and greylisting', () => {
  test('forged and greylisted senders are not asked about', async () => {
    expect((await send('alice@good.example', undefined, '192.0.2.66')).rcpt).toEqual([
      expect.stringMatching(/^550 .*openspf/),
    ]);
    for (const sender of senders)
      expect((await send(sender)).rcpt).toEqual([expect.stringMatching(/^450 .*Greylisted/)]);
    await send('nobody@good.example', ['clerk@other.example']);
    expect(await exchangers.postfixLog()).not.toContain('connect from');
    await sleep(greylistingSeconds * 1000 + 200);
  });

  test('observing, everybody passes, and the log tells who would not', async () => {
    for (const sender of senders) expect((await send(sender)).message).toMatch(/^250 /);
    await vi.waitFor(() => expect(logLines('none', 'nobody@good.example')).toBe(1));
    expect(logLines('none', 'who@absent.example')).toBe(1);
    expect(logged).not.toContain('alice@');
    expect(logged).not.toMatch(/from=<(?:tess|lost)@/);
    expect(logged).toMatch(
      /mode=observe .* client=192\.0\.2\.25 .*mx\.good\.example \[127\.72\.0\.1\] said .*User unknown/,
    );
  });

  test('prepending, the header is in the mail, once', async () => {
    await change({ mode: 'prepend' });
    expect((await send('nobody@good.example', ['clerk@corp.example', 'clerk@corp.example'])).message).toMatch(/^250 /);
    expect((await send('alice@good.example')).message).toMatch(/^250 /);
    const headers = async (): Promise<number> =>
      (await postfix.log()).split('warning: header X-Sender-Survey: rejected/no-such-mailbox; ').length - 1;
    await vi.waitFor(async () => expect(await headers()).toBe(1), { timeout: 5000 });
  });

  test.for([
    ['defer', '450 4'],
    ['reject', '550 5'],
  ] as const)('%s', async ([mode, code]) => {
    await change({ mode });
    expect((await send('nobody@good.example')).rcpt).toEqual([
      expect.stringMatching(
        new RegExp(`^${code}\\.7\\.1 <clerk@corp.example>: .*sender address rejected: mx\\.good\\.example`),
      ),
    ]);
    expect((await send('who@absent.example')).rcpt).toEqual([expect.stringMatching(new RegExp(`^${code}\\.7\\.1 `))]);
    for (const sender of ['alice@good.example', 'tess@banned.example', 'lost@good.example'])
      expect((await send(sender)).message).toMatch(/^250 /);
    expect(await postfix.log()).toMatch(
      new RegExp(`NOQUEUE: reject: RCPT from mail\\.example\\.net\\[192\\.0\\.2\\.25\\]: ${code}\\.7\\.1`),
    );
    await vi.waitFor(() => expect(logLines(mode, 'nobody@good.example')).toBe(1));
  });

  test('for one domain of recipients, others are observed', async () => {
    await change({ mode: 'reject', 'for-domain': ['other.example'] });
    expect((await send('nobody@good.example')).message).toMatch(/^250 /);
    expect((await send('nobody@good.example', ['clerk@other.example'])).rcpt).toEqual([
      expect.stringMatching(/^550 5\.7\.1 /),
    ]);
  });

  test('without the service, mail passes', async () => {
    await change({ mode: 'reject' });
    await endService();
    expect((await send('nobody@good.example')).message).toMatch(/^250 /);
    await startService();
  });
});

test('Exim asks, and does as it is told', async () => {
  await change({ mode: 'reject' });
  expect((await sendToExim('nobody@good.example')).rcpt).toEqual([
    expect.stringMatching(
      /^550-5\.7\.1 sender address rejected: mx\.good\.example \[127\.72\.0\.1\] said [^]*User unknown[^\n]*$/,
    ),
  ]);
  expect((await sendToExim('alice@good.example')).message).toMatch(/^250 /);
  await change({ mode: 'defer' });
  expect((await sendToExim('who@absent.example')).rcpt).toEqual([expect.stringMatching(/^450[- ]4\.7\.1 /)]);
  await change({ mode: 'prepend' });
  expect((await sendToExim('nobody@good.example')).message).toMatch(/^250 /);
});

test('the report of the state tells what came', async () => {
  const { stdout } = await run(process.execPath, [program, 'report', 'policy.db', '--json', '-'], { cwd: folder });
  const { totals, input } = JSON.parse(stdout) as { totals: object; input: object };
  expect(totals).toMatchObject({ checked: 4, accepted2xx: 1, rejected5xx: 2, refusedUs: 1, undeliverable: 1 });
  expect(input).toMatchObject({ senders: 4 });
});

test('the unit starts what exists', async () => {
  const unit = blockOf('docs/policy.md', 'ini');
  const commands = [...unit.matchAll(/^Exec\w+=\/usr\/bin\/sender-survey (.*)$/gm)].map(([, words = '']) => words);
  expect(commands).toHaveLength(2);
  for (const words of commands) {
    const args = words.replace('/etc/sender-survey/', '').split(' ');
    expect(await run(process.execPath, [program, ...args, '--check'], { cwd: folder })).toMatchObject({ code: 0 });
  }
});
