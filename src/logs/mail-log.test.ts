import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sliceOf } from './find-bytes.js';
import { postfix } from './formats/postfix.js';
import { sendmail } from './formats/sendmail.js';
import { LiveMessages } from './live-messages.js';
import { LogClock } from './log-clock.js';
import type { MailEvents } from './mail-events.js';
import { createScanMemory } from './log-scanner.js';
import { MailLogReader } from './mail-log.js';
import { createFeeder } from './threads/read-large-log.js';

const memory = createScanMemory();

/** What the parsers tell of a log, a word for each event and its sender; `''` is the null reverse-path. */
function eventsOf(log: Buffer, chunkLength = log.length || 1): string[] {
  const heard: string[] = [];
  const hear =
    (what: string) =>
    (bytes: DataView, start: number, end: number): void =>
      void heard.push(`${what} ${sliceOf(bytes, start, end).toString()}`);
  const rejected = hear('rejected');
  const events: MailEvents = {
    accepted: hear('accepted'),
    submitted: hear('submitted'),
    rejected: (bytes, start, end, _seconds, times) => {
      for (let i = 0; i < times; i++) rejected(bytes, start, end);
    },
    corresponded: hear('corresponded'),
    counted: () => heard.push('counted'),
    malformed: () => heard.push('malformed'),
  };
  const context = { events, live: new LiveMessages() };
  const clock = new LogClock({ start: null, end: Date.UTC(2026, 11, 1) });
  const splitter = createFeeder(new MailLogReader([postfix, sendmail], context, clock), memory, null);
  for (let at = 0; at < log.length; at += chunkLength) splitter.push(log.subarray(at, at + chunkLength));
  splitter.end();
  return heard;
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/logs/${name}`, import.meta.url));
}

test('Postfix: every trap', () => {
  expect(eventsOf(fixture('postfix-traps.log'))).toEqual([
    'accepted alice@Sender.example',
    'accepted alice@SENDER.EXAMPLE',
    'accepted otherhost@sender.example',
    'accepted "a>b, size=1, nrcpt=1 from=<q@trap.example>"@quirk.example',
    'accepted old style>x@quirk.example',
    'accepted ',
    'malformed',
    'rejected refused@sender.example',
    'rejected grey@sender.example',
    'rejected milter@sender.example',
    'rejected proxy@sender.example',
    'rejected header@sender.example',
    'rejected grey@sender.example',
    'rejected grey@sender.example',
    'rejected ',
    'submitted frank@corp.example',
    'submitted gina@corp.example',
    'submitted webapp@corp.example',
    'submitted double-bounce@corp.example',
    'accepted filtered@sender.example',
    'accepted proxied@sender.example',
  ]);
});

test('sendmail: every trap', () => {
  expect(eventsOf(fixture('sendmail-traps.log'))).toEqual([
    'accepted augie@corp.example',
    'accepted unbracketed@sender.example',
    'accepted solaris@sender.example',
    'accepted bsd@sender.example',
    String.raw`accepted "back\\slash"@quirk.example`,
    'accepted jörg@sender.example',
    'accepted "c, size=1, nrcpts=0"@quirk.example',
    'accepted ',
    'rejected nobody@sender.example',
    'rejected ghost@absent.example',
    'rejected lost@absent.example',
    'rejected milter@sender.example',
    'malformed',
    'submitted root',
    'submitted root@corp.example',
    'submitted cron@corp.example',
    'submitted gina@corp.example',
    'submitted hans@corp.example',
  ]);
});

const queued = '4jY0nh5J0TzJvJy: from=<a@b.example>, size=1, nrcpt=1 (queue active)';

describe('headers', () => {
  test.for([
    ['RFC 3164', `Nov 23 09:31:07 mx1 postfix/qmgr[165]: ${queued}`],
    ['RFC 3164 with a day that is not padded', `Nov 3 09:31:07 mx1 postfix/qmgr[165]: ${queued}`],
    ['RFC 3164 with priority', `<22>Nov 23 09:31:07 mx1 postfix/qmgr[165]: ${queued}`],
    ['RFC 3164 without a host', `Nov 23 09:31:07 postfix/qmgr[165]: ${queued}`],
    ['RFC 3164 without a pid', `Nov 23 09:31:07 mx1 postfix/qmgr: ${queued}`],
    ['ISO', `2026-11-23T09:31:07.123456+00:00 mx1 postfix/qmgr[165]: ${queued}`],
    ['ISO as journalctl writes it', `2026-11-23T09:31:07+0000 mx1 postfix/qmgr[165]: ${queued}`],
    ['RFC 5424, daemon cut off', `<22>1 2026-11-23T09:31:07.1+00:00 mx1 postfix 165 - -  ${queued}`],
    ['RFC 5424 without a time', `<22>1 - mx1 postfix 165 - - ${queued}`],
    ['RFC 5424 with data and mark', `<22>1 2026-11-23T09:31:07Z mx1 p 1 - [x@1 a="b] c" d="\\""][y] \u{FEFF}${queued}`],
    ['no stamp that is known', `%(day)s 09:31:07 mx1 postfix/qmgr[165]: ${queued}`],
    ['a container engine before it', `mail-1  | Nov 23 09:31:07 mx1 postfix/qmgr[165]: ${queued}`],
    ['CRLF', `Nov 23 09:31:07 mx1 postfix/qmgr[165]: ${queued}\r`],
    ['no line feed at the end', `Nov 23 09:31:07 mx1 postfix/qmgr[165]: 4jY0nh5J0TzJvJy: from=<a@b.example>`],
  ])('%s', ([, line = '']) => {
    expect(eventsOf(Buffer.from(line))).toEqual(['accepted a@b.example']);
  });

  test.for([
    ['nothing', ''],
    ['a header only', 'Nov 23 09:31:07 mx1 postfix/qmgr[165]:'],
    ['a header and a blank', 'Nov 23 09:31:07 mx1 postfix/qmgr[165]: '],
    ['RFC 5424 without a text', '<22>1 2026-11-23T09:31:07Z mx1 postfix 165 - -'],
    ['RFC 5424 cut off', '<22>1 2026-11-23T09:31:07Z mx1'],
    [
      'the id is quoted text',
      `Nov 23 09:31:07 mx1 postfix/smtp[1]: 4jY0: to=<x@y.example>, status=sent (250 ${queued})`,
    ],
    ['the id has a blank', 'Nov 23 09:31:07 mx1 postfix/smtpd[1]: what ever: from=<a@b.example>, size=1, nrcpt=1'],
    ['no id', 'Nov 23 09:31:07 mx1 postfix/smtpd[1]: from=<a@b.example>, size=1, nrcpt=1'],
    ['dovecot', 'Nov 23 09:31:07 mx1 dovecot: lmtp(1): Connect from local'],
  ])('nothing where there is %s', ([, line = '']) => {
    expect(eventsOf(Buffer.from(line))).toEqual([]);
  });
});

