/**
 * What the mail server is told to do about a bad sender, and the words for the sender's postmaster: what was asked of whom,
 * and what was answered. One line of printable ASCII, whatever the answer was made of.
 */
import type { Evidence, Judgement } from '../verdict/evidence.js';

/** What is done about bad senders. */
export const modes = ['observe', 'prepend', 'defer', 'reject'] as const;
export type Mode = (typeof modes)[number];

/** No opinion: the mail server goes on with its next restriction. */
export const pass = 'DUNNO';

/** The header of `prepend`. */
const headerName = 'X-Sender-Survey';

/** Characters at most: a reply line has 512 (RFC 5321 section 4.5.3.1.5), and Postfix puts the recipient before it. */
const longest = { host: 80, reply: 160, text: 400 } as const;

/** The action (access(5)) for a bad sender in this mode. */
export function actionFor(mode: Mode, address: string, evidence: Evidence, judgement: Judgement): string {
  switch (mode) {
    case 'observe':
      return pass;
    case 'prepend':
      return `PREPEND ${headerName}: ${judgement.verdict}/${judgement.reason}; ${explain(address, evidence)}`;
    case 'defer':
      return `450 4.${statusOf(judgement)} ${explain(address, evidence)}`;
    case 'reject':
      return `550 5.${statusOf(judgement)} ${explain(address, evidence)}`;
    default:
      return mode satisfies never;
  }
}

/**
 * RFC 3463 section 3.8, and RFC 7505 for null MX. Not those of sender addresses (X.1.7, X.1.8): where Postfix checks
 * recipients, it turns them into those of bad recipient addresses, and the sender would look for a slip in the wrong one.
 */
function statusOf({ reason }: Judgement): string {
  return reason === 'null-mx' ? '7.27' : '7.1';
}

/** Why mail from this address is not wanted. */
export function explain(address: string, evidence: Evidence): string {
  const { event, replyCode, enhancedCode, replyText, mxHost, mxAddress, checkedAt } = evidence;
  const day = new Date(checkedAt).toISOString().slice(0, 10);
  if (event !== 'reply') {
    return fit(`sender address rejected: DNS says that the domain of <${address}> takes no mail (${event}, ${day})`);
  }
  const code = enhancedCode === null ? `${replyCode}` : `${replyCode} ${enhancedCode}`;
  const reply = cut(`${code} ${replyText ?? ''}`.trim(), longest.reply);
  const server = `${cut(mxHost ?? 'its server', longest.host)} [${mxAddress}]`;
  return fit(`sender address rejected: ${server} said on ${day} to RCPT TO:<${address}>: ${reply}`);
}

function fit(text: string): string {
  return cut(text.replace(/[^\x20-\x7e]/g, '?'), longest.text);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3)}...`;
}
