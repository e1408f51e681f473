/**
 * What verdicts and reasons mean, for readers who never saw an SMTP reply.
 */
import type { AskedVerdict, Reason, reasonsByVerdict, Verdict } from '../../verdict/evidence.js';

/** What a verdict means. */
export const verdictWords: Record<Verdict, string> = {
  accepted: 'its server would take mail for it (2xx)',
  deferred: 'its server asks to come back later (4xx)',
  rejected: 'its server refuses (5xx)',
  'no-answer': 'its server took the connection and gave no usable answer',
  unreachable: 'no server took a connection',
  undeliverable: 'its domain takes no mail at all',
  skipped: 'not asked, on purpose',
  pending: 'not asked yet',
};

type ReasonWords = { [V in AskedVerdict]: Record<(typeof reasonsByVerdict)[V][number], string> };

const reasonWords: ReasonWords = {
  accepted: { ok: 'the address is taken', 'catch-all': 'so is any other address there: this proves nothing' },
  deferred: {
    greylisted: 'strangers must come back later; that they would take the address is likely',
    throttled: 'too many questions for this server, or it is busy',
    'mailbox-full': 'the mailbox exists, and is full',
    'mailbox-busy': 'the mailbox exists, and is in use',
    'other-deferral': 'a temporary error',
  },
  rejected: {
    'no-such-mailbox': 'the server does not know the address',
    'mailbox-disabled': 'the address exists no more, or takes no mail',
    'mailbox-full': 'the mailbox exists, and is full',
    'relay-denied': 'the server takes no mail for this domain',
    'refused-us': 'block list or policy: about who asked, not about the address',
    'refused-sender': 'about the envelope sender of the question, not about the address',
    unspecified: 'refused for no reason that we understand',
  },
  'no-answer': {
    timeout: 'silence',
    'hang-up': 'the server hung up',
    'not-smtp': 'what answered does not speak SMTP',
    'reply-too-long': 'a reply without end',
    'tls-failed': 'encryption was demanded, and failed',
  },
  unreachable: {
    'connection-refused': 'nothing listens there',
    'connection-timeout': 'no reaction at all',
    'network-unreachable': 'no way leads there',
    'dns-failure': 'the name servers fail, for now',
    'dns-timeout': 'the name servers keep silent',
  },
  undeliverable: {
    'no-such-domain': 'the domain does not exist',
    'null-mx': 'the domain declares that it takes no mail (null MX)',
    'no-mail-host': 'the domain has no mail server',
  },
  skipped: {
    'opted-out': 'listed as never to be contacted',
    'bad-syntax': 'not a valid address',
    'forbidden-network': 'its server would be in a private or reserved network',
    'no-smtputf8': 'its server cannot handle such an address',
  },
};

/** What a reason means. */
export function wordsForReason(verdict: AskedVerdict, reason: Reason): string {
  const words: Partial<Record<Reason, string>> = reasonWords[verdict];
  return words[reason] ?? '';
}

/** The verdicts in the order in which all charts show them. */
export const verdictOrder: readonly Verdict[] = [
  'accepted',
  'deferred',
  'rejected',
  'no-answer',
  'unreachable',
  'undeliverable',
  'skipped',
  'pending',
];
