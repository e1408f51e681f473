import { expect, test } from 'vitest';
import type { Evidence, Stage } from './evidence.js';
import { blockListsIn, ownAddressesIn, refusesUs } from './refusals-of-us.js';

function reply(stage: Stage, replyCode: number, replyText: string, enhancedCode: string | null = null): Evidence {
  return {
    event: 'reply',
    stage,
    replyCode,
    enhancedCode,
    replyText,
    mxHost: 'mx.example',
    mxAddress: '192.0.2.25',
    site: 'example',
    catchAll: null,
    checkedAt: 0,
    durationMs: 0,
    attempts: 1,
  };
}

test.for([
  ['a greeting', reply('greeting', 554, 'No SMTP service here'), true],
  ['EHLO', reply('ehlo', 550, 'Access denied', '5.7.1'), true],
  ['MAIL', reply('mail', 550, 'Client host [198.51.100.7] blocked', '5.7.1'), true],
  ['MAIL, about our envelope sender', reply('mail', 550, 'Sender address rejected', '5.1.7'), false],
  ['RCPT, block list', reply('rcpt', 554, 'Client host blocked using zen.spamhaus.org', '5.7.1'), true],
  ['RCPT, IP on a list', reply('rcpt', 550, 'mail from 198.51.100.7 rejected: bad reputation', '5.7.1'), true],
  ['RCPT, this sender may not write here', reply('rcpt', 550, 'Not authorized to send to this group', '5.7.1'), false],
  ['RCPT, an address with the word in it', reply('rcpt', 550, '<blocked@a.example> User unknown', '5.1.1'), false],
  ['a greeting for now', reply('greeting', 421, 'Too busy'), false],
] as const)('refuses us: %s', ([, evidence, expected]) => {
  expect(refusesUs(evidence, 'blocked@a.example')).toBe(expected);
});

test.for([
  [
    '554 5.7.1 [198.51.100.7] blocked using zen.spamhaus.org; see https://www.spamhaus.org/',
    ['Spamhaus (zen.spamhaus.org)'],
  ],
  [
    '550 Rejected by Barracuda Reputation: http://www.barracudacentral.org/lookups',
    ['Barracuda (b.barracudacentral.org)'],
  ],
  [
    "Unfortunately, messages from [198.51.100.7] weren't sent. Please contact your provider since part of their network is on our block list (S3140).",
    ['Microsoft (S3140)'],
  ],
  ['Email rejected per policy. https://ipcheck.proofpoint.com/?ip=198.51.100.7', ['Proofpoint']],
  ['Service unavailable; Client host [198.51.100.7] blocked using bl.example.org', ['bl.example.org']],
  ['Listed in dnsbl.sorbs.net and b.barracudacentral.org', ['Barracuda (b.barracudacentral.org)', 'SORBS']],
  ['Access denied', []],
] as const)('block lists in: %s', ([text, names]) => {
  expect(blockListsIn(reply('rcpt', 550, text))).toEqual(names);
});

test("our addresses are those in the reply that are not the server's", () => {
  const text = 'mx.example [192.0.2.25] refuses 198.51.100.7, also 2001:db8::25, see 198.51.100.7; version 4.97.1';
  expect(ownAddressesIn(reply('greeting', 554, text))).toEqual(['198.51.100.7', '2001:db8::25']);
});
