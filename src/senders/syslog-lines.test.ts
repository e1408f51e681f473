/**
 * Lines as the syslogs of many systems write them, all telling the same.
 */
import { Readable } from 'node:stream';
import { assert, asyncProperty, integer, property, string, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectSenders, type SenderCount } from './collect-senders.js';
import { LogClock } from '../logs/log-clock.js';
import { bytesOfSlot, createScanMemory, LogScanner, type ScanMemory } from '../logs/log-scanner.js';
import { otherLine, ScanTape } from '../logs/scan-tape.js';

async function senders(log: string | Buffer, kind: 'accepted' | 'rejected' | 'all' = 'all'): Promise<SenderCount[]> {
  const collected = await collectSenders(['-'], {
    format: 'auto',
    senders: kind,
    includeLocal: true,
    minMessages: 1,
    stdin: Readable.from([Buffer.from(log)]),
    now: Date.UTC(2026, 10, 30),
    warn: () => undefined,
  });
  return [...collected.senders()];
}

const text = '4jY0nh5J0TzJvJy: from=<a@b.example>, size=392, nrcpt=1 (queue active)';
const old =
  'sm-mta[7]: qA7LqlqC029841: from=<a@b.example>, size=1391, class=0, nrcpts=1, msgid=<x@y>, relay=mx [192.0.2.1]';
const local = new Date(2026, 10, 23, 9, 31, 7).getTime();
const utc = Date.UTC(2026, 10, 23, 9, 31, 7);

describe('headers', () => {
  test.for([
    ['rsyslog, traditional', `Nov 23 09:31:07 mx1 postfix/qmgr[1]: ${text}`, local],
    ['rsyslog, RSYSLOG_FileFormat', `2026-11-23T09:31:07.123456+00:00 mx1 postfix/qmgr[1]: ${text}`, utc],
    ['rsyslog, RFC 5424', `<22>1 2026-11-23T09:31:07.123456+00:00 mx1 postfix 1 - - ${text}`, utc],
    ['RFC 5424 with a byte order mark', `<22>1 2026-11-23T09:31:07Z mx1 postfix/qmgr 1 - - \u{FEFF}${text}`, utc],
    ['RFC 5424 with data', `<22>1 2026-11-23T09:31:07Z mx1 postfix 1 - [a@1 x="] "][b y="\\""] ${text}`, utc],
    ['the same on the wire', `<22>Nov 23 09:31:07 mx1 postfix/qmgr[1]: ${text}`, local],
    ['no host', `Nov 23 09:31:07 postfix/qmgr[1]: ${text}`, local],
    ['Solaris', `Nov 23 09:31:07 mx1 postfix/qmgr[1]: [ID 197553 mail.info] ${text}`, local],
    ['Solaris, sendmail', `Nov 23 09:31:07 mx1 sendmail[7]: [ID 801593 mail.info] ${old.slice(11)}`, local],
    ['FreeBSD -v', `Nov 23 09:31:07 <mail.info> mx1 ${old}`, local],
    ['FreeBSD -v, in numbers', `Nov 23 09:31:07 <2.6> mx1 ${old}`, local],
    ['FreeBSD 12, RFC 5424', `<22>1 2026-11-23T09:31:07.123456+00:00 mx1 sm-mta 7 - - ${old.slice(11)}`, utc],
    ['OpenBSD, NetBSD', `Nov 23 09:31:07 mx1 sm-mta[7]: ${old.slice(11)}`, local],
    ['AIX', `Nov 23 09:31:07 mx1 mail:info ${old}`, local],
    ['AIX, forwarded', `Nov 23 09:31:07 relay Message forwarded from mx1: ${old}`, local],
    ['busybox', `Nov 23 09:31:07 mx1 mail.info postfix/qmgr[1]: ${text}`, local],
    ['syslog-ng with its source', `Nov 23 09:31:07 s_sys@mx1 postfix/qmgr[1]: ${text}`, local],
    ['a chain of hosts', `Nov 23 09:31:07 relay/mx1 postfix/qmgr[1]: ${text}`, local],
    ['a header sent on inside another', `Nov 23 09:31:07 relay Nov 23 09:31:06 mx1 postfix/qmgr[1]: ${text}`, local],
    ['a full one before an old one', `2026-11-23T09:31:07Z relay Nov 23 09:31:06 mx1 postfix/qmgr[1]: ${text}`, utc],
    ['journalctl -o short-precise', `Nov 23 09:31:07.123456 mx1 postfix/qmgr[1]: ${text}`, local],
    ['journalctl -o short-iso-precise', `2026-11-23T09:31:07.123456+0000 mx1 postfix/qmgr[1]: ${text}`, utc],
    ['a blank for the T', `2026-11-23 09:31:07 mx1 postfix/qmgr[1]: ${text}`, local],
    ['a blank for the T, and a zone', `2026-11-23 09:31:07.123 +0000 mx1 postfix/qmgr[1]: ${text}`, utc],
    ['docker logs -t', `2026-11-23T09:31:07.123456789Z Nov 23 09:31:07 mx1 postfix/qmgr[1]: ${text}`, utc],
    ['Kubernetes', `2026-11-23T09:31:07.123456789Z stdout F Nov 23 09:31:07 mx1 postfix/qmgr[1]: ${text}`, utc],
    ['docker compose logs', `mail-1  | Nov 23 09:31:07 mx1 postfix/qmgr[1]: ${text}`, null],
    ['CRLF', `Nov 23 09:31:07 mx1 postfix/qmgr[1]: ${text}\r`, local],
    ['an escaped line feed at the end', `Nov 23 09:31:07 mx1 postfix/qmgr[1]: ${text}#012`, local],
    ['escaped CRLF at the end', `Nov 23 09:31:07 mx1 postfix/qmgr[1]: ${text}#015#012`, local],
  ] as const)('%s', async ([, line, time]) => {
    expect(await senders(`${line}\n`)).toMatchObject([{ address: 'a@b.example', messages: 1, firstSeen: time }]);
  });

  test.for([
    ['short-precise', (second: number) => `Nov 23 09:31:0${second}.${second}23456 mx1`],
    ['an escaped end', (second: number) => `Nov 23 09:31:0${second} mx1`],
    ['a blank for the T', (second: number) => `2026-11-23 09:31:0${second}.${second} +0000 mx1`],
    ['AIX, forwarded', (second: number) => `Nov 23 09:31:0${second} relay${second} Message forwarded from mx1:`],
  ] as const)('the host is told from what stands around it, %s: one message is one', async ([, header]) => {
    const lines = [1, 2].map((second) => `${header(second)} postfix/qmgr[1]: ${text}\n`);
    expect(await senders(lines.join(''))).toMatchObject([{ messages: 1 }]);
  });

  test('messages of two hosts with one queue id are two', async () => {
    const lines = ['mx1', 'mx2'].map((host) => `Nov 23 09:31:07 ${host} postfix/qmgr[1]: ${text}\n`);
    expect(await senders(lines.join(''))).toMatchObject([{ messages: 2 }]);
  });
});

