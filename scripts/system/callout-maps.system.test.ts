/**
 * docs/callout-maps.md in a real Postfix and a real Exim: the configuration shown there, with the map that the survey wrote,
 * refuses unverified senders, lets the wanted pass, and opens nothing else to them.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startDnsServer } from '../fake-internet/dns-server.js';
import { blockOf } from '../documents/blocks.js';
import { exchangerNames, startExchangers, type Exchangers } from './exchangers.js';
import { startExim } from './exim.js';
import { freePort } from './free-ports.js';
import { mustHaveMailServers } from './mail-servers-installed.js';
import { startPolicyService, type PolicyService } from './policy-service.js';
import { parametersOf, startPostfix } from './postfix.js';
import { mustRun, run } from './run-program.js';
import { sendMail } from './send-mail.js';

vi.setConfig({ testTimeout: 60_000 });

const program = join(import.meta.dirname, '../../dist/bundle/main.js');
const outside = 'NAME=mail.example.net ADDR=192.0.2.25';
const receiver = '127.72.0.20';
const eximReceiver = '127.72.0.21';

/** Wanted, and refused by a check: the last three only for some of its ways to spell them. */
const wanted = ['lost@good.example', 'Case@good.example', '"very odd"@good.example', 'weg@xn--bcher-kva.example'];
const senders = ['alice@good.example', 'nobody@good.example', 'who@absent.example', ...wanted];

let folder: string;
let port: number;
let exchangers: Exchangers;
let stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  await mustHaveMailServers();
  folder = await mkdtemp(join(tmpdir(), 'sender-survey-policy-'));
  await chmod(folder, 0o755);
  port = await freePort(receiver);
  exchangers = await startExchangers(folder, port);
  stops.push(exchangers.stop);
  await writeMap();
  const policies = await Promise.all([startPolicyService(spf), startPolicyService(greylist)]);
  stops.push(...policies.map((service) => service.close));
  stops.push(await startReceiver(policies[0], policies[1]), await startEximReceiver());
}, 120_000);

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  stops = [];
  if (folder !== undefined) await rm(folder, { recursive: true });
}, 60_000);

/** Has the survey write the map. */
async function writeMap(): Promise<void> {
  const dns = await startDnsServer({ names: exchangerNames, servers: {} }, () => 0);
  stops.push(dns.close);
  await writeFile(join(folder, 'list'), `${senders.join('\n')}\n`);
  await writeFile(join(folder, 'wanted'), `${wanted.join('\n')}\n`);
  const where = ['--resolver', dns.address, '--port', String(port), '--allow-net', '127.0.0.0/8', '--state', 'none'];
  const files = ['list', '--wanted', 'wanted', '--postfix-access', 'wanted-senders'];
  await mustRun(process.execPath, [program, ...files, ...where, '--helo', 'survey.corp.example', '--site-rate', '0'], {
    cwd: folder,
  });
  await chmod(join(folder, 'wanted-senders'), 0o644);
}

/** Stands in for an SPF policy: one sender's mail may not come from here. */
function spf({ sender = '' }: Readonly<Record<string, string>>): string {
  return sender.startsWith('forged@') ? '550 5.7.23 SPF says no' : 'DUNNO';
}

/** Stands in for greylisting of who comes for the first time: as it should be, and as postgrey does by itself. */
function greylist({ sender = '' }: Readonly<Record<string, string>>): string {
  if (sender.startsWith('new@')) return 'DEFER Greylisted';
  return sender.startsWith('newish@') ? 'DEFER_IF_PERMIT Greylisted' : 'DUNNO';
}

/** A Postfix with the lines of the document; only where its map and its policy services are is our own. */
async function startReceiver(spfService: PolicyService, greyService: PolicyService): Promise<() => Promise<void>> {
  const shown = blockOf('docs/callout-maps.md', 'postfix')
    .replace('/etc/postfix/wanted-senders', join(folder, 'wanted-senders'))
    .replace('unix:private/policyd-spf', spfService.endpoint)
    .replace('inet:127.0.0.1:10023', greyService.endpoint);
  const { stop } = await startPostfix(join(folder, 'receiver'), {
    main: {
      ...parametersOf(shown),
      myhostname: 'mx.corp.example',
      virtual_mailbox_domains: 'corp.example',
      virtual_mailbox_maps: 'inline:{ clerk@corp.example=x }',
      virtual_transport: 'discard:',
      mynetworks: '192.0.2.99',
      transport_maps: `inline:{ { good.example = smtp:[127.72.0.1]:${port} }, { xn--bcher-kva.example = smtp:[127.72.0.1]:${port} } }`,
      smtpd_authorized_xclient_hosts: '127.0.0.0/8',
      address_verify_poll_delay: '1s',
    },
    listeners: [{ at: `${receiver}:${port}` }],
  });
  return stop;
}

