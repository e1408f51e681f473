import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sliceOf } from '../find-bytes.js';
import { LiveMessages } from '../live-messages.js';
import { LogClock } from '../log-clock.js';
import type { MailEvents } from '../mail-events.js';
import { createScanMemory } from '../log-scanner.js';
import { MailLogReader } from '../mail-log.js';
import { LineSplitter } from '../split-lines.js';
import type { BlockFeeder } from '../threads/read-in-blocks.js';
import { createFeeder } from '../threads/read-large-log.js';
import { exim, eximFile } from './exim.js';
import type { ParserContext } from './format.js';

type Kind = 'file' | 'syslog';

/** What a log tells, as `word address`; `''` is the null reverse-path. */
function eventsOf(log: Buffer | string, kind: Kind = 'file', chunkLength = 0): string[] {
  const bytes = Buffer.from(log);
  const heard: string[] = [];
  const splitter = splitterFor(kind, contextFor(heard));
  const step = chunkLength || bytes.length || 1;
  for (let at = 0; at < bytes.length; at += step) splitter.push(bytes.subarray(at, at + step));
  splitter.end();
  return heard;
}

const memory = createScanMemory();

function splitterFor(kind: Kind, context: ParserContext): LineSplitter | BlockFeeder {
  const clock = new LogClock({ start: null, end: Date.UTC(2026, 11, 1) });
  if (kind === 'file') return new LineSplitter(eximFile.createReader(context.events, context.live, clock));
  return createFeeder(new MailLogReader([exim], context, clock), memory, null);
}

function contextFor(heard: string[]): ParserContext {
  const hear = (word: string) => (bytes: DataView, start: number, end: number) =>
    void heard.push(`${word} ${sliceOf(bytes, start, end).toString()}`);
  const events: MailEvents = {
    accepted: hear('accepted'),
    submitted: hear('submitted'),
    corresponded: hear('corresponded'),
    rejected: hear('rejected'),
    counted: hear('counted'),
    malformed: () => void heard.push('malformed'),
  };
  return { events, live: new LiveMessages() };
}

const stamp = '2026-11-23 09:23:20';
const id = '1xVQGe-00008s-0I';
const client = 'H=mail.sender.example (mail) [192.0.2.1]';

describe('the beginning of a line', () => {
  test.for([
    ['as installed', `${stamp} ${id} `],
    ['milliseconds', `${stamp}.091 ${id} `],
    ['zone', `${stamp} -0330 ${id} `],
    ['pid', `${stamp} [550] ${id} `],
    ['all of them', `${stamp}.091 +0000 [550] ${id} `],
    ['an id of Exim 4.97', `${stamp} 10HmaX-000000005vi-0000 `],
    ['a tag with a pid, and the pid again', `${stamp} mx.corp.example exim[550]: [550] ${id} `],
  ])('file: %s', ([, start]) => {
    expect(eventsOf(`${start}<= a@b.example ${client} P=esmtp S=1`)).toEqual(['accepted a@b.example']);
  });

  test.for([
    ['RFC 3164, time twice', `Nov 23 09:23:20 mx exim[550]: ${stamp} ${id} `],
    ['RFC 3164, time once', `Nov 23 09:23:20 mx exim[550]: ${id} `],
    ['RFC 3164, everything twice', `Nov 23 09:23:20 mx exim[550]: ${stamp}.091 +0000 [550] ${id} `],
    ['ISO', `2026-11-23T09:23:20.091+00:00 mx exim4[550]: ${stamp} ${id} `],
    ['RFC 5424', `<22>1 2026-11-23T09:23:20.091+00:00 mx exim 550 - -  ${stamp} ${id} `],
    ['the first of several parts', `Nov 23 09:23:20 mx exim[550]: [1/2] ${stamp} ${id} `],
  ])('syslog: %s', ([, start]) => {
    expect(eventsOf(`${start}<= a@b.example ${client} P=esmtp S=1`, 'syslog')).toEqual(['accepted a@b.example']);
  });

  test.for([
    ['no stamp', `${id} `],
    ['a date only', `2026-11-23 ${id} `],
    ['no message id', `${stamp} `],
    ['a word for a message id', `${stamp} 1xVQGe_00008s_0I `],
    ['the header of refused mail', `  Subject: ${stamp} ${id} `],
    ['a later line of a header', `\t${stamp} ${id} `],
  ])('nothing where there is %s', ([, start]) => {
    expect(eventsOf(`${start}<= a@b.example ${client} P=esmtp S=1`)).toEqual([]);
  });
});