describe('repetitions', () => {
  const refusal = 'NOQUEUE: reject: RCPT from x[192.0.2.1]: 550 no; from=<r@b.example> to=<x@y> proto=ESMTP';
  const header = 'Nov 23 09:31:07 mx1 postfix/smtpd[1]: ';
  const other = 'Nov 23 09:31:08 mx1 postfix/smtpd[1]: disconnect from x[192.0.2.1]\n';

  test.for([
    ['syslogd', 'Nov 23 09:32:07 mx1 last message repeated 3 times', 4],
    ['Solaris', 'Nov 23 09:32:07 mx1 last message repeated 1 time', 2],
    ['macOS', 'Nov 23 09:32:07 --- last message repeated 2 times ---', 3],
    ['with a tag', 'Nov 23 09:32:07 mx1 syslogd: last message repeated 3 times', 4],
    ['RFC 5424', '<22>1 2026-11-23T09:32:07Z mx1 syslogd - - - last message repeated 3 times', 4],
    ['CRLF', 'Nov 23 09:32:07 mx1 last message repeated 3 times\r', 4],
    ['rsyslog', `${header}message repeated 3 times: [ ${refusal}]`, 4],
    ['said by somebody else', `${header}connect from last message repeated 3 times`, 1],
    ['no number', 'Nov 23 09:32:07 mx1 last message repeated many times', 1],
    ['an absurd number', 'Nov 23 09:32:07 mx1 last message repeated 99999999999 times', 1],
  ] as const)('of a refusal, %s', async ([, line, times]) => {
    expect(await senders(`${header}${refusal}\n${line}\n`)).toMatchObject([{ rejectedMessages: times }]);
    expect(await senders(`${header}${refusal}\n${line}\n`, 'rejected')).toHaveLength(1);
  });

  test('twice', async () => {
    const again = 'Nov 23 09:32:07 mx1 last message repeated 3 times\n';
    const [sender] = await senders(`${header}${refusal}\n${again}${again}`);
    expect(sender).toMatchObject({ rejectedMessages: 7, lastSeen: new Date(2026, 10, 23, 9, 32, 7).getTime() });
  });

  test('of another line is not of the refusal before', async () => {
    const again = 'Nov 23 09:32:07 mx1 last message repeated 3 times\n';
    expect(await senders(`${header}${refusal}\n${other}${again}`)).toMatchObject([{ rejectedMessages: 1 }]);
  });

  test.for([
    ['syslogd', 'Nov 23 09:32:07 mx1 last message repeated 3 times'],
    ['rsyslog', `Nov 23 09:31:07 mx1 postfix/qmgr[1]: message repeated 3 times: [ ${text}]`],
  ] as const)('of a message that was taken in is no other message, %s', async ([, line]) => {
    expect(await senders(`Nov 23 09:31:07 mx1 postfix/qmgr[1]: ${text}\n${line}\n`)).toMatchObject([
      { messages: 1, rejectedMessages: 0 },
    ]);
  });

  test('of a refusal of the null sender is no refusal of the sender before', async () => {
    const bounce = refusal.replace('r@b.example', '');
    const again = 'Nov 23 09:32:07 mx1 last message repeated 3 times\n';
    expect(await senders(`${header}${refusal}\n${header}${bounce}\n${again}`)).toMatchObject([{ rejectedMessages: 1 }]);
  });
});