describe('own users behind a content filter that tells no queue id', () => {
  const start = 'Nov 23 09:31:07 mx1 postfix';
  const message = (id: string, origin: string, messageId: string, from: string): string[] => [
    `${start}/smtpd[1]: ${id}: ${origin}`,
    `${start}/cleanup[2]: ${id}: message-id=<${messageId}>`,
    `${start}/qmgr[3]: ${id}: from=<${from}>, size=1, nrcpt=1 (queue active)`,
  ];
  const loopback = 'client=localhost[127.0.0.1]';

  test.for([
    ['the copy does not count', [message('AAAAAA1', 'uid=0 from=<cron>', 'm1', 'c@x.example')], 'c@x.example', 1],
    ['another message does', [message('AAAAAA1', loopback, 'm1', 'c@x.example')], 'd@x.example', 2],
  ] as const)('%s', ([, first, sender, count]) => {
    const log = [...first.flat(), ...message('AAAAAA2', loopback, 'm1', sender)].join('\n');
    expect(eventsOf(Buffer.from(log))).toHaveLength(count);
  });
});

describe('correspondents, Postfix', () => {
  const start = 'Nov 23 09:31:07 mx1 postfix';
  const own = 'client=pc[198.51.100.7], sasl_method=PLAIN, sasl_username=gina';
  const sent = 'delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (250 OK)';
  const heard = (origin: string, from: string, delivery: string): string[] =>
    eventsOf(
      Buffer.from(
        `${start}/smtpd[1]: AAAAAA1: ${origin}\n` +
          `${start}/qmgr[3]: AAAAAA1: from=<${from}>, size=1, nrcpt=1 (queue active)\n` +
          `${start}/smtp[4]: AAAAAA1: ${delivery}\n`,
      ),
    ).filter((event) => event.startsWith('corresponded'));

  test.for([
    ['another host took it', own, `to=<x@far.example>, relay=mx.far.example[192.0.2.1]:25, ${sent}`, 'x@far.example'],
    ['over IPv6', own, `to=<x@far.example>, relay=mx.far.example[2001:db8::1]:25, ${sent}`, 'x@far.example'],
    ['by the relay host', own, `to=<x@far.example>, relay=out.example[192.0.2.1]:587, ${sent}`, 'x@far.example'],
    ['Postfix before 2.3', own, `to=<x@far.example>, relay=mx[192.0.2.1], delay=1, status=sent (ok)`, 'x@far.example'],
    ['an alias', own, `to=<x@far.example>, orig_to=<y@z>, relay=mx[192.0.2.1]:25, ${sent}`, 'x@far.example'],
    ['quotes', own, `to=<"a>, relay=b"@q.example>, relay=mx[192.0.2.1]:25, ${sent}`, '"a>, relay=b"@q.example'],
    ['handed in here', 'uid=0 from=<root>', `to=<x@far.example>, relay=mx[192.0.2.1]:25, ${sent}`, 'x@far.example'],
    ['from elsewhere', 'client=mx[192.0.2.9]', `to=<x@far.example>, relay=mx[192.0.2.1]:25, ${sent}`, null],
    ['a content filter', own, `to=<x@far.example>, relay=127.0.0.1[127.0.0.1]:10024, ${sent}`, null],
    ['a content filter elsewhere', own, `to=<x@far.example>, relay=filter[192.0.2.1]:10024, ${sent}`, null],
    ['LMTP', own, `to=<x@far.example>, relay=mail[192.0.2.1]:24, ${sent}`, null],
    ['a mailbox here', own, `to=<x@our.example>, relay=local, ${sent}`, null],
    ['a socket', own, `to=<x@our.example>, relay=mail.our.example[private/dovecot-lmtp], ${sent}`, null],
    [
      'put off',
      own,
      'to=<x@far.example>, relay=mx[192.0.2.1]:25, delay=1, dsn=4.2.0, status=deferred (450 , status=sent)',
      null,
    ],
    ['no server', own, 'to=<x@f.example>, relay=none, delay=1, status=deferred (connect to f[192.0.2.1]:25: no)', null],
  ] as const)('%s', ([, origin, delivery, expected]) => {
    expect(heard(origin, 'gina@our.example', delivery)).toEqual(expected === null ? [] : [`corresponded ${expected}`]);
  });

  test('not whom a vacation notice goes to', () => {
    expect(heard('uid=0 from=<>', '', `to=<x@far.example>, relay=mx[192.0.2.1]:25, ${sent}`)).toEqual([]);
  });

  test('through a content filter that tells the first queue id, on a host of another name', () => {
    const log = [
      `${start}/smtpd[1]: AAAAAA1: ${own}`,
      `${start}/qmgr[3]: AAAAAA1: from=<gina@our.example>, size=1, nrcpt=1 (queue active)`,
      'Nov 23 09:31:07 filter postfix/smtpd[1]: BBBBBB2: client=localhost[127.0.0.1], orig_queue_id=AAAAAA1',
      'Nov 23 09:31:07 filter postfix/qmgr[3]: BBBBBB2: from=<gina@our.example>, size=1, nrcpt=1 (queue active)',
      `Nov 23 09:31:07 filter postfix/smtp[4]: BBBBBB2: to=<x@far.example>, relay=mx[192.0.2.1]:25, ${sent}`,
    ].join('\n');
    expect(eventsOf(Buffer.from(log))).toEqual(['submitted gina@our.example', 'corresponded x@far.example']);
  });
});

