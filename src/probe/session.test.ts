import { getEventListeners } from 'node:events';
import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ask, askScripted, askTranscript, defaults, mailboxOf } from './ask-scripted.test-support.js';
import { readTranscript, startScriptedServer, type Delivery } from './scripted-server.test-support.js';
import { ServerMemory } from './server-memory.js';
import { probeBatch } from './session.js';
import { connectTcp } from './smtp/connect.js';

const closed = async () => {};

function probeOne(port: number, signal: AbortSignal) {
  return probeBatch(
    {
      server: { host: 'mx.one.example', address: '127.0.0.1', site: 'one.example' },
      recipients: [{ senderId: 1, mailbox: mailboxOf('alice@one.example') }],
      attempts: 0,
      spentMs: 0,
    },
    { ...defaults, port },
    { connect: connectTcp, now: Date.now, isForbidden: () => false, random: () => 0, memory: new ServerMemory() },
    signal,
  );
}

function failingSocket(code: string): Socket {
  const socket = new Socket();
  setImmediate(() => socket.destroy(Object.assign(new Error(`connect ${code}`), { code })));
  return socket;
}

describe('one recipient', () => {
  test.for([
    ['accepted', 'accepted/ok at rcpt 250 2.1.5'],
    ['accepted-251', 'accepted/ok at rcpt 251 2.1.5'],
    ['bare-250', 'accepted/ok at rcpt 250'],
    ['rejected-multi-line', 'rejected/no-such-mailbox at rcpt 550 5.1.1'],
    ['greylisted', 'deferred/greylisted at rcpt 450 4.2.0'],
    ['three-hundreds', 'no-answer/not-smtp at rcpt 354'],
    ['ehlo-refused', 'accepted/ok at rcpt 250'],
    ['mail-refused', 'rejected/refused-sender at mail 550 5.7.1'],
    ['rcpt-421', 'deferred/throttled at rcpt 421 4.7.0'],
    ['tls-demanded', 'accepted/ok at rcpt 250 2.1.5'],
    ['tls-demanded-at-rcpt', 'accepted/ok at rcpt 250 2.1.5'],
    ['tls-impossible', 'rejected/refused-us at mail 530 5.7.0'],
  ] as const)('%s: %s, with QUIT', async ([name, verdict]) => {
    const { verdicts, unasked, moveOn, received } = await askScripted(name);
    expect(verdicts).toEqual([verdict]);
    expect({ unasked, moveOn }).toEqual({ unasked: [], moveOn: null });
    expect(received.at(-1)).toBe('QUIT');
  });

  test('no answer: the connection is closed at RCPT', async () => {
    expect((await askScripted('rcpt-hang-up')).verdicts).toEqual(['no-answer/hang-up at rcpt']);
  });

  test('no answer: silence at RCPT, told QUIT without waiting', async () => {
    const { verdicts, received, session } = await askScripted('rcpt-silence', { hurryAfter: '250 2.1.0 Ok' });
    expect(verdicts).toEqual(['no-answer/timeout at rcpt']);
    expect(received.at(-1)).toBe('QUIT');
    expect(session?.durationMs).toBeLessThan(1000);
  });

  test('evidence has everything there is to know', async () => {
    const before = Date.now();
    const { results, session } = await askScripted('rejected-multi-line', { batch: { attempts: 2, spentMs: 1000 } });
    const { checkedAt, durationMs, ...rest } = results[0]!.evidence;
    expect(rest).toEqual({
      event: 'reply',
      stage: 'rcpt',
      replyCode: 550,
      enhancedCode: '5.1.1',
      replyText: 'The email account that you tried to reach does not exist. Please try again.',
      mxHost: 'mx.one.example',
      mxAddress: '127.0.0.1',
      site: 'one.example',
      catchAll: null,
      attempts: 3,
    });
    expect(checkedAt).toBeGreaterThanOrEqual(before);
    expect(durationMs).toBeGreaterThanOrEqual(1000);
    expect(session).toMatchObject({ tls: false });
  });

  test('the envelope sender is the one configured', async () => {
    const transcript = readTranscript('accepted').replace('MAIL FROM:<>', 'MAIL FROM:<probe@probe.example>');
    await using server = await startScriptedServer(transcript);
    const { verdicts } = await ask(server, { settings: { mailFrom: 'probe@probe.example' } });
    expect([verdicts, server.mismatches]).toEqual([['accepted/ok at rcpt 250 2.1.5'], []]);
  });

  test('never more than asking: no command of a transcript goes beyond RCPT', async () => {
    const { received } = await askScripted('accepted');
    expect(received.map((line) => line.split(/[ :]/, 1)[0])).toEqual(['EHLO', 'MAIL', 'RCPT', 'QUIT']);
  });
});