describe('texts', () => {
  const header = 'Nov 23 09:31:07 mx1 postfix/qmgr[1]: ';
  const line = (sender: string): string =>
    `${header}4jY0nh5J0TzJvJy: from=<${sender}>, size=392, nrcpt=1 (queue active)\n`;

  test.for([
    ['a tab that syslog escaped', '"a#011b"@c.example', '"a#011b"@c.example'],
    ['a number sign of its own', 'a#012@c.example', 'a#012@c.example'],
    ['a control character that Postfix masked', '"a?b"@c.example', '"a?b"@c.example'],
    ['UTF-8', 'jörg@bücher.example', 'jörg@bücher.example'],
  ] as const)('%s', async ([, sender, address]) => {
    expect(await senders(line(sender))).toMatchObject([{ address }]);
  });

  test('what is not UTF-8 is Latin-1', async () => {
    expect(await senders(Buffer.from(line('j\u00F6rg@c.example'), 'latin1'))).toMatchObject([
      { address: 'jörg@c.example' },
    ]);
  });

  test('lines cut off at any length give no sender that is not in them', async () => {
    const whole = line('somebody@with.a.domain.example').trimEnd();
    await assert(
      asyncProperty(integer({ min: header.length + 20, max: whole.length }), async (length) => {
        const found = await senders(`${header}x\n${whole.slice(0, length)}\n`);
        const isWhole = length >= whole.indexOf('>, size');
        expect(found.map((sender) => sender.address)).toEqual(
          isWhole ? found.map(() => 'somebody@with.a.domain.example') : [],
        );
      }),
    );
  });

  test('no line makes the scanner look outside of it', () => {
    const beginnings = [
      '',
      '<',
      '<22>',
      '<22>1 ',
      'Nov 23 09:31:07 ',
      '2026-11-23 09:31:07 ',
      '2026-11-23T09:31:07 M',
      'Nov 23 09:31:07 m Message forwarded from ',
      'Nov 23 09:31:07 m tag: ',
      '<22>1 2026-11-23T09:31:07Z m tag 1 - - ',
    ];
    const [alone, followed] = [createScanMemory(), createScanMemory()];
    let headers = 0;
    assert(
      property(
        integer({ min: 0, max: beginnings.length - 1 }),
        string(),
        uint8Array({ maxLength: 60 }),
        uint8Array({ minLength: 1, maxLength: 60 }),
        (i, middle, rest, behind) => {
          const bytes = Buffer.concat([Buffer.from(beginnings[i]! + middle), rest.filter((byte) => byte !== 0x0a)]);
          const parts = scanLine(alone, bytes, Buffer.alloc(60));
          expect(scanLine(followed, bytes, Buffer.from(behind))).toEqual(parts);
          if (parts === null) return;
          headers += 1;
          const [, , idStart = 0, idEnd = 0, textStart = 0, end = 0, seconds = -1] = parts;
          expect(seconds).toBeGreaterThanOrEqual(0);
          expect([idStart <= idEnd, idEnd <= textStart, textStart <= end]).toEqual([true, true, true]);
        },
      ),
      { numRuns: 2000 },
    );
    expect(headers).toBeGreaterThan(100);
  });
});

/** The parts of a line that begins its slot, with `behind` in memory behind it; null where it has no header. */
function scanLine(memory: ScanMemory, bytes: Buffer, behind: Buffer): number[] | null {
  const slot = bytesOfSlot(memory, 0);
  bytes.copy(slot);
  behind.copy(slot, bytes.length);
  new LogScanner(memory).scan(0, { length: bytes.length, end: bytes.length, startsInside: false }, false);
  const tape = new ScanTape(memory);
  tape.open(0);
  if (!tape.next() || tape.kind !== otherLine) return null;
  const seconds = tape.seconds(new LogClock({ start: null, end: Date.UTC(2026, 10, 30) }));
  return [
    tape.lineStart,
    tape.tag,
    tape.idStart,
    tape.idEnd,
    tape.text,
    tape.lineEnd,
    seconds,
    tape.hostStart,
    tape.hostEnd,
  ];
}