describe('correspondents, sendmail', () => {
  const start = 'Nov 23 09:31:07 mx1 sm-mta[1]: 6ANGVIj7012823:';
  const from = 'from=<gina@our.example>, size=1, class=0, nrcpts=2, msgid=<m>, proto=ESMTP, daemon=MTA';
  const times = 'ctladdr=<gina@our.example> (1/0), delay=00:00:01, xdelay=00:00:01';
  const heard = (origin: string, delivery: string): string[] =>
    eventsOf(Buffer.from(`${start} ${origin}\n${start} ${delivery}\n`)).slice(1);
  const own = `${from}, relay=localhost [127.0.0.1]`;
  const sent = 'dsn=2.0.0, stat=Sent (OK)';

  test.for([
    ['another host took it', own, `to=<x@far.example>, ${times}, mailer=esmtp, pri=1, relay=mx. [192.0.2.1], ${sent}`, ['x@far.example']],
    ['over a socket of this host', `${from}, relay=localhost [[UNIX: localhost]]`, `to=x@far.example, ${times}, mailer=esmtp, pri=1, relay=mx. [192.0.2.1], ${sent}`, ['x@far.example']],
    ['several', own, `to=<"a, b>,"@q.example>,y@z.example,<x@far.example>, ${times}, mailer=esmtp, pri=1, relay=mx. [192.0.2.1], ${sent}`, ['"a, b>,"@q.example', 'y@z.example', 'x@far.example']],
    ['from elsewhere', `${from}, relay=mx [192.0.2.9]`, `to=<x@far.example>, ${times}, mailer=esmtp, pri=1, relay=mx. [192.0.2.1], ${sent}`, []],
    ['a mailbox here', own, `to=<x@our.example>, ${times}, mailer=local, pri=1, ${sent}`, []],
    ['to the daemon', own, `to=<x@far.example>, ${times}, mailer=relay, pri=1, relay=[127.0.0.1] [127.0.0.1], ${sent}`, []],
    ['put off', own, `to=<x@far.example>, ${times}, mailer=esmtp, pri=1, relay=mx. [192.0.2.1], dsn=4.0.0, stat=Deferred: x, stat=Sent`, []],
    ['null', own.replace('gina@our.example', ''), `to=<x@far.example>, ${times}, mailer=esmtp, pri=1, relay=mx. [192.0.2.1], ${sent}`, []],
  ] as const)('%s', ([, origin, delivery, expected]) => {
    expect(heard(origin, delivery)).toEqual(expected.map((address) => `corresponded ${address}`));
  }); // prettier-ignore
});