async function startEximReceiver(): Promise<() => Promise<void>> {
  const shown = blockOf('docs/callout-maps.md', 'exim').replace(
    '/etc/exim4/wanted-senders',
    join(folder, 'wanted-senders'),
  );
  const { stop } = await startExim(join(folder, 'exim-receiver'), {
    hostname: 'mx.corp.example',
    addresses: [eximReceiver],
    port,
    configuration: `acl_smtp_rcpt = rcpt
acl_smtp_data = data
begin acl
rcpt:
  deny    domains = !corp.example
          message = relay not permitted
${shown}
  accept
data:
  discard
begin routers
exchangers:
  driver = manualroute
  transport = remote
  route_list = good.example 127.72.0.1
  self = send
begin transports
remote:
  driver = smtp
  port = ${port}
  allow_localhost
`,
  });
  return stop;
}

/** What the server says to the recipient of a mail from this sender. */
async function replyTo(host: string, from: string, to = 'clerk@corp.example'): Promise<string | undefined> {
  const parameters = /[^\x20-\x7e]/.test(from) ? 'SMTPUTF8' : '';
  const { rcpt } = await sendMail(
    { host, port },
    { from, to: [to], parameters, ...(host === receiver && { xclient: outside }) },
  );
  return rcpt[0];
}

describe('Postfix', () => {
  test.for([
    ['alice@good.example', '250'],
    ['nobody@good.example', '550'],
    ['who@absent.example', '550'],
    ['lost@good.example', '250'],
    ['LOST@GOOD.example', '250'],
    ['case@good.example', '250'],
    ['"very odd"@good.example', '250'],
    ['weg@xn--bcher-kva.example', '250'],
    ['weg@bücher.example', '250'],
  ] as const)('says to %s: %s', async ([from, code]) => {
    expect(await replyTo(receiver, from)).toMatch(new RegExp(`^${code}`));
  });

  test('says why', async () => {
    expect(await replyTo(receiver, 'nobody@good.example')).toMatch(
      /Sender address rejected: undeliverable address: host 127/,
    );
  });

  test('does not relay for wanted senders, nor take them in for recipients that do not exist', async () => {
    expect(await replyTo(receiver, 'lost@good.example', 'any@elsewhere.example')).toMatch(
      /^554 5\.7\.1 .*Relay access denied/,
    );
    expect(await replyTo(receiver, 'lost@good.example', 'nobody@corp.example')).toMatch(
      /^550 5\.1\.1 .*Recipient address rejected/,
    );
  });

  test.for([
    ['forged@good.example', /^550 5\.7\.23/, false],
    ['new@good.example', /^450 .*Greylisted/, false],
    ['newish@good.example', /^550 .*undeliverable/, true],
  ] as const)('says to %s: %s; asks its server: %s', async ([from, reply, asks]) => {
    expect(await replyTo(receiver, from)).toMatch(reply);
    expect((await exchangers.postfixLog()).includes(`<${from}>`)).toBe(asks);
  });
});

test('the map goes through postmap without a complaint, too', async () => {
  const map = `hash:${join(folder, 'wanted-senders')}`;
  const config = join(folder, 'receiver/config');
  expect(await run('postmap', ['-c', config, map])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect((await mustRun('postmap', ['-c', config, '-q', 'lost@good.example', map])).trim()).toBe('OK');
});

describe('Exim', () => {
  test.for([
    ['alice@good.example', '250'],
    ['nobody@good.example', '550'],
    ['lost@good.example', '250'],
    ['case@good.example', '250'],
  ] as const)('says to %s: %s', async ([from, code]) => {
    expect(await replyTo(eximReceiver, from)).toMatch(new RegExp(`^${code}`));
  });

  test('does not relay for wanted senders', async () => {
    expect(await replyTo(eximReceiver, 'lost@good.example', 'any@elsewhere.example')).toMatch(
      /^550 relay not permitted/,
    );
  });
});