describe('however the bytes come', () => {
  test.for<[string, Delivery]>([
    ['bare line feeds', { lineEnd: '\n' }],
    ['two carriage returns', { lineEnd: '\r\r\n' }],
    ['byte by byte', { byteByByte: true }],
    ['byte by byte, bare line feeds', { lineEnd: '\n', byteByByte: true }],
  ])('%s', async ([, delivery]) => {
    const { verdicts } = await askScripted('rejected-multi-line', {}, delivery);
    expect(verdicts).toEqual(['rejected/no-such-mailbox at rcpt 550 5.1.1']);
  });
});

/** The last thing that the servers which fall silent let happen. */
const hurries: Readonly<Record<string, string>> = {
  'greeting-silence': 'connected',
  'ehlo-silence': '220 mx.one.example',
  'tls-silence': '220 2.0.0 Ready to start TLS',
};

describe('a server that takes no part', () => {
  test.for([
    ['greeting-554', 'rejected/refused-us at greeting 554 5.7.1'],
    ['greeting-421', 'deferred/throttled at greeting 421 4.3.2'],
    ['greeting-silence', 'no-answer/timeout at greeting'],
    ['greeting-hang-up', 'no-answer/hang-up at greeting'],
    ['greeting-reset', 'no-answer/hang-up at greeting'],
    ['not-smtp', 'no-answer/not-smtp at greeting'],
    ['changed-code', 'no-answer/not-smtp at greeting'],
    ['flood', 'no-answer/reply-too-long at ehlo'],
    ['ehlo-helo-refused', 'rejected/refused-us at ehlo 550 5.7.1'],
    ['ehlo-deferred', 'deferred/other-deferral at ehlo 451 4.3.0'],
    ['ehlo-silence', 'no-answer/timeout at ehlo'],
    ['tls-demanded-declined', 'deferred/throttled at starttls 454 4.7.0'],
  ] as const)('%s: %s, and nobody is judged by it', async ([name, verdict]) => {
    const { results, unaskedParts, moveOn, moveOnVerdict } = await askScripted(name, {
      recipients: ['alice@one.example', 'bob@one.example'],
      hurryAfter: hurries[name] ?? 'never',
    });
    expect(results).toEqual([]);
    expect(unaskedParts).toEqual(['alice', 'bob']);
    expect(moveOnVerdict).toBe(verdict);
    expect(moveOn).toMatchObject({ attempts: 1, mxHost: 'mx.one.example' });
  });

  test.for([
    ['greeting-554', 'QUIT'],
    ['ehlo-silence', 'QUIT'],
    ['ehlo-deferred', 'QUIT'],
    ['greeting-silence', undefined],
    ['not-smtp', undefined],
  ] as const)('%s: the last word is %s', async ([name, last]) => {
    const { received } = await askScripted(name, { hurryAfter: hurries[name] ?? 'never' });
    expect(received.at(-1)).toBe(last);
  });

  test('what another protocol says is kept, in words', async () => {
    const { moveOn } = await askScripted('not-smtp');
    expect(moveOn?.replyText).toBe('not an SMTP reply: SSH-2.0-OpenSSH_9.2p1 Debian-2');
  });
});