test.for([
  ['from elsewhere', `a@b.example ${client} P=esmtp S=1`, 'accepted a@b.example'],
  ['the null sender', `<> ${client} P=esmtp S=1`, 'accepted '],
  ['a bounce of our own', `<> R=${id} U=Debian-exim P=local S=1`, 'submitted '],
  ['quoted', `"a b <= c@d.example U=x P=local "@e.example ${client} P=smtp S=1`, 'accepted "a b <= c@d.example U=x P=local "@e.example'],
  ['quoted later', `x."a b"@e.example ${client} P=smtp S=1`, 'accepted x."a b"@e.example'],
  ['quoted quote', String.raw`"a\" b"@e.example ${client} P=smtp S=1`, String.raw`accepted "a\" b"@e.example`],
  ['an apostrophe', `o'neil@b.example ${client} P=smtp S=1`, "accepted o'neil@b.example"],
  ['SMTPUTF8', `用户@bücher.example ${client} P=utf8esmtp S=1`, 'accepted 用户@bücher.example'],
  ['the subject is a trap', `a@b.example ${client} P=esmtp S=1 T="x <= h@trap.example U=x P=local A=x:y" from <o@trap.example> for c@d.example`, 'accepted a@b.example'],
  ['the Message-ID is a trap', `a@b.example ${client} P=esmtp S=1 id="P=local H=[127.0.0.1]"@trap.example`, 'accepted a@b.example'],
  ['rewritten', `new@b.example ${client} P=esmtp S=1 from <old@b.example> for c@d.example`, 'accepted new@b.example'],
  ['refused for show', `a@b.example ${client} P=esmtp S=1`, 'accepted a@b.example', '(='],
  ['loopback in HELO', 'a@b.example H=([127.0.0.1]) [192.0.2.1]:47320 P=esmtp S=1', 'accepted a@b.example'],
  ['loopback is where it came to', 'a@b.example H=(x) [192.0.2.1]:47320 I=[127.0.0.1]:25 P=esmtp S=1', 'accepted a@b.example'],
  ['a certificate is a trap', `a@b.example ${client} P=esmtps X=TLS1.3 CV=no DN="/CN=x A=plain:y" S=1`, 'accepted a@b.example'],
  ['over loopback', 'a@b.example H=localhost (x) [127.0.0.1]:4711 P=esmtp S=1', 'submitted a@b.example'],
  ['over loopback, no HELO', 'a@b.example H=[127.0.0.1] P=smtp S=1', 'submitted a@b.example'],
  ['over IPv6 loopback', 'a@b.example H=localhost (x) [::1] P=esmtp S=1', 'submitted a@b.example'],
  ['authenticated', `a@b.example ${client} P=esmtpsa X=TLS1.3 CV=no A=plain:a@b.example S=1`, 'submitted a@b.example'],
  ['authenticated, no name told', `a@b.example ${client} P=utf8esmtpa S=1`, 'submitted a@b.example'],
  ['authenticated, before Exim 4.50', `a@b.example ${client} P=asmtp A=login:a S=1`, 'submitted a@b.example'],
  ['authenticated by other means', `a@b.example ${client} P=esmtp A=xclient:a S=1`, 'submitted a@b.example'],
  ['a local user', '"spaced user"@b.example U=spaced user P=local S=1', 'submitted "spaced user"@b.example'],
  ['local SMTP', 'a@b.example U=x P=local-esmtp S=1', 'submitted a@b.example'],
  ['a local filter', 'a@b.example U=mail P=spam-scanned S=1', 'submitted a@b.example'],
  ['cut off', 'a@b.exam', 'malformed'],
  ['cut off in quotes', '"a b@c.exam', 'malformed'],
  ['nothing there', '', 'malformed'],
] as const)('arrival: %s', ([, text, event, flag = '<=']) => {
  expect(eventsOf(`${stamp} ${id} ${flag} ${text}`)).toEqual([event]);
}); // prettier-ignore

