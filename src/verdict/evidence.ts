/**
 * The words of the survey: what can happen to a question, at which stage, and what it is called afterwards.
 * Every other file speaks these words; they are the ones the state file, the CSV and the JSON show.
 */

/** The stage of the conversation at which the decisive thing happened, in the order in which a probe goes through them. */
export const stages = ['dns', 'connect', 'greeting', 'ehlo', 'starttls', 'mail', 'rcpt'] as const;
export type Stage = (typeof stages)[number];

/**
 * What happened. `reply` means that the server answered with a reply code (RFC 5321 section 4.2), which is then part
 * of the evidence; everything else says why there is none.
 */
export const events = [
  'reply',
  'timeout',
  'hang-up',
  'not-smtp',
  'reply-too-long',
  'tls-failed',
  'connection-refused',
  'connection-timeout',
  'network-unreachable',
  'dns-failure',
  'dns-timeout',
  'no-such-domain',
  'null-mx',
  'no-mail-host',
  'opted-out',
  'bad-syntax',
  'forbidden-network',
  'no-smtputf8',
] as const;
export type Event = (typeof events)[number];

/** Everything that is known about one question put to the mail servers of one sender. Verdicts are derived from it. */
export interface Evidence {
  readonly event: Event;
  /** Where it happened; null where nothing was asked (`opted-out`, `bad-syntax`). */
  readonly stage: Stage | null;
  /** Reply code, 200 to 599; null unless `event` is `reply`. */
  readonly replyCode: number | null;
  /** Enhanced status code (RFC 3463) such as `5.1.1`; null where the reply has none. */
  readonly enhancedCode: string | null;
  /** The reply's text without codes, lines joined by a space; for other events what is known in words; else null. */
  readonly replyText: string | null;
  /** Name of the mail exchanger asked, A-labels in lower case; null before one was chosen. */
  readonly mxHost: string | null;
  /** IP address connected to, or tried; null before one was chosen. */
  readonly mxAddress: string | null;
  /** The site that the server belongs to (see plan/site.ts); null before one was chosen. */
  readonly site: string | null;
  /** Whether an address that cannot exist was accepted too: true or false where that was asked, null where it was not. */
  readonly catchAll: boolean | null;
  /** When the decisive thing happened, milliseconds since 1970 UTC. */
  readonly checkedAt: number;
  /** Time spent asking about this address, milliseconds; waiting for a turn does not count. */
  readonly durationMs: number;
  /** How many connections were tried for this address until this was known; 0 where none was. */
  readonly attempts: number;
  /** The worker that asked, and the address that it asked from, where it was told one; undefined where nobody else asked for us. */
  readonly prober?: string | undefined;
}

/** The verdicts, and the reasons each can have. */
export const reasonsByVerdict = {
  accepted: ['ok', 'catch-all'],
  deferred: ['greylisted', 'throttled', 'mailbox-full', 'mailbox-busy', 'other-deferral'],
  rejected: [
    'no-such-mailbox',
    'mailbox-disabled',
    'mailbox-full',
    'relay-denied',
    'refused-us',
    'refused-sender',
    'unspecified',
  ],
  'no-answer': ['timeout', 'hang-up', 'not-smtp', 'reply-too-long', 'tls-failed'],
  unreachable: ['connection-refused', 'connection-timeout', 'network-unreachable', 'dns-failure', 'dns-timeout'],
  undeliverable: ['no-such-domain', 'null-mx', 'no-mail-host'],
  skipped: ['opted-out', 'bad-syntax', 'forbidden-network', 'no-smtputf8'],
} as const;

/** What the evidence says of a sender that was asked, or left out on purpose. */
export type AskedVerdict = keyof typeof reasonsByVerdict;
/** As `AskedVerdict`, or `pending`: not asked yet. */
export type Verdict = AskedVerdict | 'pending';
export type Reason = (typeof reasonsByVerdict)[AskedVerdict][number];

/** A verdict with its reason; `rule` names the rule that decided, for people to read. */
export interface Judgement {
  readonly verdict: AskedVerdict;
  readonly reason: Reason;
  readonly rule: string;
}

/** Whether a server of the sender's domain took a connection: true for every verdict that needs one. */
export function isReachable(verdict: Verdict): boolean {
  return verdict === 'accepted' || verdict === 'deferred' || verdict === 'rejected' || verdict === 'no-answer';
}