describe('no connection', () => {
  test('refused', async () => {
    const server = await startScriptedServer('*: silence');
    await server[Symbol.asyncDispose]();
    const { moveOnVerdict, session, unaskedParts } = await ask({ port: server.port, closed });
    expect([moveOnVerdict, session, unaskedParts]).toEqual([
      'unreachable/connection-refused at connect',
      null,
      ['alice'],
    ]);
  });

  test('within the connect deadline, or not at all', async () => {
    const { moveOnVerdict, session } = await ask(
      { port: 9, closed },
      { connect: () => new Socket(), settings: { connectTimeoutMs: 30 } },
    );
    expect([moveOnVerdict, session]).toEqual(['unreachable/connection-timeout at connect', null]);
  });

  test('interrupted while connecting: at once, nobody judged', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    const outcome = await ask({ port: 9, closed }, { connect: () => new Socket(), signal: abort.signal });
    expect([outcome.unaskedParts, outcome.moveOn, outcome.session]).toEqual([['alice'], null, null]);
  });

  test.for([
    ['EHOSTUNREACH', 'unreachable/network-unreachable at connect'],
    ['ENETUNREACH', 'unreachable/network-unreachable at connect'],
    ['ETIMEDOUT', 'unreachable/connection-timeout at connect'],
    ['ECONNREFUSED', 'unreachable/connection-refused at connect'],
    ['ECONNRESET', 'no-answer/hang-up at greeting'],
  ] as const)('%s: %s', async ([code, verdict]) => {
    const { moveOnVerdict, unaskedParts } = await ask({ port: 9, closed }, { connect: () => failingSocket(code) });
    expect([moveOnVerdict, unaskedParts]).toEqual([verdict, ['alice']]);
  });

  test.for(['EMFILE', 'EADDRINUSE'])('%s is our fault, not the server’s', async (code) => {
    const asked = ask({ port: 9, closed }, { connect: () => failingSocket(code) });
    await expect(asked).rejects.toThrow('cannot open connections');
  });

  test('not from an address of the other IP version', async () => {
    const { moveOnVerdict } = await ask({ port: 9, closed }, { settings: { sourceAddress: '::1' } });
    expect(moveOnVerdict).toBe('unreachable/network-unreachable at connect');
  });

  test('a source address that is not ours is our fault, not the server’s', async () => {
    const asked = ask({ port: 9, closed }, { settings: { sourceAddress: '192.0.2.1' } });
    await expect(asked).rejects.toThrow('cannot open connections');
  });

  test('forbidden addresses are not connected to', async () => {
    await using server = await startScriptedServer(readTranscript('accepted'));
    const { moveOn, session } = await ask(server, { forbidden: true });
    expect(moveOn).toMatchObject({ event: 'forbidden-network', stage: 'connect', attempts: 0 });
    expect([session, server.peers]).toEqual([null, []]);
  });

  test('no time left', async () => {
    await using server = await startScriptedServer(readTranscript('accepted'));
    const { moveOnVerdict } = await ask(server, { batch: { spentMs: 5000 } });
    expect([moveOnVerdict, server.peers]).toEqual(['unreachable/connection-timeout at connect', []]);
  });

  test('connects from the source address', async () => {
    await using server = await startScriptedServer(readTranscript('greeting-554'));
    await ask(server, { settings: { sourceAddress: '127.0.0.77' } });
    expect(server.peers).toEqual(['127.0.0.77']);
  });
});

describe('several recipients', () => {
  const three = ['alice@one.example', 'bob@one.example', 'carol@two.example'];

  test('one transaction a domain, RSET in between', async () => {
    const { verdicts, unasked } = await askScripted('three-recipients', { recipients: three });
    expect(unasked).toEqual([]);
    expect(verdicts).toEqual([
      'accepted/ok at rcpt 250 2.1.5',
      'rejected/no-such-mailbox at rcpt 550 5.1.1',
      'deferred/mailbox-busy at rcpt 450 4.2.1',
    ]);
  });

  test('a refused MAIL is about its domain’s recipients only, and each of them', async () => {
    const { verdicts } = await askScripted('mail-refused-once', { recipients: three });
    expect(verdicts).toEqual([
      'deferred/greylisted at mail 451 4.7.1',
      'deferred/greylisted at mail 451 4.7.1',
      'accepted/ok at rcpt 250 2.1.5',
    ]);
  });

  test.for([
    ['second-hang-up', 1, ['bob', 'carol']],
    ['second-421', 1, ['bob', 'carol']],
    ['stray-421', 1, ['bob', 'carol']],
    ['stray-reply', 1, ['bob', 'carol']],
    ['rcpt-hang-up', 1, ['bob', 'carol']],
    ['rcpt-421', 1, ['bob', 'carol']],
  ] as const)('%s: who was not answered is asked again', async ([name, results, unasked]) => {
    const outcome = await askScripted(name, { recipients: three });
    expect([outcome.results.length, outcome.unaskedParts, outcome.moveOn]).toEqual([results, unasked, null]);
  });

  test('a refused RSET ends the session', async () => {
    const outcome = await askScripted('rset-refused', { recipients: ['alice@one.example', 'carol@two.example'] });
    expect([outcome.verdicts, outcome.unaskedParts]).toEqual([['accepted/ok at rcpt 250 2.1.5'], ['carol']]);
  });

  test('too many recipients: those are asked again alone', async () => {
    const outcome = await askScripted('too-many-recipients', {
      recipients: ['alice@one.example', 'bob@one.example', 'dave@one.example'],
    });
    expect(outcome.verdicts).toEqual([
      'accepted/ok at rcpt 250 2.1.5',
      'rejected/no-such-mailbox at rcpt 550 5.1.1',
      'accepted/ok at rcpt 250 2.1.5',
    ]);
  });

  test('too many recipients, alone: that is the answer', async () => {
    const outcome = await askScripted('bare-552', { recipients: ['alice@one.example', 'bob@one.example'] });
    expect(outcome.verdicts).toEqual(['accepted/ok at rcpt 250 2.1.5', 'rejected/unspecified at rcpt 552']);
  });

  test('leaves after eight refusals', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `u${i}@one.example`);
    const { results, unaskedParts, received } = await askScripted('patience', { recipients: names });
    expect([results.length, unaskedParts, received.at(-1)]).toEqual([8, ['u8', 'u9'], 'QUIT']);
  });

  test('SMTPUTF8 goes with those that need it', async () => {
    const outcome = await askScripted('smtputf8', { recipients: ['jürgen@one.example', 'alice@one.example'] });
    expect(outcome.verdicts).toEqual(['accepted/ok at rcpt 250', 'accepted/ok at rcpt 250']);
  });

  test('without SMTPUTF8 who needs it is skipped', async () => {
    const outcome = await askScripted('no-smtputf8', { recipients: ['jürgen@one.example', 'alice@one.example'] });
    expect(outcome.verdicts).toEqual(['skipped/no-smtputf8 at mail', 'accepted/ok at rcpt 250']);
  });
});

