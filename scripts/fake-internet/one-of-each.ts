/**
 * A small world with one domain for each way in which the answer can turn out, and the verdict that a survey must reach
 * for it: the table behind the end-to-end tests, and a reading list of what mail servers do.
 */
import type { AskedVerdict, Reason } from '../../src/verdict/evidence.js';
import type { DnsFault, NameRecords, ServerBehaviour, World } from './world.js';

/** One way in which asking about an address can turn out. */
export interface Example {
  /** Also the domain: `takes-all.example`. */
  readonly name: string;
  /** The address to ask about; anna@ the domain unless told. */
  readonly address?: string;
  /** What the domain's server does; without it there is none, and the exchanger's address refuses. */
  readonly server?: ServerBehaviour;
  /** DNS entries other than the usual (an MX `mx.<domain>` with the server's address), given that address. */
  readonly names?: (domain: string, serverAddress: string) => Readonly<Record<string, DnsFault | NameRecords>>;
  /** With the limits 200 ms for a connection, 200 ms for a reply. */
  readonly verdict: AskedVerdict;
  readonly reason: Reason;
}

const forbidden = '192.168.7.7';

/** The table. */
export const examples: readonly Example[] = [
  // Mail would be taken.
  { name: 'takes-all', server: {}, verdict: 'accepted', reason: 'ok' },
  { name: 'knows-anna', server: { rcpt: { known: ['anna@knows-anna.example'] } }, verdict: 'accepted', reason: 'ok' },
  { name: 'no-pipelining', server: { extensions: ['8BITMIME'] }, verdict: 'accepted', reason: 'ok' },
  { name: 'helo-only', server: { ehlo: '502 5.5.1 Command not implemented' }, verdict: 'accepted', reason: 'ok' },
  {
    name: 'long-greeting',
    server: { greeting: '220-{host} ESMTP\n220-We do not allow\n220 spam' },
    verdict: 'accepted',
    reason: 'ok',
  },
  { name: 'postscreen', server: { greetingMs: [60, 60] }, verdict: 'accepted', reason: 'ok' },
  { name: 'slow', server: { replyMs: [30, 30] }, verdict: 'accepted', reason: 'ok' },
  { name: 'tls-offered', server: { tls: 'offered' }, verdict: 'accepted', reason: 'ok' },
  { name: 'tls-demanded', server: { tls: 'demanded' }, verdict: 'accepted', reason: 'ok' },
  {
    name: 'cannot-verify',
    server: { rcpt: '252 2.1.5 Cannot VRFY user, but will take message' },
    verdict: 'accepted',
    reason: 'ok',
  },
  {
    name: 'quoted',
    address: '"anna \\"the> first\\" berg"@quoted.example',
    server: {},
    verdict: 'accepted',
    reason: 'ok',
  },
  {
    name: 'implicit-mx',
    server: {},
    names: (domain, a) => ({ [domain]: { a: [a] } }),
    verdict: 'accepted',
    reason: 'ok',
  },
  {
    name: 'alias',
    server: {},
    names: (domain, a) => ({
      [domain]: { cname: `real.${domain}` },
      [`real.${domain}`]: { mx: [`10 mx.${domain}`] },
      [`mx.${domain}`]: { a: [a] },
    }),
    verdict: 'accepted',
    reason: 'ok',
  },
  {
    name: 'nolisting',
    server: {},
    names: (domain, a) => ({
      [domain]: { mx: [`10 dead.${domain}`, `20 mx.${domain}`] },
      [`dead.${domain}`]: { a: ['127.0.66.66'] },
      [`mx.${domain}`]: { a: [a] },
    }),
    verdict: 'accepted',
    reason: 'ok',
  },
  {
    name: 'two-addresses',
    server: {},
    names: (domain, a) => ({ [domain]: { mx: [`10 mx.${domain}`] }, [`mx.${domain}`]: { a: [a, '127.0.66.66'] } }),
    verdict: 'accepted',
    reason: 'ok',
  },
  // Not now.
  { name: 'greylists', server: { greylistMs: Infinity }, verdict: 'deferred', reason: 'greylisted' },
  {
    name: 'postscreen-new',
    server: { rcpt: '450 4.3.2 Service currently unavailable' },
    verdict: 'deferred',
    reason: 'greylisted',
  },
  { name: 'throttles', server: { limits: { sessionsAtOnce: 0 } }, verdict: 'deferred', reason: 'throttled' },
  { name: 'throttles-late', server: { limits: { recipientsASession: 0 } }, verdict: 'deferred', reason: 'throttled' },
  {
    name: 'full-for-now',
    server: { rcpt: '452 4.2.2 <{rcpt}>: Mailbox full' },
    verdict: 'deferred',
    reason: 'mailbox-full',
  },
  { name: 'busy', server: { rcpt: '450 4.2.1 Mailbox busy' }, verdict: 'deferred', reason: 'mailbox-busy' },
  {
    name: 'local-error',
    server: { rcpt: '451 4.3.0 Temporary lookup failure' },
    verdict: 'deferred',
    reason: 'other-deferral',
  },
  {
    name: 'deferred-at-mail',
    server: { mail: '451 4.3.0 Temporary system problem' },
    verdict: 'deferred',
    reason: 'other-deferral',
  },
  // No.
  { name: 'knows-nobody', server: { rcpt: { known: [] } }, verdict: 'rejected', reason: 'no-such-mailbox' },
  {
    name: 'disabled',
    server: { rcpt: '550 5.2.1 This mailbox is disabled' },
    verdict: 'rejected',
    reason: 'mailbox-disabled',
  },
  {
    name: 'full',
    server: { rcpt: '552 5.2.2 <{rcpt}>: Mailbox full, quota exceeded' },
    verdict: 'rejected',
    reason: 'mailbox-full',
  },
  {
    name: 'no-relay',
    server: { rcpt: '554 5.7.1 <{rcpt}>: Relay access denied' },
    verdict: 'rejected',
    reason: 'relay-denied',
  },
  {
    name: 'refuses-greeting',
    server: { greeting: '554 5.7.1 {host} [{ip}] is on our block list' },
    verdict: 'rejected',
    reason: 'refused-us',
  },
  {
    name: 'refuses-ehlo',
    server: { ehlo: '550 5.7.1 Access denied', helo: '550 5.7.1 Access denied' },
    verdict: 'rejected',
    reason: 'refused-us',
  },
  {
    name: 'refuses-mail',
    server: { mail: '550 5.7.1 Client host [{ip}] blocked using bl.example' },
    verdict: 'rejected',
    reason: 'refused-us',
  },
  {
    name: 'refuses-rcpt',
    server: { rcpt: '554 5.7.1 Service unavailable; Client host [{ip}] blocked using bl.example' },
    verdict: 'rejected',
    reason: 'refused-us',
  },
  {
    name: 'refuses-sender',
    server: { mail: '550 5.1.7 <{from}>: Sender address rejected' },
    verdict: 'rejected',
    reason: 'refused-sender',
  },
  { name: 'gives-no-reason', server: { rcpt: '550 No' }, verdict: 'rejected', reason: 'unspecified' },
  // A connection, but no answer.
  { name: 'silent', server: { greeting: 'silence' }, verdict: 'no-answer', reason: 'timeout' },
  { name: 'silent-at-ehlo', server: { ehlo: 'silence' }, verdict: 'no-answer', reason: 'timeout' },
  { name: 'silent-at-rcpt', server: { rcpt: 'silence' }, verdict: 'no-answer', reason: 'timeout' },
  { name: 'hangs-up', server: { greeting: 'hang-up' }, verdict: 'no-answer', reason: 'hang-up' },
  { name: 'hangs-up-at-mail', server: { mail: 'hang-up' }, verdict: 'no-answer', reason: 'hang-up' },
  { name: 'hangs-up-at-rcpt', server: { rcpt: 'hang-up' }, verdict: 'no-answer', reason: 'hang-up' },
  { name: 'resets', server: { rcpt: 'reset' }, verdict: 'no-answer', reason: 'hang-up' },
  {
    name: 'speaks-http',
    server: { greeting: 'HTTP/1.1 400 Bad Request\nConnection: close\n' },
    verdict: 'no-answer',
    reason: 'not-smtp',
  },
  { name: 'speaks-ssh', server: { greeting: 'SSH-2.0-OpenSSH_9.2p1' }, verdict: 'no-answer', reason: 'not-smtp' },
  {
    name: 'talks-on',
    server: { greeting: `220-${'and on '.repeat(20_000)}` },
    verdict: 'no-answer',
    reason: 'reply-too-long',
  },
  { name: 'tls-broken', server: { tls: 'broken' }, verdict: 'no-answer', reason: 'tls-failed' },
  // No connection.
  { name: 'dead', verdict: 'unreachable', reason: 'connection-refused' },
  { name: 'swallows', server: { connect: 'black-hole' }, verdict: 'unreachable', reason: 'connection-timeout' },
  { name: 'dns-fails', names: (domain) => ({ [domain]: 'servfail' }), verdict: 'unreachable', reason: 'dns-failure' },
  { name: 'dns-refuses', names: (domain) => ({ [domain]: 'refused' }), verdict: 'unreachable', reason: 'dns-failure' },
  { name: 'dns-silent', names: (domain) => ({ [domain]: 'silence' }), verdict: 'unreachable', reason: 'dns-timeout' },
  // No mail there.
  { name: 'no-such-domain', names: () => ({}), verdict: 'undeliverable', reason: 'no-such-domain' },
  {
    name: 'null-mx',
    names: (domain) => ({ [domain]: { mx: ['0 .'], a: ['127.0.66.66'] } }),
    verdict: 'undeliverable',
    reason: 'null-mx',
  },
  { name: 'no-data', names: (domain) => ({ [domain]: {} }), verdict: 'undeliverable', reason: 'no-mail-host' },
  {
    name: 'mx-nowhere',
    names: (domain) => ({ [domain]: { mx: [`10 gone.${domain}`] } }),
    verdict: 'undeliverable',
    reason: 'no-mail-host',
  },
  // Not asked.
  {
    name: 'private',
    names: (domain) => ({ [domain]: { mx: [`10 mx.${domain}`] }, [`mx.${domain}`]: { a: [forbidden] } }),
    verdict: 'skipped',
    reason: 'forbidden-network',
  },
];

/** The address to ask about for an example. */
export function addressOf(example: Example): string {
  return example.address ?? `anna@${example.name}.example`;
}

/** Where an example's server is, by the example's place in the table: 127.20.0.1 and on. */
function serverAddressOf(example: Example): string {
  return `127.20.0.${examples.indexOf(example) + 1}`;
}

/** The world of all examples, or of those given. */
export function worldOf(chosen: readonly Example[] = examples): World {
  const names: Record<string, DnsFault | NameRecords> = {};
  const servers: Record<string, ServerBehaviour> = {};
  for (const example of chosen) {
    const domain = `${example.name}.example`;
    const address = serverAddressOf(example);
    Object.assign(names, (example.names ?? usualNames)(domain, address));
    if (example.server) servers[address] = { host: `mx.${domain}`, ...example.server };
  }
  return { names, servers };
}

function usualNames(domain: string, address: string): Record<string, NameRecords> {
  return { [domain]: { mx: [`10 mx.${domain}`] }, [`mx.${domain}`]: { a: [address] } };
}
