import { describe, expect, test } from 'vitest';
import { harakaFile, haraka } from './haraka.js';
import { counted, eventsOf, assertSound, fixture, timedEventsOf } from './heard-events.test-support.js';

const events = [
  '2 accepted alice@sender.example',
  '1 accepted Carol.Jones+list=corp.example@sender.example',
  '1 accepted ',
  '1 rejected bounces+17-clerk=corp.example@bulk.example',
  '1 rejected prvs=4711abcd=offers@bulk.example',
  `1 rejected bounce-${'0123456789-'.repeat(6)}clerk=corp.example@a-rather-long-host-name.newsletters.bulk.example`,
  '1 accepted "john doe"@quirk.example',
  '1 accepted "a>b"@quirk.example',
  '1 accepted "c,to=<d"@quirk.example',
  "1 accepted o'neil@quirk.example",
  String.raw`1 rejected back\slash@quirk.example`,
  '1 rejected later@sender.example',
  '1 rejected lost@sender.example',
  '1 rejected winner@access.example',
  '1 rejected alice@sender.example',
  '1 rejected relay@bulk.example',
  '1 rejected ghost@absent.example',
  '1 rejected ',
  '1 rejected half@sender.example',
  '1 accepted half@sender.example',
  '1 accepted jörg@sender.example',
  '1 accepted 用户@bücher.example',
  '2 submitted webapp@corp.example',
  '2 submitted frank@corp.example',
];

test.for(['real-haraka.log', 'real-haraka-logfmt.log', 'real-haraka-json.log'])('%s, counted by message', (name) => {
  expect(counted(eventsOf(harakaFile, fixture(name))).toSorted()).toEqual(events.toSorted());
});

test('the same through syslog', () => {
  const log = fixture('real-haraka.log')
    .toString()
    .replaceAll(/^\S+Z /gm, 'Nov 23 09:31:07 mx1 haraka[12]: ');
  expect(counted(eventsOf(haraka, log)).toSorted()).toEqual(events.toSorted());
});

const uuid = '68CB3433-968E-4955-85E8-21D38EA2A64C';
const line = (text: string, transaction = `${uuid}.1`): string => `[NOTICE] [${transaction}] [core] ${text}`;
const sender = line('sender <a@b.example> code=CONT msg=""');
const queued = line(`queue code=OK msg="kept (${uuid}.1)"`);

describe('a message is told', () => {
  test.for([
    ['when it was queued', [sender, queued], ['accepted a@b.example']],
    ['never before', [sender, line('message mid=<x> code=CONT msg=""')], []],
    ['not for another transaction', [sender, line('queue code=OK', `${uuid}.2`)], []],
    ['without levels', [sender, queued].map((text) => text.replace('[NOTICE] ', '')), ['accepted a@b.example']],
    ['once', [sender, queued, queued], ['accepted a@b.example']],
    [
      'as refused once',
      [sender, line('recipient <c@d> code=DENY msg=""'), line('recipient <e@f> code=DENYSOFT msg=""')],
      ['rejected a@b.example'],
    ],
    ['not by what a reply says', [line('sender <a@b.example> code=CONT msg="code=DENY queue code=OK"')], []],
    ['as our own', [line('connect ip=::1 port=1', uuid), sender, queued], ['submitted a@b.example']],
  ] as const)('%s', ([, lines, told]) => {
    expect(eventsOf(harakaFile, lines.join('\n'))).toEqual(told);
  });
});

test.for([
  [
    'taken elsewhere',
    'domain=away.example ip=192.0.2.25 response="Ok" rcpts=1/0/0',
    ['corresponded friend@Away.example'],
  ],
  ['taken by this machine', 'domain=away.example ip=127.0.0.1 response="Ok" rcpts=1/0/0', []],
  ['taken for some only', 'domain=away.example ip=192.0.2.25 response="Ok" rcpts=1/0/1', []],
  ['of another domain', 'domain=other.example ip=192.0.2.25 response="Ok" rcpts=1/0/0', []],
] as const)('a correspondent: %s', ([, delivery, told]) => {
  const lines = [sender, line('recipient <friend@Away.example> code=OK'), line('queue code=CONT'), queued];
  const delivered = `[NOTICE] [${uuid}.1.1] [outbound]  delivered file=x ${delivery}`;
  expect(eventsOf(harakaFile, [...lines, delivered].join('\n')).slice(1)).toEqual(told);
});

test('the time is that of the line', () => {
  const log = [sender, queued].map((text) => `2026-11-23T09:31:07.485Z ${text}`).join('\n');
  expect(timedEventsOf(harakaFile, log)).toEqual(['accepted a@b.example 2026-11-23T09:31:07.000Z']);
});

// prettier-ignore
const pieces = [
  `[NOTICE] [${uuid}.1] [core] `, `level=NOTICE uuid=${uuid}.1 origin=core message="`, 'sender <',
  '> code=CONT msg=""', '>" code=CONT', `{"level":"NOTICE","uuid":"${uuid}.1","origin":"core","message":"`,
  '","code":"OK"}', 'queue', ' code=OK', '" code=OK', '> code=DENY',
  `[NOTICE] [${uuid}] [core] disconnect rcpts=0/0/1 txns=1`, 'Invalid MAIL FROM address <', '>: why',
  'recipient <',
];

test('no input makes it throw or tell an address that is not in it', () => {
  const plain = (text: string): string =>
    text.replaceAll(/\\u[0-9a-f]{4}/gi, '').replaceAll(/["\\bfnrt]|\p{Cc}|[\u0080-\uFFFF]/gu, '');
  for (const name of ['real-haraka.log', 'real-haraka-logfmt.log', 'real-haraka-json.log']) {
    expect(() => assertSound(harakaFile, fixture(name), pieces, plain)).not.toThrow();
  }
});