describe('STARTTLS', () => {
  const opportunistic = { settings: { tls: 'opportunistic' } } as const;

  test('where it is offered, when told so; the name asked for is the exchanger’s', async () => {
    const { verdicts, session, lines, serverNames } = await askScripted('tls-opportunistic', opportunistic);
    expect(serverNames).toEqual(['mx.one.example']);
    expect([verdicts, session?.tls]).toEqual([['accepted/ok at rcpt 250 2.1.5'], true]);
    expect(lines.map(({ text }) => text).join('\n')).toMatch(/^TLSv1\.3 .*, certificate self-signed$/m);
  });

  test('never, when told so', async () => {
    const [upToDemand = ''] = readTranscript('tls-demanded').split('C: STARTTLS');
    await using server = await startScriptedServer(`${upToDemand}C: QUIT\nS: 221 Bye\n*: close`);
    const { verdicts } = await ask(server, { settings: { tls: 'never' } });
    expect([verdicts, server.mismatches]).toEqual([['rejected/refused-us at mail 530 5.7.0'], []]);
  });

  test('an offer that is taken back is no loss', async () => {
    const { verdicts, session } = await askScripted('tls-declined', opportunistic);
    expect([verdicts, session?.tls]).toEqual([['accepted/ok at rcpt 250 2.1.5'], false]);
  });

  test('what was slipped in before the handshake does not count', async () => {
    const { verdicts } = await askScripted('tls-injection', opportunistic);
    expect(verdicts).toEqual(['rejected/no-such-mailbox at rcpt 550 5.1.1']);
  });

  test.for(['tls-broken', 'tls-silence'])(
    '%s: not held against the server, which is asked in plain text',
    async (name) => {
      const memory = new ServerMemory();
      const outcome = await askScripted(name, { ...opportunistic, memory, hurryAfter: hurries[name] ?? 'never' });
      expect([outcome.again, outcome.moveOn, outcome.unaskedParts]).toEqual([true, null, ['alice']]);
      const { verdicts, session } = await askScripted('accepted', { ...opportunistic, memory });
      expect([verdicts, session?.tls]).toEqual([['accepted/ok at rcpt 250 2.1.5'], false]);
    },
  );

  test('a server that demands TLS and cannot do it gives no answer', async () => {
    const memory = new ServerMemory();
    memory.noteTlsFailure('127.0.0.1');
    const transcript = readTranscript('tls-demanded').replace('*: starttls', '*: not tls');
    const { moveOnVerdict } = await askTranscript(transcript, { ...opportunistic, memory });
    expect(moveOnVerdict).toBe('no-answer/tls-failed at starttls');
  });

  test('the trace tells what the certificate is worth', async () => {
    const { trace } = await askScripted('tls-opportunistic', opportunistic);
    expect(trace?.tls).toEqual({ protocol: 'TLSv1.3', cipher: expect.any(String), certificate: 'self-signed' });
    expect((await askScripted('accepted')).trace?.tls).toBeNull();
  });
});

describe('time', () => {
  test('the time of a sender counts over all its attempts', async () => {
    const { moveOnVerdict } = await askScripted('greeting-silence', { batch: { spentMs: 4970 } });
    expect(moveOnVerdict).toBe('no-answer/timeout at greeting');
  });

  test('a reply that trickles in does not extend its deadline', async () => {
    await using server = await startScriptedServer(
      '*: send 220-wa\n*: pause\n*: send it\n*: pause\n*: send ing\n*: silence',
    );
    const { moveOnVerdict } = await ask(server, { settings: { replyTimeoutMs: 30 } });
    expect(moveOnVerdict).toBe('no-answer/timeout at greeting');
  });
});