describe('deliveries', () => {
  const arrival = `${stamp} ${id} <= a@b.example ${client} P=esmtp S=1`;
  const delivery = (text: string): string => `${stamp} ${id} ${text}`;
  const remote = 'R=dns T=smtp S=1 H=mx.far.example [198.51.100.9] X=TLS1.3 C="250 OK"';

  test.for([
    ['counts once', ['=> c <c@d.example> F=<a@b.example> P=<p@b.example> R=users T=local', '-> e@d.example F=<a@b.example> R=x T=y'], ['accepted a@b.example']],
    ['the null sender', ['=> c <c@d.example> F=<> P=<> R=users T=local'], ['accepted ']],
    ['failed', ['** c@d.example F=<a@b.example> R=x T=y H=m [198.51.100.9]: SMTP error: 550 F=<remote@trap.example>'], ['accepted a@b.example']],
    ['failed at once', ['** c@d.example F=<>: Unrouteable address'], ['accepted ']],
    ['quoted', ['=> c@d.example F=<"a> R=x"@b.example> R=users T=local'], ['accepted "a> R=x"@b.example']],
    ['not named', ['=> c <c@d.example> R=users T=local', '** c@d.example R=x: 550 F=<remote@trap.example>'], []],
    ['the return path only', ['=> c <c@d.example> P=<p@b.example> R=users T=local'], []],
    ['deferred', ['== c@d.example R=x T=y defer (-44): SMTP error: 450 F=<remote@trap.example> R=x'], []],
    ['before the arrival (cutthrough)', ['>> c@d.example F=<a@b.example> R=x T=y'], []],
    ['cut off', ['=> c@d.example F=<a@b.exa'], ['malformed']],
  ] as const)('where the log does not show the arrival: %s', ([, lines, events]) => {
    expect(eventsOf(lines.map(delivery).join('\n'))).toEqual(events);
  }); // prettier-ignore

  test('where it does, and after the message has left the queue', () => {
    const lines = [arrival, delivery('=> c@d.example F=<a@b.example> R=x T=y'), delivery('Completed QT=1s'), arrival];
    expect(eventsOf(lines.join('\n'))).toEqual(['accepted a@b.example', 'accepted a@b.example']);
  });

  test('the same arrival twice', () => {
    expect(eventsOf(`${arrival}\n${arrival}`)).toEqual(['accepted a@b.example']);
  });

  test.for([
    ['a mail server elsewhere', `=> c@far.example ${remote}`, 'c@far.example'],
    ['in the same transaction', `-> c@far.example ${remote}`, 'c@far.example'],
    ['forwarded', `=> c@far.example <c@b.example> F=<a@b.example> P=<a@b.example> ${remote}`, 'c@far.example'],
    ['with its port', '=> c@far.example R=dns T=smtp H=m.example [2001:db8::9]:25 C="250 OK"', 'c@far.example'],
    ['quoted', `=> "c d"@far.example ${remote}`, '"c d"@far.example'],
    ['a mailbox here', '=> c <c@b.example> R=users T=local', null],
    ['a mailbox here, with a host', '=> c@b.example R=users T=local H=mx.b.example', null],
    ['a filter on this machine', '=> c@far.example R=filter T=amavis H=localhost [127.0.0.1]:10024 C="250 OK"', null],
    ['a filter elsewhere', '=> c@far.example R=filter T=amavis H=f [192.0.2.7]:10024 C="250 OK"', null],
    ['what the server said', '=> c <c@b.example> R=users T=lmtp C="250 OK H=x [198.51.100.9]"', null],
    ['a test without delivery', `*> c@far.example ${remote}`, null],
    ['a refusal', `** c@far.example ${remote}`, null],
    ['a pipe', `=> |/bin/x <c@b.example> ${remote}`, null],
  ])('correspondents of own users: %s', ([, text, recipient]) => {
    const log = `${stamp} ${id} <= a@b.example U=a P=local S=1\n${delivery(String(text))}`;
    const learnt = recipient === null ? [] : [`corresponded ${recipient}`];
    expect(eventsOf(log)).toEqual(['submitted a@b.example', ...learnt]);
  });

  test('no correspondents of others, nor of the null sender', () => {
    const bounce = `${stamp} ${id} <= <> R=${id} U=Debian-exim P=local S=1`;
    expect(eventsOf([arrival, delivery(`=> c@far.example ${remote}`)].join('\n'))).toEqual(['accepted a@b.example']);
    expect(eventsOf([bounce, delivery(`=> c@far.example ${remote}`)].join('\n'))).toEqual(['submitted ']);
  });
});

