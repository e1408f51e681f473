import { describe, expect, test } from 'vitest';
import { eventsOf, assertSound, fixture, timedEventsOf } from './heard-events.test-support.js';
import { mailQueueJson } from './mail-queue-json.js';
import { mailQueue } from './mail-queue.js';

const postfixBounces = [
  'accepted "john doe"@quirk.example',
  'accepted half@access.example',
  'accepted bounces+17-clerk=corp.example@bulk.example',
  'accepted winner@access.example',
  "accepted o'neil@sender.example",
];

describe('who had sent what nobody takes back', () => {
  test('postqueue -p', () => {
    expect(eventsOf(mailQueue, fixture('real-mailq-postfix.txt'))).toEqual(postfixBounces);
  });

  test('postqueue -j', () => {
    expect(eventsOf(mailQueueJson, fixture('real-mailq-postfix.json'))).toEqual(postfixBounces);
  });

  test('exim -bp: recipients that are done with have a D', () => {
    expect(eventsOf(mailQueue, fixture('real-mailq-exim.txt'))).toEqual([
      'accepted bounces+17-clerk=corp.example@bulk.example',
      'accepted half@access.example',
      'accepted "john doe"@quirk.example',
    ]);
  });

  test('mailq of sendmail: a recipient of 38 characters may be cut off', () => {
    expect(eventsOf(mailQueue, fixture('real-mailq-sendmail.txt'))).toEqual([
      'accepted winner@access.example',
      'accepted shop@a.example',
      'accepted "john doe"@quirk.example',
      'accepted half@access.example',
      'malformed',
    ]);
  });
});

test('an entry that stands in two listings counts once', () => {
  const listing = fixture('real-mailq-postfix.txt').toString();
  expect(eventsOf(mailQueue, listing + listing)).toEqual(postfixBounces);
});

const bounce = '4jYC2r6fxRz2RPv4       250 Mon Nov 23 17:04:04 MAILER-DAEMON';
const indent = ' '.repeat(41);

describe('entries', () => {
  test.for([
    ['being delivered', '6E49C3823C9*    7577 Mon Dec  1 10:05:14  MAILER-DAEMON', ['accepted a@b.example']],
    ['on hold', '6E49C3823C9!    7577 Mon Dec  1 10:05:14  MAILER-DAEMON', ['accepted a@b.example']],
    ['of sendmail, with its priority', '6ANH547T000272        3+Mon Nov 23 17:05 <>', ['accepted a@b.example']],
    ['of sendmail, with a flag', '6ANH547T000272*     1249 Mon Nov 23 17:05 MAILER-DAEMON', ['accepted a@b.example']],
    ['of Exim 4.97', ' 4h  2.9K 10HmaX-000000005vi-0000 <>', ['accepted a@b.example']],
    ['of Exim, frozen', '25m   532 1xVXSb-00003w-33 <> *** frozen ***', ['accepted a@b.example']],
    ['of Exim, with its user', '25m   532 1xVXSb-00003w-33 <> (www-data)', ['accepted a@b.example']],
    ['with a sender', '6E49C3823C9     7577 Mon Dec  1 10:05:14  c@d.example', []],
    ['of Exim, with a sender', '25m   532 1xVXSb-00003w-33 <c@d.example>', []],
  ] as const)('%s', ([, entry, told]) => {
    expect(eventsOf(mailQueue, `${entry}\n${indent}a@b.example\n`)).toEqual(told);
  });

  test('reasons are not recipients', () => {
    const reason = '(host x[192.0.2.1] said: 450 4.7.1 <t@trap.example>\n    t@trap.example: try later)';
    expect(eventsOf(mailQueue, `${bounce}\n${indent}${reason}\n${indent}a@b.example`)).toEqual([
      'accepted a@b.example',
    ]);
  });
});

test('the time is when the bounce was queued', () => {
  const local = new Date(2026, 10, 23, 17, 4, 4).toISOString();
  expect(
    timedEventsOf(
      mailQueue,
      `${bounce}
${indent}a@b.example`,
    ),
  ).toEqual([`accepted a@b.example ${local}`]);
  expect(timedEventsOf(mailQueueJson, fixture('real-mailq-postfix.json').toString())[0]).toBe(
    'accepted "john doe"@quirk.example 2026-11-23T17:04:04.000Z',
  );
});

describe('recognised', () => {
  test.for([
    ['Postfix', '-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------'],
    ['Postfix with long queue ids', '----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------'],
    ['sendmail', '\t\t/var/spool/mqueue (6 requests)'],
    ['Exim', ' 0m   220 1xVXSb-00003y-39 <>'],
    ['an empty queue', 'Mail queue is empty'],
    ['an empty queue of sendmail', '/var/spool/mqueue is empty'],
  ])('%s', ([, line = '']) => {
    expect(mailQueue.recognise([line])).toBe(true);
  });

  test('not a log', () => {
    const line =
      'Nov 23 09:31:07 mx1 postfix/qmgr[165]: 4jY0nh5J0TzJvJy: from=<a@b.example>, size=1, nrcpt=1 (queue active)';
    expect(mailQueue.recognise([line])).toBe(false);
    expect(mailQueueJson.recognise([line])).toBe(false);
    expect(mailQueueJson.recognise(['{"MESSAGE":"from=<a@b.example>"}'])).toBe(false);
  });
});

// prettier-ignore
const pieces = [
  `${bounce}\n`, '25m   532 1xVXSb-00003w-33 <>\n', '6ANH547T000272        3 Mon Nov 23 17:05 <>\n',
  indent, '\t\t\t\t\t ', '(', ')', '@', 'D ', '{"queue_id": "x", "sender": "", "recipients": [{"address": "', '"}]}',
  '", "arrival_time": ', '1795453444', '\\u00fc',
];

const listings = ['postfix', 'exim', 'sendmail'].map((name) => fixture(`real-mailq-${name}.txt`).toString()).join('\n');

test('no input makes it throw or tell an address that is not in it', () => {
  const plain = (text: string): string =>
    text.replaceAll(/\\u[0-9a-f]{4}/gi, '').replaceAll(/["\\bfnrt]|\p{Cc}|[\u0080-\uFFFF]/gu, '');
  expect(() => assertSound(mailQueue, listings, pieces, plain)).not.toThrow();
  expect(() => assertSound(mailQueueJson, fixture('real-mailq-postfix.json'), pieces, plain)).not.toThrow();
});
