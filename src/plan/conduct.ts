/**
 * What a session tells of the server and its site, whatever it tells of the mailboxes: that nobody is there, that we
 * are too many or not wanted, or that all is well.
 */
import { formatAddress } from '../senders/address.js';
import type { Evidence } from '../verdict/evidence.js';
import { judge } from '../verdict/judge.js';
import { refusesUs } from '../verdict/refusals-of-us.js';
import type { Batch, BatchReport, Decision, Recipient } from './batch.js';

/**
 * - `untried`: no connection was tried.
 * - `unreached`: none came about.
 * - `unanswered`: one did, but no reply came that can be made sense of.
 * - `silent`: the same, but only at the question about an address of this domain.
 * - `unclear`: nothing else can be told.
 * - `quiet`: answers about mailboxes, and no complaint.
 * - `throttled`: we are too many or too fast; `answered` if there were other answers as well.
 * - `refused`: nobody who asks from here is answered.
 */
export type Conduct =
  | { readonly kind: 'untried' | 'unclear' | 'quiet' }
  | { readonly kind: 'unreached' | 'unanswered' | 'refused'; readonly evidence: Evidence }
  | { readonly kind: 'silent'; readonly evidence: Evidence; readonly domain: string }
  | { readonly kind: 'throttled'; readonly evidence: Evidence; readonly answered: boolean };

/** What a batch's report tells. */
export function conductOf(batch: Batch, { results, moveOn, session }: BatchReport): Conduct {
  if (moveOn !== null) return conductAtOpening(batch, moveOn);
  const replies = results.filter(({ evidence }) => evidence.event === 'reply');
  if (replies.length === 0) return session === null ? { kind: 'untried' } : conductWithoutReply(batch, results);
  const complaint = replies.find(({ recipient, evidence }) => isThrottled(recipient, evidence));
  const refusal = replies.find(({ recipient, evidence }) => isRefused(recipient, evidence));
  const answered = replies.some(({ recipient, evidence }) => {
    return !isThrottled(recipient, evidence) && !isRefused(recipient, evidence);
  });
  if (complaint !== undefined) return { kind: 'throttled', evidence: complaint.evidence, answered };
  if (refusal !== undefined && !answered) return { kind: 'refused', evidence: refusal.evidence };
  return { kind: 'quiet' };
}

/** Whether the answer about a recipient is that we are too many or too fast. */
export function isThrottled({ mailbox }: Recipient, evidence: Evidence): boolean {
  return is4xx(evidence) && judge(evidence, formatAddress(mailbox)).reason === 'throttled';
}

function isRefused({ mailbox }: Recipient, evidence: Evidence): boolean {
  return (evidence.replyCode ?? 0) >= 500 && refusesUs(evidence, formatAddress(mailbox));
}

function is4xx({ replyCode }: Evidence): boolean {
  return replyCode !== null && replyCode >= 400 && replyCode < 500;
}

/** Of a session in which no question got a reply: at most one recipient is judged by that. */
function conductWithoutReply(batch: Batch, [first]: readonly Decision[]): Conduct {
  if (first === undefined || !isSilence(batch, first.evidence)) return { kind: 'unclear' };
  const { recipient, evidence } = first;
  if (evidence.stage !== 'rcpt') return { kind: 'unanswered', evidence };
  return { kind: 'silent', evidence, domain: recipient.mailbox.domain };
}

/** Whether the server fell silent, hung up or spoke no SMTP. A wait that earlier tries cut short proves nothing. */
function isSilence({ spentMs }: Batch, { event, durationMs }: Evidence): boolean {
  if (event === 'timeout') return durationMs - spentMs >= spentMs;
  return event === 'hang-up' || event === 'not-smtp' || event === 'reply-too-long' || event === 'tls-failed';
}

/** Of a server that took no part. Where no time at all was left for the connection, none was tried. */
function conductAtOpening(batch: Batch, evidence: Evidence): Conduct {
  switch (evidence.event) {
    case 'forbidden-network':
      return { kind: 'untried' };
    case 'connection-timeout':
      return evidence.durationMs > batch.spentMs ? { kind: 'unreached', evidence } : { kind: 'untried' };
    case 'connection-refused':
    case 'network-unreachable':
      return { kind: 'unreached', evidence };
    default:
      if (isSilence(batch, evidence)) return { kind: 'unanswered', evidence };
      if (refusesUs(evidence, '')) return { kind: 'refused', evidence };
      if (is4xx(evidence) && judge(evidence, '').reason === 'throttled')
        return { kind: 'throttled', evidence, answered: false };
      return { kind: 'unclear' };
  }
}