describe('mail that a content filter hands back', () => {
  const own = `${stamp} ${id} <= a@b.example U=a P=local S=1 id=m1@b.example`;
  const sent = `${stamp} 1xVQGe-00009s-0I => c@far.example R=dns T=smtp H=m [198.51.100.9] C="250 OK"`;
  const first = `${stamp} ${id} <= a@b.example ${client} P=esmtp S=1 id=m1@b.example`;
  const handedBack = (sender: string, messageId: string): string =>
    `${stamp} 1xVQGe-00009s-0I <= ${sender} H=localhost (x) [127.0.0.1] P=scanned-ok S=1 id=${messageId} T="x"`;

  test.for([
    ['the copy does not count', handedBack('a@b.example', 'm1@b.example'), 1],
    ['another sender does', handedBack('c@b.example', 'm1@b.example'), 2],
    ['another message does', handedBack('a@b.example', 'm2@b.example'), 2],
    ['so does the same one from elsewhere', first.replace('00008s', '00010s'), 2],
  ] as const)('%s', ([, second, count]) => {
    expect(eventsOf(`${first}\n${second}`)).toHaveLength(count);
  });

  test('the copy of an own message makes correspondents, that of another does not', () => {
    const copy = handedBack('a@b.example', 'm1@b.example');
    expect(eventsOf([own, copy, sent].join('\n'))).toEqual(['submitted a@b.example', 'corresponded c@far.example']);
    expect(eventsOf([first, copy, sent].join('\n'))).toEqual(['accepted a@b.example']);
  });
});

