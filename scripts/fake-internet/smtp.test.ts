import net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { converse, RawClient } from './raw-client.js';
import { startFakeInternet, type FakeInternet } from './start.js';
import type { ServerBehaviour, World } from './world.js';

const address = '127.30.0.1';
const hello = ['EHLO probe.example', 'MAIL FROM:<>'];
const session = [...hello, 'RCPT TO:<anna@a.example>', 'QUIT'];

let internet: FakeInternet | undefined;
afterEach(async () => {
  await internet?.close();
  internet = undefined;
});

async function start(world: Partial<World>): Promise<FakeInternet> {
  internet = await startFakeInternet({ names: {}, servers: {}, ...world });
  return internet;
}

/** The replies of a server of that behaviour, the greeting first. */
async function ask(behaviour: ServerBehaviour, lines: readonly string[], patienceMs?: number) {
  const { smtpPort } = await start({ servers: { [address]: { host: 'mx.example', ...behaviour } } });
  return await converse(address, smtpPort, lines, patienceMs);
}

/** How long to wait for a reply where silence is the one expected. */
function patience(replies: readonly string[]): number | undefined {
  return replies.includes('silence') ? 50 : undefined;
}

const ehlo = '250-mx.example\n250-PIPELINING\n250-8BITMIME\n250 ENHANCEDSTATUSCODES';
const ok = '250 2.1.0 Ok';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What is held that was not held before, each as often as it is more. */
function beyond(before: readonly string[]): string[] {
  const known = [...before];
  return held().filter((one) => {
    const at = known.indexOf(one);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

/** Sockets and threads. (Of timers the test runner has some of its own, coming and going.) */
function held(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => /TCP|UDP|Worker/.test(kind));
}

describe('answers', () => {
  test.for<[string, ServerBehaviour, readonly string[], readonly string[]]>([
    ['takes all', {}, session, [ehlo, ok, '250 2.1.5 Ok', '221 2.0.0 Bye']],
    ['own EHLO keywords', { extensions: ['SIZE 1'] }, ['EHLO p'], ['250-mx.example\n250 SIZE 1']],
    ['HELO only', { ehlo: '502 No' }, ['EHLO p', 'HELO p'], ['502 No', '250 mx.example']],
    [
      'HELO refused',
      { helo: '550 No' },
      ['HELO p', 'MAIL FROM:<>'],
      ['550 No', '503 5.5.1 Error: send HELO/EHLO first'],
    ],
    [
      'placeholders',
      { rcpt: '550 {ip} {helo} <{from}> <{rcpt}> {host}' },
      ['HELO p', 'MAIL FROM:<x@y>', 'RCPT TO:<a@b>'],
      ['250 mx.example', ok, '550 127.0.0.1 p <x@y> <a@b> mx.example'],
    ],
    ['several lines', { mail: '550-5.7.1 No\n550 5.7.1 Really' }, hello, [ehlo, '550-5.7.1 No\n550 5.7.1 Really']],
    [
      'knows users',
      { rcpt: { known: ['anna@a.example'] } },
      [...hello, 'RCPT TO:<Anna@A.example>', 'RCPT TO:<bob@a.example>'],
      [ehlo, ok, '250 2.1.5 Ok', '550 5.1.1 <bob@a.example>: Recipient address rejected: User unknown'],
    ],
    [
      'other words for unknown',
      { rcpt: { known: 0, unknown: '553 who?' } },
      [...hello, 'RCPT TO:<a@b>'],
      [ehlo, ok, '553 who?'],
    ],
    [
      'greylists',
      { greylistMs: Infinity },
      [...hello, 'RCPT TO:<a@b>', 'RCPT TO:<a@b>'],
      [
        ehlo,
        ok,
        ...Array<string>(2).fill('450 4.7.1 <a@b>: Recipient address rejected: Greylisted, please try again later'),
      ],
    ],
    [
      'refuses at MAIL',
      { mail: '550 5.7.1 No' },
      session,
      [ehlo, '550 5.7.1 No', '503 5.5.1 Error: need MAIL command', '221 2.0.0 Bye'],
    ],
    ['421 hangs up', { mail: '421 4.7.0 Later' }, [...hello, 'QUIT'], [ehlo, '421 4.7.0 Later', 'closed']],
    ['silent', { rcpt: 'silence' }, session, [ehlo, ok, 'silence']],
    ['hangs up', { rcpt: 'hang-up' }, session, [ehlo, ok, 'closed']],
    ['resets', { rcpt: 'reset' }, session, [ehlo, ok, 'reset']],
    [
      'demands TLS',
      { tls: 'demanded' },
      hello,
      [`${ehlo.replace('250 E', '250-E')}\n250 STARTTLS`, '530 5.7.0 Must issue a STARTTLS command first'],
    ],
    [
      'TLS not available',
      { tls: 'offered', starttls: '454 4.7.0 No' },
      ['EHLO p', 'STARTTLS', 'MAIL FROM:<>'],
      [`${ehlo.replace('250 E', '250-E')}\n250 STARTTLS`, '454 4.7.0 No', ok],
    ],
    ['no TLS', {}, ['EHLO p', 'STARTTLS'], [ehlo, '502 5.5.1 Error: command not implemented']],
    [
      'too many recipients',
      { limits: { recipientsATransaction: 1 } },
      [...hello, 'RCPT TO:<a@b>', 'RCPT TO:<c@d>', 'RSET', 'MAIL FROM:<>', 'RCPT TO:<c@d>'],
      [ehlo, ok, '250 2.1.5 Ok', '452 4.5.3 Error: too many recipients', '250 2.0.0 Ok', ok, '250 2.1.5 Ok'],
    ],
    [
      'too many in a session',
      { limits: { recipientsASession: 1 } },
      [...hello, 'RCPT TO:<a@b>', 'RSET', 'MAIL FROM:<>', 'RCPT TO:<c@d>', 'QUIT'],
      [
        ehlo,
        ok,
        '250 2.1.5 Ok',
        '250 2.0.0 Ok',
        ok,
        '421 4.7.0 mx.example Error: too many recipients, slow down',
        'closed',
      ],
    ],
    [
      'too many errors',
      { rcpt: '550 No', limits: { endAfterErrors: 2 } },
      [...hello, 'RCPT TO:<a@b>', 'RCPT TO:<a@b>', 'QUIT'],
      [ehlo, ok, '550 No', '421 4.7.0 mx.example Error: too many errors', 'closed'],
    ],
    [
      'wrong order',
      {},
      ['MAIL FROM:<>', 'RCPT TO:<a@b>', 'EHLO p', 'MAIL FROM:<>', 'MAIL FROM:<>'],
      [
        '503 5.5.1 Error: send HELO/EHLO first',
        '503 5.5.1 Error: need MAIL command',
        ehlo,
        ok,
        '503 5.5.1 Error: nested MAIL command',
      ],
    ],
    [
      'bad syntax',
      {},
      ['EHLO', 'EHLO p', 'MAIL FROM: <>', 'MAIL FROM:<>', 'RCPT TO:a@b', 'RCPT TO:<a>b>', 'RCPT TO:<"a>"@b>'],
      [
        '501 Syntax: EHLO hostname',
        ehlo,
        '501 5.5.4 Syntax: MAIL FROM:<address>',
        ok,
        '501 5.1.3 Bad recipient address syntax',
        '501 5.1.3 Bad recipient address syntax',
        '250 2.1.5 Ok',
      ],
    ],
    [
      'takes no message',
      {},
      [...hello, 'RCPT TO:<a@b>', 'DATA', 'NOOP'],
      [ehlo, ok, '250 2.1.5 Ok', '502 5.5.2 Error: command not recognized', '250 2.0.0 Ok'],
    ],
  ])('%s', async ([, behaviour, lines, replies]) => {
    expect(await ask(behaviour, lines, patience(replies))).toEqual(['220 mx.example ESMTP', ...replies]);
  });

  test.for<[string, ServerBehaviour, readonly string[]]>([
    ['refuses us', { greeting: '554 5.7.1 {ip} blocked' }, ['554 5.7.1 127.0.0.1 blocked', '221 2.0.0 Bye']],
    ['is silent', { greeting: 'silence' }, ['silence']],
    ['hangs up', { greeting: 'hang-up' }, ['closed']],
    ['speaks SSH', { greeting: 'SSH-2.0-OpenSSH' }, ['SSH-2.0-OpenSSH']],
    [
      'takes no session',
      { limits: { sessionsAtOnce: 0 } },
      ['421 4.7.0 mx.example Error: too many connections from 127.0.0.1', 'closed'],
    ],
  ])('greeting: %s', async ([, behaviour, replies]) => {
    expect(await ask(behaviour, ['QUIT'], patience(replies))).toEqual(replies);
  });

  test('single mailboxes go before what the server says of all', async () => {
    const mailboxes = { 'anna@a.example': '552 5.2.2 Full' };
    const { smtpPort } = await start({ servers: { [address]: {} }, mailboxes });
    expect(await converse(address, smtpPort, session)).toContain('552 5.2.2 Full');
  });

  test('greylisting ends after its time', async () => {
    const { smtpPort } = await start({ servers: { [address]: { greylistMs: 20 } } });
    expect((await converse(address, smtpPort, session))[3]).toMatch(/^450 4\.7\.1/);
    await new Promise((resolve) => setTimeout(resolve, 25));
    expect((await converse(address, smtpPort, session))[3]).toBe('250 2.1.5 Ok');
  });

  test('a share of users is known, the same ones each time', async () => {
    const { smtpPort } = await start({ servers: { [address]: { rcpt: { known: 0.25 } } } });
    const lines = [...hello, ...Array.from({ length: 400 }, (_, i) => `RCPT TO:<user${i}@a.example>`)];
    const once = await converse(address, smtpPort, lines);
    const share = once.filter((reply) => reply === '250 2.1.5 Ok').length / 400;
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.32);
    expect(await converse(address, smtpPort, lines)).toEqual(once);
  });

  test('more sessions a minute than allowed are turned away', async () => {
    const { smtpPort } = await start({ servers: { [address]: { limits: { sessionsAMinute: 2 } } } });
    const greetings = [];
    for (let i = 0; i < 3; i++) greetings.push((await converse(address, smtpPort, []))[0]?.slice(0, 3));
    expect(greetings).toEqual(['220', '220', '421']);
  });
});

describe('time', () => {
  test('the greeting and each reply take as long as told, a pipelined group as long as one', async () => {
    const { smtpPort } = await start({ servers: { [address]: { greetingMs: [30, 30], replyMs: [20, 20] } } });
    const client = await RawClient.connect(address, smtpPort);
    const begun = performance.now();
    await client.reply();
    const greeted = performance.now();
    client.send('EHLO p');
    await client.reply();
    const introduced = performance.now();
    client.send('MAIL FROM:<>', 'RCPT TO:<a@b>', 'RCPT TO:<c@d>', 'QUIT');
    for (let i = 0; i < 4; i++) expect(await client.reply()).toMatch(/^2/);
    const done = performance.now();
    await client.close();
    expect(greeted - begun).toBeGreaterThan(28);
    expect(introduced - greeted).toBeGreaterThan(18);
    expect(done - introduced).toBeGreaterThan(18);
    expect(done - introduced).toBeLessThan(40);
  });

  test('errors slow a server down', async () => {
    const limits = { slowAfterErrors: 1, slowMs: 20 };
    const { smtpPort } = await start({ servers: { [address]: { rcpt: '550 No', limits } } });
    const begun = performance.now();
    await converse(address, smtpPort, [...hello, 'RCPT TO:<a@b>', 'RCPT TO:<a@b>', 'RCPT TO:<a@b>']);
    expect(performance.now() - begun).toBeGreaterThan(38);
  });
});

describe('connections', () => {
  test('an address that is not in the world refuses', async () => {
    const { smtpPort } = await start({ servers: { [address]: {} } });
    await expect(RawClient.connect('127.30.0.2', smtpPort)).rejects.toThrow('ECONNREFUSED');
  });

  test('black holes let connections wait', async () => {
    const holes = { '127.30.0.8': { connect: 'black-hole' }, '127.30.0.9': { connect: 'black-hole' } } as const;
    const { smtpPort } = await start({ servers: holes });
    const sockets = ['127.30.0.8', '127.30.0.9', '127.30.0.9'].map((hole) => net.connect(smtpPort, hole));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sockets.map((socket) => socket.readyState)).toEqual(['opening', 'opening', 'opening']);
    for (const socket of sockets) socket.destroy();
  });

  test('closing leaves nothing open', async () => {
    const before = held();
    const { smtpPort } = await start({
      servers: {
        '127.30.0.1': { greetingMs: [5000, 5000] },
        '127.30.0.2': {},
        '127.30.0.8': { connect: 'black-hole' },
      },
    });
    const clients = await Promise.all(
      ['127.30.0.1', '127.30.0.2'].map(async (one) => await RawClient.connect(one, smtpPort)),
    );
    await clients[1]?.reply();
    expect(beyond(before)).not.toEqual([]);
    await internet?.close();
    internet = undefined;
    expect(await clients[0]?.reply()).toBe('closed');
    await Promise.all(clients.map(async (client) => await client.close()));
    // What other tests left may go meanwhile.
    for (let turn = 0; turn < 10_000 && beyond(before).length > 0; turn++) await nextTurn();
    expect(beyond(before)).toEqual([]);
  });

  test('IPv6', async () => {
    const { smtpPort } = await start({ servers: { '::1': {} } });
    expect((await converse('::1', smtpPort, session)).at(-1)).toBe('221 2.0.0 Bye');
  });

  test('after STARTTLS the session begins anew', async () => {
    const { smtpPort, counters } = await start({ servers: { [address]: { tls: 'demanded' } } });
    const client = await RawClient.connect(address, smtpPort);
    await client.reply();
    client.send('EHLO p');
    await client.reply();
    client.send('STARTTLS');
    expect(await client.reply()).toBe('220 2.0.0 Ready to start TLS');
    expect(await client.startTls()).toBe(true);
    client.send('MAIL FROM:<>');
    expect(await client.reply()).toBe('503 5.5.1 Error: send HELO/EHLO first');
    client.send('EHLO p');
    expect(await client.reply()).not.toContain('STARTTLS');
    client.send('MAIL FROM:<>');
    expect(await client.reply()).toBe(ok);
    client.send('QUIT');
    expect(await client.reply()).toBe('221 2.0.0 Bye');
    await client.close();
    expect(counters.all.tlsSessions).toBe(1);
  });

  test('broken TLS', async () => {
    const { smtpPort } = await start({ servers: { [address]: { tls: 'broken' } } });
    const client = await RawClient.connect(address, smtpPort);
    await client.reply();
    client.send('EHLO p');
    await client.reply();
    client.send('STARTTLS');
    await client.reply();
    expect(await client.startTls()).toBe(false);
    await client.close();
  });

  test('only loopback addresses are listened at', async () => {
    await expect(startFakeInternet({ names: {}, servers: { '192.0.2.1': {} } })).rejects.toThrow(
      'not a loopback address',
    );
  });

  test('a taken port is reported', async () => {
    const { smtpPort } = await start({ servers: { [address]: {} } });
    const again = startFakeInternet({ names: {}, servers: { [address]: {} } }, { smtpPort });
    await expect(again).rejects.toThrow('EADDRINUSE');
  });

  test('a thousand servers', async () => {
    const addresses = Array.from({ length: 1000 }, (_, i) => `127.31.${Math.floor(i / 250)}.${(i % 250) + 1}`);
    const { smtpPort, counters } = await start({ servers: Object.fromEntries(addresses.map((one) => [one, {}])) });
    const replies = await Promise.all(addresses.map(async (one) => await converse(one, smtpPort, session)));
    expect(new Set(replies.map((lines) => lines.at(-1)))).toEqual(new Set(['221 2.0.0 Bye']));
    expect([...counters.servers.values()].every((one) => one.connections === 1)).toBe(true);
  });
});
