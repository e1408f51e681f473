import { describe, expect, test } from 'vitest';
import { exchange } from './exchange.js';
import { eventsOf, assertSound, fixture, timedEventsOf } from './heard-events.test-support.js';

test.for(['exchange-2019.csv', 'exchange-2010-headerless.csv', 'exchange-export.csv'])(
  '%s: a message once, by its network-message-id or message-id',
  (name) => {
    expect(eventsOf(exchange, fixture(name))).toEqual([
      'accepted alice@sender.example',
      'accepted "john doe"@quirk.example',
      'accepted "c,d"@quirk.example',
      'accepted ',
      'submitted frank@corp.example',
      'corresponded friend@away.example',
      'corresponded pal@away.example',
      'submitted ',
      'rejected winner@access.example',
      'accepted alice@sender.example',
      "accepted o'neil@quirk.example",
      'accepted bounces+17-clerk=corp.example@bulk.example',
    ]);
  },
);

const names = 'date-time,source,event-id,internal-message-id,message-id,recipient-address,return-path,directionality';
const header = `#Fields: ${names}`;
const row = (source: string, event: string, returnPath = 'a@b.example', id = '<m1@x>'): string =>
  `2026-11-23T09:31:07.485Z,${source},${event},1,${id},c@d.example,${returnPath},`;

describe('what an event means, where the direction is not told', () => {
  test.for([
    ['SMTP', 'RECEIVE', ['accepted a@b.example']],
    ['GATEWAY', 'RECEIVE', ['accepted a@b.example']],
    ['STOREDRIVER', 'RECEIVE', ['submitted a@b.example']],
    ['STOREDRIVER', 'SUBMIT', ['submitted a@b.example']],
    ['PICKUP', 'RECEIVE', ['submitted a@b.example']],
    ['STOREDRIVER', 'DELIVER', ['accepted a@b.example']],
    ['SMTP', 'FAIL', ['rejected a@b.example']],
    ['STOREDRIVER', 'FAIL', ['rejected a@b.example']],
    ['PICKUP', 'BADMAIL', ['submitted a@b.example']],
  ] as const)('%s %s', ([source, event, told]) => {
    expect(eventsOf(exchange, [header, row(source, event)].join('\r\n'))).toEqual(told);
  });
});

test('refused first and taken later is both', () => {
  const log = [header, row('SMTP', 'FAIL'), row('SMTP', 'FAIL'), row('SMTP', 'RECEIVE'), row('SMTP', 'FAIL')].join(
    '\n',
  );
  expect(eventsOf(exchange, log)).toEqual(['rejected a@b.example', 'accepted a@b.example']);
});

test('messages with one message-id but two senders are two', () => {
  const log = [header, row('SMTP', 'RECEIVE', 'a@b.example'), row('SMTP', 'RECEIVE', 'c@d.example')].join('\n');
  expect(eventsOf(exchange, log)).toEqual(['accepted a@b.example', 'accepted c@d.example']);
});

test('columns stand where #Fields says, and may change within a file', () => {
  const log = [
    header,
    row('SMTP', 'RECEIVE'),
    '#Fields: return-path,event-id,source,message-id',
    'z@y.example,RECEIVE,SMTP,<m2@x>',
  ];
  expect(eventsOf(exchange, log.join('\n'))).toEqual(['accepted a@b.example', 'accepted z@y.example']);
});

test('the time is that of the row', () => {
  expect(timedEventsOf(exchange, [header, row('SMTP', 'RECEIVE')].join('\n'))).toEqual([
    'accepted a@b.example 2026-11-23T09:31:07.000Z',
  ]);
});

test('a row that is cut off is malformed', () => {
  expect(eventsOf(exchange, [header, '2026-11-23T09:31:07.485Z,SMTP,RECEIVE,1,<m1@x>'].join('\n'))).toEqual([
    'malformed',
  ]);
});

describe('recognised', () => {
  const lines = (name: string): string[] =>
    fixture(name)
      .toString('latin1')
      .split('\n')
      .filter((line) => !/^\s*(?:#|$)/.test(line));

  test.for(['exchange-2019.csv', 'exchange-2010-headerless.csv', 'exchange-export.csv'])('%s', (name) => {
    expect(exchange.recognise(lines(name))).toBe(true);
  });

  test.for([
    [
      'the protocol log',
      '2026-11-23T09:31:07.485Z,EX01\\Default,08DF000000000101,1,192.0.2.1:25,192.0.2.2:1,>,MAIL FROM:<a@b>,',
    ],
    ['a table of senders', 'a@b.example,b.example,1,0,2026-11-23T09:31:07Z,2026-11-23T09:31:07Z'],
    ['an address', 'a@b.example'],
  ])('%s is not', ([, line = '']) => {
    expect(exchange.recognise([line, line])).toBe(false);
  });
});

// prettier-ignore
const pieces = [
  `${header}\n`, '2026-11-23T09:31:07.485Z,', 'SMTP,RECEIVE,', 'SMTP,SEND,', 'SMTP,FAIL,', 'STOREDRIVER,SUBMIT,',
  '1,', '<m1@x>,', ';', '"a,b"@c.example,', '"""a"" b"@c.example,', 'Originating', 'Incoming', ',,,,,,,,',
  '\uFEFF', '#Fields: return-path,event-id,source\n',
];

test('no input makes it throw or tell an address that is not in it', () => {
  expect(() =>
    assertSound(exchange, fixture('exchange-2019.csv'), pieces, (text) => text.replaceAll(/["\uFFFD]/g, '')),
  ).not.toThrow();
});