test.for([
  ['RCPT', `${client} F=<a@b.example> rejected RCPT <c@d.example>: relay not permitted`, 'a@b.example'],
  ['RCPT for now', `${client} F=<a@b.example> temporarily rejected RCPT <c@d.example>: greylisted`, 'a@b.example'],
  ['RCPT, no reason', 'U=CALLER F=<a@b.example> rejected RCPT <c@d.example>', 'a@b.example'],
  ['the null sender', `${client} F=<> rejected RCPT <c@d.example>: Unrouteable address`, ''],
  ['quoted', `${client} F=<"a> b"@b.example> rejected RCPT <c@d.example>: no`, '"a> b"@b.example'],
  ['everything logged', 'H=x (y) [192.0.2.1]:3755 I=[203.0.113.25]:25 Ci=7326 X=TLS1.2:AES:256 CV=no SNI="mx" F=<a@b.example> A=plain:a rejected RCPT <c@d.example>: no', 'a@b.example'],
  ['DNSSEC logged', ' DSH=x [192.0.2.1] F=<a@b.example> rejected RCPT <c@d.example>: no', 'a@b.example'],
  ['before brackets', 'H=(x) [192.0.2.1]:3755 I=[203.0.113.25]:25 F=a@b.example rejected RCPT c@d.example: no', 'a@b.example'],
  ['DATA', `${client} F=<a@b.example> rejected DATA: no`, 'a@b.example'],
  ['after DATA', `${id} ${client} F=<a@b.example> rejected after DATA: F=<reason@trap.example> rejected RCPT`, 'a@b.example'],
  ['MIME', `${id} ${client} F=<a@b.example> rejected during MIME ACL checks: no`, 'a@b.example'],
  ['not over SMTP', `${id} F=<a@b.example> rejected by non-SMTP ACL: no`, 'a@b.example'],
  ['local_scan', `${id} F=a@b.example ${client} P=smtp rejected by local_scan(): no`, 'a@b.example'],
  ['local_scan, null sender', `${id} F=<> ${client} P=smtp temporarily rejected by local_scan(): no`, ''],
  ['MAIL', `${client} rejected MAIL <a@b.example>: no`, 'a@b.example'],
  ['MAIL for now, with parameters', `${client} temporarily rejected MAIL <a@b.example> SIZE=1: no`, 'a@b.example'],
  ['MAIL without brackets', `${client} rejected MAIL a@b.example: no`, 'a@b.example'],
  ['announced size', `rejected MAIL FROM:<a@b.example> ${client}: message too big: size=9 max=1`, 'a@b.example'],
  ['real size', `${id} rejected from <a@b.example> ${client}: message too big: read=9 max=1`, 'a@b.example'],
  ['no domain', `unqualified sender rejected: <root> ${client}`, 'root'],
  ['recipients', `too many recipients: message rejected: sender=<a@b.example> ${client}`, 'a@b.example'],
  ['excess recipients', `too many recipients: excess temporarily rejected: sender=<a@b.example> ${client}`, 'a@b.example'],
  ['sender verification', `${client} sender verify fail for <a@b.example>: Unrouteable address`, 'a@b.example'],
  ['sender verification for now, no reason', 'U=CALLER sender verify defer for <a@b.example>', 'a@b.example'],
  ['the name in HELO is a trap', 'H=(from=<h@trap.example>) [192.0.2.1] F=<a@b.example> rejected RCPT <c@d.example>: no', 'a@b.example'],
  ['a connection', `${client} rejected connection in "connect" ACL: F=<reason@trap.example> rejected`, null],
  ['EHLO', `${client} rejected EHLO or HELO from=<h@trap.example>: no`, null],
  ['a command', 'rejected MAIL from (x) [192.0.2.1]: no HELO/EHLO given', null],
  ['discarded', `${client} F=<a@b.example> RCPT <c@d.example>: discarded by RCPT ACL: not rejected `, null],
  ['a warning', `${client} Warning: F=<a@trap.example> rejected RCPT`, null],
  ['an unfinished transaction', `${client} incomplete transaction (QUIT) from <a@b.example>`, null],
  ['a remote server, trying to deliver', `${id} H=m [192.0.2.9]: SMTP error: 550 F=<remote@trap.example> rejected RCPT <c@d.example>`, null],
  ['a rewriting', '"a@trap.example" from env-from rewritten as "a@b.example" by rule 1', null],
  ['time out', `${id} SMTP data timeout (message abandoned) on connection from ${client} F=<a@b.example>`, null],
])('refusal: %s', ([, text, sender]) => {
  const events = sender === null ? [] : [`rejected ${sender}`];
  expect(eventsOf(`${stamp} ${text}`)).toEqual(events);
  expect(eventsOf(`Nov 23 09:23:20 mx exim[550]: ${stamp} ${text}`, 'syslog')).toEqual(events);
}); // prettier-ignore

