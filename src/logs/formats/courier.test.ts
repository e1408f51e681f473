import { describe, expect, test } from 'vitest';
import { courier } from './courier.js';
import { counted, eventsOf, assertSound, fixture } from './heard-events.test-support.js';

test('a real log, counted by message; the address that courierd cut is malformed', () => {
  expect(counted(eventsOf(courier, fixture('real-courier-rfc3164.log'))).toSorted()).toEqual(
    [
      '2 accepted alice@sender.example',
      '1 accepted Carol.Jones+list=corp.example@sender.example',
      '1 accepted ',
      '1 accepted bounces+17-clerk=corp.example@bulk.example',
      '1 accepted prvs=4711abcd=offers@bulk.example',
      '1 malformed',
      '1 accepted "a>b"@quirk.example',
      '1 accepted "c,to=<d"@quirk.example',
      "1 accepted o'neil@quirk.example",
      '1 accepted back slash@quirk.example',
      '1 accepted half@sender.example',
      '1 accepted jörg@sender.example',
      '1 accepted 用户@bücher.example',
      '1 submitted webapp@corp.example',
      '2 submitted frank@corp.example',
      '1 submitted cron@corp.example',
      '1 submitted ',
      '1 rejected "john doe"@quirk.example',
      '1 rejected later@sender.example',
      '1 rejected lost@sender.example',
      '1 rejected winner@access.example',
      '1 rejected alice@sender.example',
      '1 rejected relay@bulk.example',
      '1 rejected ghost@absent.example',
      '1 rejected ',
      '1 rejected half@sender.example',
      '1 rejected webapp@corp.example',
    ].toSorted(),
  );
});

const stamp = 'Nov 23 09:31:07 mx1';
const id = '0038C081.4D026173.000051A4';
const begun = (origin: string): string => `${stamp} courierd: newmsg,id=${id}${origin}`;
const started = (from: string): string =>
  `${stamp} courierd: started,id=${id},from=<${from},module=esmtp,host=x,addr=<c@d.example>`;
const delivered = (result: string): string =>
  `${stamp} courieresmtp: id=${id},from=<a@b.example>,addr=<c@d.example>${result}`;

describe('who handed a message in', () => {
  test.for([
    ['another host', ': dns; mail (mail.sender.example [::ffff:192.0.2.10])', 'accepted'],
    ['a user who authenticated', ', auth=frank: dns; mail (dsl.example [::ffff:192.0.2.10])', 'submitted'],
    ['the machine itself', ': dns; localhost (localhost [127.0.0.1])', 'submitted'],
    ['the machine itself over SMTP', ': dns; localhost ([::ffff:127.0.0.1])', 'submitted'],
    ['another host that says it is this one', ': dns; [127.0.0.1] ([::ffff:192.0.2.10])', 'accepted'],
  ])('%s', ([, origin = '', word = '']) => {
    expect(eventsOf(courier, `${begun(origin)}\n${started('a@b.example>')}`)).toEqual([`${word} a@b.example`]);
  });
});

test('a message from before the log begins has no known origin', () => {
  expect(eventsOf(courier, started('a@b.example>'))).toEqual(['accepted a@b.example', 'origin-unknown']);
});

test.for([
  ['cut with dots', 'bounce-1234@newsletters.exa...>'],
  ['cut without its bracket', 'bounce-1234@newsletters.exa'],
])('an address that is %s is malformed', ([, from = '']) => {
  expect(eventsOf(courier, started(from))).toEqual(['malformed']);
});

test.for([
  ['another server took it', ',size=329,success: delivered: mx.d.example [192.0.2.25]', ['corresponded c@d.example']],
  ['an old Courier says so', ',success: delivered: mx.d.example [::ffff:192.0.2.25]', ['corresponded c@d.example']],
  ['this machine took it', ',size=329,success: delivered: localhost [127.0.0.1]', []],
  ['it went into a mailbox', ',size=329,success: Message delivered.', []],
  ['it was refused in such words', ': 550 ,success: delivered: x [192.0.2.25]', []],
] as const)('a correspondent: %s', ([, result, events]) => {
  const own = begun(', auth=frank: dns; mail (dsl.example [::ffff:192.0.2.10])');
  const other = begun(': dns; mail (dsl.example [::ffff:192.0.2.10])');
  expect(eventsOf(courier, [own, started('a@b.example>'), delivered(result)].join('\n')).slice(1)).toEqual(events);
  expect(eventsOf(courier, [other, started('a@b.example>'), delivered(result)].join('\n')).slice(1)).toEqual([]);
});

// prettier-ignore
const pieces = [
  `${stamp} courierd: `, 'newmsg,id=1: ', 'started,id=1,from=<', '>,module=local,host=x,addr=<y>',
  'completed,id=1', 'dns; x ([127.0.0.1])', `${stamp} courieresmtpd: `, 'error,relay=1.2.3.4,', ',from=<',
  '>,to=<c@d.example>: 550 x', ': 550 ', '...', 'id=1,from=<', ',addr=<', ',size=1',
  ',success: delivered: x [192.0.2.1]', ', auth=x',
];

test('no input makes it throw or tell an address that is not in it', () => {
  expect(() => assertSound(courier, fixture('real-courier-rfc3164.log'), pieces)).not.toThrow();
});