/** Pieces that log lines are made of, so that random lines come near real ones. */
const pieces = [
  'Nov 23 09:31:07 mx1 postfix/qmgr[165]: ', '2026-11-23T09:31:07+01:00 mx1 sm-mta[1]: ', '<22>1 2026-11-23T09:31:07Z mx1 p 1 - - ',
  '4jY0nh5J0TzJvJy: ', 'NOQUEUE: ', 'from=<', 'from=', '>, size=1, nrcpt=1 (queue active)', '>, size=1, class=0, nrcpts=1, ', '>', '<',
  ', status=expired', 'a@b.example', '"a > b"@c.example', '"', '\\', '\\303\\274', 'reject: RCPT from x: 550 ', '; from=<', '> to=<x@y>',
  'client=localhost[127.0.0.1]', ', orig_queue_id=', ', sasl_username=x', 'uid=0 ', 'removed', 'message-id=<x>', 'to=<', '>, relay=x[192.0.2.1]:25, delay=1, status=sent (', 'to=', ', mailer=esmtp, pri=1, relay=x. [192.0.2.1], dsn=2.0.0, stat=Sent', 'proxy-reject: ',
  'ruleset=check_mail, arg1=', ', reject=550 ', 'Domain of sender address ', ' does not exist', ', relay=', 'localhost', ', msgid=<x>',
  'message repeated 2 times: [ ', '[ID 1 mail.info] ', '\n', '\r\n', ' ', ': ',
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

test('no input makes a parser throw, or tell an address that is not in it', () => {
  fc.assert(
    fc.property(logBytes, (log) => {
      const text = decoded(log.toString());
      for (const event of eventsOf(log)) {
        const sender = event.slice(event.indexOf(' ') + 1);
        expect(event === 'malformed' || decoded(text).includes(decoded(sender))).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

/** Without what sendmail escapes. */
function decoded(text: string): string {
  return text.replaceAll(String.raw`\303\274`, 'ü').replaceAll('\\', '');
}

test('how the bytes are cut into chunks makes no difference', () => {
  fc.assert(
    fc.property(logBytes, fc.integer({ min: 1, max: 50 }), (log, chunkLength) => {
      expect(eventsOf(log, chunkLength)).toEqual(eventsOf(log));
    }),
    { numRuns: 2000 },
  );
});

test.for(['postfix-traps.log', 'sendmail-traps.log', 'real-postfix-filter.log', 'real-sendmail-rfc5424.log'])(
  'chunks of any length: %s',
  (name) => {
    const log = fixture(name);
    const whole = eventsOf(log);
    for (const chunkLength of [1, 2, 3, 7, 64, 1000]) expect(eventsOf(log, chunkLength)).toEqual(whole);
  },
);