describe('a refusal is counted once', () => {
  const refusal = `${client} F=<a@b.example> rejected RCPT <c@d.example>: Sender verify failed`;
  const verification = `${client} sender verify fail for <a@b.example>: Unrouteable address`;
  const once = ['rejected a@b.example'];
  const twice = [...once, ...once];

  test.for([
    ['main log and reject log', [refusal, refusal], once],
    ['another recipient', [refusal, refusal.replace('c@d', 'e@d')], twice],
    ['announced', [verification, refusal], once],
    ['announced, with TLS', [verification, refusal.replace(' F=', ' X=TLS1.3 CV=no F=')], once],
    ['announced, another recipient', [verification, refusal, refusal.replace('c@d', 'e@d')], twice],
    ['announced to another client', [verification, refusal.replaceAll('192.0.2.1', '192.0.2.2')], twice],
    ['announced in both logs', [verification, refusal, verification, refusal], once],
    ['announced twice in syslog', [verification, verification, refusal, refusal], once],
  ] as const)('%s', ([, lines, events]) => {
    expect(eventsOf(lines.map((line) => `${stamp} ${line}`).join('\n'))).toEqual(events);
    expect(eventsOf(lines.map((line) => `Nov 23 09:23:20 mx exim[5]: ${line}`).join('\n'), 'syslog')).toEqual(events);
  });

  test('not in another second', () => {
    expect(eventsOf(`${stamp} ${refusal}\n${stamp.replace(':20', ':21')} ${refusal}`)).toEqual(twice);
  });

  test('across files', () => {
    const heard: string[] = [];
    const context = contextFor(heard);
    for (let file = 0; file < 2; file++) {
      const splitter = splitterFor('file', context);
      splitter.push(Buffer.from(`${stamp} ${refusal}\n`));
    }
    expect(heard).toEqual(once);
  });
});

describe('the envelope in a reject log', () => {
  const header = ['Envelope-from: <a@b.example>', 'Envelope-to: <c@d.example>', 'P Received: from x', '\tby y'];

  test.for([
    ['tells the sender where the first line does not', `${id} rejected by something: no`, ['rejected a@b.example']],
    ['tells nothing new else', `${id} ${client} F=<a@b.example> rejected after DATA: no`, ['rejected a@b.example']],
    ['belongs to nothing', `${id} Completed`, []],
  ])('%s', ([, line, events]) => {
    expect(eventsOf([`${stamp} ${String(line)}`, ...header].join('\n'))).toEqual(events);
    const parts = [`${stamp} ${String(line)}`, ...header].map((part, i) => `[${i + 1}\\5] ${part}`);
    const syslog = parts.map((part) => `Nov 23 09:23:20 mx exim[550]: ${part}`);
    expect(eventsOf(syslog.join('\n'), 'syslog')).toEqual(events);
  });

  test('is not believed twice, nor where a header pretends to be one', () => {
    const first = `${stamp} ${id} rejected by something: no`;
    expect(eventsOf([first, ...header, ...header].join('\n'))).toEqual(['rejected a@b.example']);
    expect(eventsOf([first, '  Envelope-from: <a@trap.example>'].join('\n'))).toEqual([]);
    expect(eventsOf([first, 'Envelope-from: <a@b.exam'].join('\n'))).toEqual(['malformed']);
  });

  test('the rest of a long line is not read in syslog', () => {
    const rest = `Nov 23 09:23:20 mx exim[550]: [2/2] ${stamp} ${id} <= a@trap.example U=x P=local`;
    expect(eventsOf(rest, 'syslog')).toEqual([]);
  });
});

