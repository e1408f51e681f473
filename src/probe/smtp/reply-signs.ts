/**
 * The replies to MAIL and RCPT that say how to ask, rather than anything about the mailbox.
 */
import type { Reply } from './reply-parser.js';

/** The server wants STARTTLS first: RFC 3207 section 4 (530), or in words what it has no code of its own for. */
export function demandsTls(reply: Reply): boolean {
  if (reply.code < 400) return false;
  const { code, enhancedCode, text } = reply;
  return code === 530
    ? enhancedCode === '5.7.0' || namesTls(text)
    : enhancedCode === '4.7.10' || enhancedCode === '5.7.10' || asksForTls(text);
}

function namesTls(text: string): boolean {
  return /\b(?:start)?tls\b|encrypt/i.test(text);
}

function asksForTls(text: string): boolean {
  return /\b(?:start)?tls\b.*\b(?:required|needed|mandatory|first)\b|\b(?:must|requires?|need)\b.*\b(?:start)?tls\b/i.test(
    text,
  );
}

/**
 * The server takes no more recipients in this transaction: 4.5.3 or 5.5.3, a bare 552 (RFC 5321 section 4.5.3.1.10),
 * or the words. That is not about the mailbox unless it is the transaction's only one.
 */
export function isTooManyRecipients(reply: Reply): boolean {
  if (reply.code < 400) return false;
  const { code, enhancedCode, text } = reply;
  if (enhancedCode === null) return code === 552 || (code === 452 && /too many recipients/i.test(text));
  return enhancedCode === '4.5.3' || enhancedCode === '5.5.3';
}
