/**
 * How the 26,093 senders of the 2005 survey turned out. It reported four figures: 22,562 had a server that took a
 * connection, 10,789 were accepted by 2xx or put off by 4xx, and of the rejected 16 were wanted. How these divide
 * further is not known: the rows below are made up so that each kind of server occurs, and add up to those figures.
 */
import type { AskedVerdict, Reason } from '../../../src/verdict/evidence.js';
import type { Answer, DnsFault, NameRecords, ServerBehaviour } from '../world.js';

/** What the survey reported. */
export const reported = {
  senders: 26_093,
  domains: 9_000,
  reachable: 22_562,
  acceptedOrDeferred: 10_789,
  wantedRejected: 16,
};

/** Who decides the outcome: a mailbox alone, or for all senders of a domain its server or its DNS entry. */
export type Decider =
  | { readonly by: 'mailbox'; readonly answer: Answer }
  | { readonly by: 'server'; readonly behaviour: ServerBehaviour }
  /** Nobody listens at its exchanger's address. */
  | { readonly by: 'dead-server' }
  /** The domain's entry; null where it does not exist. */
  | { readonly by: 'dns'; readonly entry: DnsFault | NameRecords | null };

/** So many senders turn out so, for this cause. */
export interface Quota {
  readonly verdict: AskedVerdict;
  readonly reason: Reason;
  readonly senders: number;
  readonly decider: Decider;
}

const mailbox = (answer: Answer): Decider => ({ by: 'mailbox', answer });
const server = (behaviour: ServerBehaviour): Decider => ({ by: 'server', behaviour });
const dns = (entry: DnsFault | NameRecords | null): Decider => ({ by: 'dns', entry });

/** The answer that stands for "as the server answers for unknown users". */
export const unknownUser = 'unknown user';

// prettier-ignore
const rows: readonly [AskedVerdict, Reason, number, Decider][] = [
  ['accepted', 'ok', 7_900, mailbox('250 2.1.5 Ok')],
  ['accepted', 'ok', 2_161, server({})],
  ['deferred', 'greylisted', 402, server({ greylistMs: Infinity })],
  ['deferred', 'throttled', 121, server({ greeting: '421 4.7.0 {host} Too many connections from {ip}, try again later' })],
  ['deferred', 'mailbox-full', 130, mailbox('452 4.2.2 <{rcpt}>: Mailbox is full')],
  ['deferred', 'mailbox-busy', 20, mailbox('450 4.2.1 <{rcpt}>: Mailbox is busy')],
  ['deferred', 'other-deferral', 55, mailbox('451 4.3.0 <{rcpt}>: Temporary lookup failure')],
  ['rejected', 'no-such-mailbox', 9_936, mailbox(unknownUser)],
  ['rejected', 'mailbox-disabled', 210, mailbox('550 5.2.1 <{rcpt}>: This account has been disabled')],
  ['rejected', 'mailbox-full', 160, mailbox('552 5.2.2 <{rcpt}>: Mailbox full, quota exceeded')],
  ['rejected', 'relay-denied', 310, server({ rcpt: '554 5.7.1 <{rcpt}>: Relay access denied' })],
  ['rejected', 'refused-us', 180, server({ greeting: '554 5.7.1 {host} Your address [{ip}] is on our block list' })],
  ['rejected', 'refused-us', 320, server({ rcpt: '554 5.7.1 Service unavailable; Client host [{ip}] blocked using bl.example' })],
  ['rejected', 'refused-sender', 98, server({ mail: '550 5.1.7 <{from}>: Sender address rejected: null sender not accepted' })],
  ['no-answer', 'timeout', 150, server({ greeting: 'silence' })],
  ['no-answer', 'timeout', 60, server({ rcpt: 'silence' })],
  ['no-answer', 'hang-up', 130, server({ greeting: 'hang-up' })],
  ['no-answer', 'hang-up', 80, server({ rcpt: 'hang-up' })],
  ['no-answer', 'not-smtp', 99, server({ greeting: 'SSH-2.0-OpenSSH_4.2' })],
  ['no-answer', 'tls-failed', 40, server({ tls: 'broken' })],
  ['unreachable', 'connection-refused', 940, { by: 'dead-server' }],
  ['unreachable', 'connection-timeout', 420, server({ connect: 'black-hole' })],
  ['unreachable', 'dns-failure', 330, dns('servfail')],
  ['unreachable', 'dns-timeout', 20, dns('silence')],
  ['undeliverable', 'no-such-domain', 1_400, dns(null)],
  ['undeliverable', 'null-mx', 60, dns({ mx: ['0 .'] })],
  ['undeliverable', 'no-mail-host', 361, dns({})],
];

/** The rows, shrunk to a scale of at most 1 so that the survey's figures keep their proportions, each rounded. */
export function quotasAt(scale: number): Quota[] {
  const acceptedOrDeferred = Math.round(reported.acceptedOrDeferred * scale);
  const reachable = Math.round(reported.reachable * scale);
  const total = Math.round(reported.senders * scale);
  return [
    ...shrunk(['accepted', 'deferred'], acceptedOrDeferred),
    ...shrunk(['rejected', 'no-answer'], reachable - acceptedOrDeferred),
    ...shrunk(['unreachable', 'undeliverable'], total - reachable),
  ].filter((quota) => quota.senders > 0);
}

/** The rows of those verdicts with so many senders in all: rounded down, then the largest remainders up. */
function shrunk(verdicts: readonly AskedVerdict[], total: number): Quota[] {
  const group = rows.filter(([verdict]) => verdicts.includes(verdict));
  const whole = group.reduce((sum, [, , senders]) => sum + senders, 0);
  const shares = group.map(([, , senders], row) => ({ row, exact: (senders * total) / whole }));
  const missing = total - shares.reduce((sum, { exact }) => sum + Math.floor(exact), 0);
  const byRemainder = shares.toSorted((one, other) => (other.exact % 1) - (one.exact % 1));
  const roundedUp = new Set(byRemainder.slice(0, missing).map(({ row }) => row));
  return group.map(([verdict, reason, senders, decider], row) => ({
    verdict,
    reason,
    senders: Math.floor((senders * total) / whole) + (roundedUp.has(row) ? 1 : 0),
    decider,
  }));
}