describe('recognising', () => {
  test.for([
    ['an arrival', `${stamp} ${id} <= a@b.example U=x P=local S=1`],
    ['everything logged', `${stamp}.091 +0000 [550] ${id} Completed`],
    ['a start', `${stamp} exim 4.96 daemon started: pid=1, -q30m, listening for SMTP on port 25 (IPv4)`],
    ['a queue run', `${stamp} Start queue run: pid=1`],
    ['a refusal', `${stamp} ${client} F=<a@b.example> rejected RCPT <c@d.example>: no`],
    ['guessed passwords', `${stamp} dovecot_login authenticator failed for (x) [192.0.2.1]: 535 Incorrect`],
  ])('%s', ([, line]) => {
    expect(eximFile.recognise([String(line)])).toBe(true);
  });

  test.for([
    ['syslog', `Nov 23 09:23:20 mx exim[1]: ${stamp} ${id} Completed`],
    ['some log', `${stamp} INFO started`],
    ['an address', 'a@b.example'],
    ['no stamp', `${id} <= a@b.example`],
  ])('not %s', ([, line]) => {
    expect(eximFile.recognise([String(line)])).toBe(false);
  });
});

/** Pieces that log lines are made of, so that random lines come near real ones. */
const pieces = [
  `${stamp} `, `${stamp}.091 +0000 [550] `, 'Nov 23 09:23:20 mx exim[550]: ', '[2\\3] ', '[1/2] ', 'mx exim[1]: ', `${id} `, '10HmaX-000000005vi-0000 ',
  '<= ', '(= ', '=> ', '-> ', '** ', '== ', 'Completed', `${client} `, 'H=', ' [127.0.0.1]', 'U=x ', 'P=local ', ' P=esmtpa ', ' S=1', ' A=x', ' id=x',
  'F=<', ' F=', '>', '<', '<> ', 'a@b.example', '"a > b"@c.example', '"', '."', '\\', ' rejected ', 'rejected RCPT ', ' temporarily rejected MAIL <',
  'rejected from <', ' sender verify fail for <', 'too many recipients: ', ' sender=<', 'unqualified sender rejected: <', 'Envelope-from: <', ' C="', ': ',
  ' R=x', ' T=y', '\n', '\r\n', ' ',
]; // prettier-ignore
const logBytes = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...pieces) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join('')));
const kinds = ['file', 'syslog'] as const;

test.for(kinds)('no input makes the parser throw, or tell an address that is not in it: %s', (kind) => {
  fc.assert(
    fc.property(logBytes, (log) => {
      for (const event of eventsOf(log, kind)) {
        const address = event.slice(event.indexOf(' ') + 1);
        expect(event === 'malformed' || log.toString().includes(address)).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

test.for(kinds)('how the bytes are cut into chunks makes no difference: %s', (kind) => {
  fc.assert(
    fc.property(logBytes, fc.integer({ min: 1, max: 50 }), (log, chunkLength) => {
      expect(eventsOf(log, kind, chunkLength)).toEqual(eventsOf(log, kind));
    }),
    { numRuns: 2000 },
  );
});

test.for([
  ['real-exim-all-main.log', 'file'],
  ['real-exim-rfc3164.log', 'syslog'],
] as const)('chunks of any length: %s', ([name, kind]) => {
  const log = readFileSync(new URL(`../../../fixtures/logs/${name}`, import.meta.url));
  const whole = eventsOf(log, kind);
  for (const chunkLength of [1, 7, 64, 1000]) expect(eventsOf(log, kind, chunkLength)).toEqual(whole);
});

test('long lines of nothing but beginnings take linear time', () => {
  for (const piece of [' F=<', ' F=', ' H=', ' [', '."', '>', ': ', ' rejected MAIL <', ' id=', ' P=']) {
    const rest = piece.repeat(60_000 / piece.length);
    const log = [`${id} <= x`, `${id} => x`, `${client} F=<x`, client].map((start) => `${stamp} ${start}${rest}`);
    const before = performance.now();
    eventsOf(log.join('\n'));
    expect(performance.now() - before).toBeLessThan(500);
  }
});
