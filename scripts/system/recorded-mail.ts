/**
 * The mail whose traces are recorded: every kind of line about envelope senders that a log reader has to tell apart.
 * trap.example stands only where no envelope sender is: who lists it has read text as an address.
 */
import { addresses, namelessClient } from './recording-host.js';
import type { Mail } from './send-mail.js';

const sender = { localAddress: addresses['mail.sender.example'], helo: 'mail.sender.example' };
const bulk = { localAddress: addresses['out7.bulk.example'], helo: 'out7.bulk.example' };
const access = { localAddress: addresses['dsl-77.access.example'], helo: 'from=<helo@trap.example>' };
const nameless = { localAddress: namelessClient, helo: 'friend' };

const clerk = ['clerk@corp.example'];
const trapMessage = [
  'From: Trap <header@trap.example>',
  'Subject: [suspect] from=<subject@trap.example>, size=1, nrcpt=1 (queue active)',
  'Message-ID: <id@trap.example>',
  '',
  'Hello.',
].join('\r\n');

/** Mail over SMTP that any server is sent. */
export const ordinaryMail: readonly Mail[] = [
  { ...sender, from: 'alice@sender.example', to: clerk },
  { ...sender, from: 'alice@sender.example', to: ['clerk@corp.example', 'boss@corp.example'] },
  { ...sender, from: 'Carol.Jones+list=corp.example@sender.example', to: clerk },
  { ...sender, from: '', to: clerk },
  { ...bulk, from: 'bounces+17-clerk=corp.example@bulk.example', to: clerk },
  { ...bulk, from: 'prvs=4711abcd=offers@bulk.example', to: clerk, message: trapMessage },
  { ...bulk, from: 'SRS0=x1Yz=AB=sender.example=dora@bulk.example', to: clerk },
  { ...sender, from: '"john doe"@quirk.example', to: clerk },
  { ...sender, from: '"a>b"@quirk.example', to: clerk },
  { ...sender, from: '"c, size=1, nrcpt=1"@quirk.example', to: clerk },
  { ...sender, from: '"back\\\\slash"@quirk.example', to: clerk },
  { ...sender, from: "o'neil@quirk.example", to: clerk },
  { ...sender, from: 'user@[192.0.2.10]', to: clerk },
  { ...sender, from: 'later@sender.example', to: ['slow@away.example'] },
  { ...sender, from: 'lost@sender.example', to: ['unknown@away.example'] },
  // refused: unknown recipient, relaying, a sender's domain that does not exist, both kinds of senders
  { ...access, from: 'winner@access.example', to: ['unknown@corp.example'] },
  { ...access, from: 'alice@sender.example', to: ['unknown@corp.example'] },
  { ...nameless, from: 'relay@bulk.example', to: ['someone@elsewhere.example'] },
  { ...nameless, from: 'ghost@absent.example', to: clerk },
  { ...nameless, from: '', to: ['unknown@corp.example'] },
  // refused for one recipient, taken for the other
  { ...sender, from: 'half@sender.example', to: ['unknown@corp.example', 'clerk@corp.example'] },
];

/** Mail with SMTPUTF8 addresses. */
export const internationalMail: readonly Mail[] = [
  { ...sender, from: 'jörg@sender.example', to: clerk, parameters: 'SMTPUTF8' },
  { ...sender, from: '用户@bücher.example', to: clerk, parameters: 'SMTPUTF8' },
];

/** Mail from a program on the host itself, over SMTP. */
export const loopbackMail: Mail = {
  localAddress: '127.0.0.1',
  helo: 'localhost',
  from: 'webapp@corp.example',
  to: clerk,
};

/** The same by a user who authenticated from outside; the password is that of recording-host.ts. */
export const authenticatedMail: Mail = {
  ...access,
  helo: '[198.51.100.77]',
  before: [`AUTH PLAIN ${Buffer.from('\0frank@corp.example\0secret').toString('base64')}`],
  from: 'frank@corp.example',
  to: ['friend@away.example'],
};

/** Mail that is taken although a rule on trial would refuse its client, which has no name. */
export const warnedMail: Mail = { ...nameless, from: 'warned@sender.example', to: clerk };

/** Mail whose message, not envelope, is refused. */
export const refusedMessage: Mail = {
  ...bulk,
  from: 'pills@bulk.example',
  to: clerk,
  message: 'Subject: buy pills from=<subject@trap.example>\r\n\r\nHello.',
};
