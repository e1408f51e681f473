import { describe, expect, test } from 'vitest';
import { eventsOf, assertSound, fixture, timedEventsOf } from './heard-events.test-support.js';
import { qmail, qmailFile } from './qmail.js';

const infos = [
  'accepted alice@sender.example',
  'accepted bounces+17-clerk=corp.example@bulk.example',
  'submitted root@mx1.corp.example',
  'accepted frank@corp.example',
  'accepted ',
  'submitted ',
  'submitted ',
  'accepted john_doe@quirk.example',
  'accepted a>b@quirk.example',
  'accepted alice@sender.example',
];

test('multilog: each message once, though its number comes again', () => {
  expect(eventsOf(qmailFile, fixture('qmail-multilog.log'))).toEqual(infos);
});

test('syslog: the same, and what spamdyke refused', () => {
  const events = eventsOf(qmail, fixture('qmail-syslog.log'));
  expect(events.filter((event) => !event.startsWith('rejected'))).toEqual(infos);
  expect(events.filter((event) => event.startsWith('rejected'))).toEqual([
    'rejected winner@access.example',
    'rejected alice@sender.example',
  ]);
});

const info = 'info msg 1: bytes 224 from <a@b.example> qp 1738 uid 201';

describe('the beginning of a line', () => {
  const local = ` ${new Date(2026, 10, 23, 9, 30, 56).toISOString()}`;
  test.for([
    ['TAI64N', '@400000006b04070a2dcf8fdc ', ' 2026-11-23T09:27:28.000Z'],
    ['TAI64N made readable', '2026-11-23 09:30:56.768577500 ', local],
    ['svlogd', '2026-11-23_09:30:56.76857 ', local],
    ['s6-log', '2026-11-23T09:30:56.768577500 ', local],
    ['seconds since 1970', '1795426256.768577 ', ' 2026-11-23T09:30:56.000Z'],
    ['nothing', '', ' 1970-01-01T00:00:00.000Z'],
  ])('file: %s', ([, start = '', time = '']) => {
    expect(timedEventsOf(qmailFile, `${start}${info}`)).toEqual([`accepted a@b.example${time}`]);
    expect(qmailFile.recognise([`${start}${info}`, `${start}end msg 1`])).toBe(true);
  });

  test.for(['qmail: 1795426267.485077 ', 'qmail: ', 'qmail-send[12]: ', 'qmail[12]: 1795426267.485077 '])(
    'syslog: %s',
    (tag) => {
      expect(eventsOf(qmail, `Nov 23 09:31:07 mx1 ${tag}${info}`)).toEqual(['accepted a@b.example']);
    },
  );
});

test("a line that is cut off is told as malformed, another program's is not", () => {
  expect(eventsOf(qmailFile, 'info msg 1: bytes 224 from <a@b.exa')).toEqual(['malformed']);
  expect(eventsOf(qmailFile, 'info msg 1: bytes 224')).toEqual([]);
  expect(eventsOf(qmail, 'Nov 23 09:31:07 mx1 dovecot: info from <a@b.example> qp 1')).toEqual([]);
});

test("logs of other programs with such stamps are not taken for qmail's", () => {
  const line = '@400000004c91b044077a9e94 imap-login: Info: Aborted login: user=<a@b.example>, method=CRAM-MD5';
  expect(qmailFile.recognise([line, line])).toBe(false);
});

// prettier-ignore
const pieces = [
  '@400000006b04070a2dcf8fdc ', '2026-11-23 09:30:56 ', '1795426256.76 ', 'Nov 23 09:31:07 mx1 qmail: ',
  'info msg 1: ', 'bytes 1 from <', '> qp 1 uid 0', '> qp 1 uid 7', 'DENIED_RBL_MATCH from: ', ' to: ',
  '(unknown)', '#@[]', '-@[]',
];

test('no input makes it throw or tell an address that is not in it', () => {
  expect(() => assertSound(qmail, fixture('qmail-syslog.log'), pieces)).not.toThrow();
  expect(() => assertSound(qmailFile, fixture('qmail-multilog.log'), pieces)).not.toThrow();
});
