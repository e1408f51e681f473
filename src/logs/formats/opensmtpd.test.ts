import { describe, expect, test } from 'vitest';
import { viewOf, sliceOf } from '../find-bytes.js';
import { counted, eventsOf, assertSound, fixture } from './heard-events.test-support.js';
import { opensmtpd } from './opensmtpd.js';
import { decodeVis } from './vis-encoding.js';

const start = 'Nov 23 09:31:07 mx1 smtpd[65]: ';
const session = '7d7c84110db87400';

test('every layout', () => {
  expect(eventsOf(opensmtpd, fixture('opensmtpd-layouts.log'))).toEqual([
    'submitted frank@corp.example',
    'corresponded friend@away.example',
    'accepted alice@sender.example',
    'accepted jörg@sender.example',
    'malformed',
    'malformed',
    'accepted bounces+17-clerk=corp.example@bulk.example',
    'submitted cron@corp.example',
    'corresponded pal@away.example',
    'submitted root@mx1.corp.example',
    'corresponded mate@away.example',
    'accepted carol@sender.example',
    'rejected winner@access.example',
    'submitted gina@corp.example',
  ]);
});

test('a real log, counted by message', () => {
  expect(counted(eventsOf(opensmtpd, fixture('real-opensmtpd-rfc3164.log'))).toSorted()).toEqual(
    [
      '2 accepted alice@sender.example',
      '1 accepted Carol.Jones+list=corp.example@sender.example',
      '1 accepted ',
      '1 accepted bounces+17-clerk=corp.example@bulk.example',
      '1 accepted prvs=4711abcd=offers@bulk.example',
      `1 accepted bounce-${'0123456789-'.repeat(6)}clerk=corp.example@a-rather-long-host-name.newsletters.bulk.example`,
      "1 accepted o'neil@quirk.example",
      '1 accepted later@sender.example',
      '1 accepted lost@sender.example',
      '1 accepted relay@bulk.example',
      '1 accepted half@sender.example',
      '2 submitted webapp@corp.example',
      '1 submitted cron@corp.example',
      '2 submitted ',
      '1 rejected "john doe"@quirk.example',
      '1 rejected "a>b"@quirk.example',
      '1 rejected "c,to=<d"@quirk.example',
      String.raw`1 rejected back\slash@quirk.example`,
      '1 rejected jörg@sender.example',
      '1 rejected 用户@bücher.example',
    ].toSorted(),
  );
});

test('a message from before the log begins has no known origin', () => {
  const envelope = `${start}${session} smtp envelope evpid=3be2977e26c847d4 from=<a@b.example> to=<c@d.example>`;
  expect(eventsOf(opensmtpd, envelope)).toEqual(['accepted a@b.example', 'origin-unknown']);
});

describe('vis(3)', () => {
  const decoded = (text: string): Buffer => {
    const { bytes, from, to } = decodeVis(viewOf(Buffer.from(text, 'latin1')), 0, text.length);
    return sliceOf(bytes, from, to);
  };

  test.for([
    ['nothing to decode', 'plain', 'plain'],
    ['a backslash', String.raw`a\\b`, String.raw`a\b`],
    ['a control', String.raw`a\^Ab\^?`, 'a\u0001b\u007F'],
    ['UTF-8', String.raw`j\M-C\M-6rg`, 'jörg'],
    ['UTF-8 with bytes that are controls', String.raw`\M-g\M^T\M-(\M-f\M^H\M-7`, '用户'],
    ['octal', String.raw`\303\266`, 'ö'],
    ['no escape', String.raw`a\q`, String.raw`a\q`],
    ['an escape cut off', String.raw`a\M-`, String.raw`a\M-`],
    ['a backslash at the end', 'a\\', 'a\\'],
  ])('%s', ([, text = '', plain = '']) => {
    expect(decoded(text).toString()).toBe(plain);
  });
});

// prettier-ignore
const pieces = [
  start, `${session} smtp `, `${session} mta delivery evpid=3be2977e26c847d4 `, 'connected address=127.0.0.1 host=x',
  'message msgid=3be2977e', 'envelope evpid=3be2977e26c847d4 from=<', ' to=<', 'from=<',
  'failed-command command="MAIL FROM:<', '" result="550 x"', ' rcpt=<->', 'event=message ', 'msgid=3be2977e ',
  'authentication user=x result=ok', ' relay="192.0.2.1"', ' result="Ok" stat="', 'disconnected', 'smtp-in: ',
  'New session 7d7c84110db87400 from host x [local]', 'Accepted message 3be2977e on session 7d7c84110db87400: ',
  ', size=1', 'Failed command on session 7d7c84110db87400: ', '"MAIL FROM:<', '" => 421 x',
  'relay: Ok for 3be2977e26c847d4: ', ', relay=192.0.2.1', String.raw`\M-C\M-6`,
];

test('no input makes it throw or tell an address that is not in it', () => {
  const plain = (text: string): string =>
    text.replaceAll(String.raw`\M-C\M-6`, 'ö').replaceAll(/[\\^]|\p{Cc}|[\u0080-\uFFFF]|M-?./gu, '');
  expect(() => assertSound(opensmtpd, fixture('opensmtpd-layouts.log'), pieces, plain)).not.toThrow();
});