describe('interrupted', () => {
  test('before it began', async () => {
    await using server = await startScriptedServer(readTranscript('accepted'));
    const outcome = await ask(server, { signal: AbortSignal.abort() });
    expect([outcome.unaskedParts, outcome.moveOn, server.peers]).toEqual([['alice'], null, []]);
  });

  test('while the greeting is waited for: at once, nobody judged', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    const { unaskedParts, moveOn, received } = await askScripted('greeting-silence', { signal: abort.signal });
    expect([unaskedParts, moveOn, received]).toEqual([['alice'], null, []]);
  });

  test('while asking: after the reply under way, with QUIT', async () => {
    const abort = new AbortController();
    const { verdicts, unaskedParts, received } = await askScripted('accepted', {
      recipients: ['alice@one.example', 'bob@one.example'],
      signal: abort.signal,
      onLine: ({ text }) => text.startsWith('RCPT') && abort.abort(),
    });
    expect([verdicts, unaskedParts]).toEqual([['accepted/ok at rcpt 250 2.1.5'], ['bob']]);
    expect(received.at(-1)).toBe('QUIT');
  });

  test.for([
    ['ehlo-silence', /^EHLO/, 'on-demand'],
    ['rcpt-silence', /^RCPT/, 'on-demand'],
    ['tls-silence', /^220 2\.0\.0 Ready/, 'opportunistic'],
  ] as const)('while a silent server is waited for: soon, nobody judged (%s)', async ([script, line, tls]) => {
    const abort = new AbortController();
    const started = Date.now();
    const { verdicts, unaskedParts, moveOn } = await askScripted(script, {
      signal: abort.signal,
      settings: { tls, replyTimeoutMs: 60_000, senderTimeoutMs: 60_000 },
      onLine: ({ text }) => line.test(text) && setTimeout(() => abort.abort(), 30),
    });
    expect([verdicts, unaskedParts, moveOn]).toEqual([[], ['alice'], null]);
    expect(Date.now() - started).toBeLessThan(20_000);
  });
});

test('many sessions at once over one signal: no warning, no listener left', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  const { signal } = new AbortController();
  await using server = await startScriptedServer(readTranscript('accepted'));
  const asked = Array.from({ length: 30 }, () => probeOne(server.port, signal));
  for (const { results } of await Promise.all(asked)) expect(results).toHaveLength(1);
  await nextTurn();
  process.off('warning', note);
  expect(warnings).toEqual([]);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('trace', () => {
  test('the whole conversation, line by line', async () => {
    const { trace, lines } = await askScripted('greylisted');
    expect(trace?.server.host).toBe('mx.one.example');
    expect(trace?.lines).toEqual(lines);
    expect(lines.map(({ dir, text }) => `${dir}: ${text.replace(/:\d+$/, '')}`)).toEqual([
      '*: connecting to mx.one.example [127.0.0.1]',
      '*: connected',
      'S: 220 mx.one.example ESMTP',
      'C: EHLO probe.example',
      'S: 250-mx.one.example greets probe.example',
      'S: 250-STARTTLS',
      'S: 250 ENHANCEDSTATUSCODES',
      'C: MAIL FROM:<>',
      'S: 250 2.1.0 Ok',
      'C: RCPT TO:<alice@one.example>',
      'S: 450 4.2.0 <alice@one.example>: Recipient address rejected: Greylisted',
      'C: QUIT',
      'S: 221 2.0.0 Bye',
      '*: closed',
    ]);
  });
});

describe('what is not one printable line is a bug, and never reaches the wire', () => {
  test.for([
    ['a\r\nDATA', false],
    ['a\nb', false],
    ['a\u0000b', false],
    ['a\u007fb', false],
    ['jürgen', false],
    ['jü\r\nDATA', true],
    ['jü\u0085b', true],
    ['jü\u2028b', true],
    ['jü\ud800b', true],
  ] as const)('%j, SMTPUTF8 %s', async ([localPart, smtputf8]) => {
    await using server = await startScriptedServer(readTranscript('smtputf8'));
    const asked = ask(server, { mailboxes: [{ localPart, domain: 'one.example', smtputf8 }] });
    await expect(asked).rejects.toThrow('not a command line');
    await server.closed();
    expect(server.received.map((line) => line.split(/[ :]/, 1)[0])).toEqual(['EHLO', 'MAIL', 'QUIT']);
  });
});
