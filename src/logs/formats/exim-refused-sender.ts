/**
 * Exim's lines about mail it refused: where they name the sender. They begin with the client (`H=`, `U=`), with the sender
 * (`F=`), or with words of their own; what follows the first colon and blank is reasons, which may quote anything.
 */
import { byteAt, bytesOf, findFirst, matches, matchesOne } from '../find-bytes.js';
import { senderEnd } from './bracketed-sender.js';
import { bareAddressEnd } from './exim-arrival.js';

const bracketStart = 0x3c;
const colon = 0x3a;
const reason = bytesOf(': ');
const rejected = bytesOf(' rejected ');
const sender = bytesOf(' F=');
const leadingSender = bytesOf('F=');
const tooMany = bytesOf('too many recipients: ');
const namedSender = bytesOf(' sender=<');
const rejectedFirst = bytesOf('rejected ');
/** `H=`, `U=`, and what stands before them where DNSSEC is logged. */
const clients = ['H=', 'U=', ' H=', ' U=', ' DS'].map(bytesOf);
/** The sender follows at once. */
const leads = ['rejected from <', 'rejected MAIL FROM:<', 'unqualified sender rejected: <'].map(bytesOf);
const mailCommand = bytesOf('rejected MAIL ');
const verifications = [' sender verify fail for <', ' sender verify defer for <'].map(bytesOf);
const afterSender = [' ', ':'].map(bytesOf);

/** The line is about no refusal. */
export const notRefused = -1;
/** The line is about a refusal, but names no sender. */
export const senderNotNamed = -2;

/** Where the sender begins in the text at [start, end), or one of the two numbers above. */
export function refusedSenderStart(bytes: DataView, start: number, end: number): number {
  for (const lead of leads) if (matches(bytes, start, end, lead)) return start + lead.length;
  if (matches(bytes, start, end, tooMany)) return after(findFirst(bytes, start, end, namedSender), namedSender);
  if (matches(bytes, start, end, leadingSender)) {
    const found = afterBracket(bytes, start + leadingSender.length);
    return isRefusalAfter(bytes, found, end) ? found : notRefused;
  }
  if (matches(bytes, start, end, rejectedFirst)) return senderNotNamed;
  return matchesOne(bytes, start, end, clients) ? senderAfterClient(bytes, start, end) : notRefused;
}

/** Where the sender that begins at `start` ends, or -1 where it is cut off. */
export function refusedSenderEnd(bytes: DataView, start: number, end: number): number {
  if (byteAt(bytes, start - 1) === bracketStart) return senderEnd(bytes, start, end, afterSender);
  const blank = bareAddressEnd(bytes, start, end);
  return blank > start && byteAt(bytes, blank - 1) === colon ? blank - 1 : blank;
}

/** Where the text at `start` says `sender verify fail for <`, before the sender that begins at `senderStart`; or -1. */
export function verificationStart(bytes: DataView, start: number, senderStart: number): number {
  for (const words of verifications) {
    const at = senderStart - words.length;
    if (at >= start && matches(bytes, at, senderStart, words)) return at;
  }
  return -1;
}

function senderAfterClient(bytes: DataView, start: number, end: number): number {
  const reasonAt = findFirst(bytes, start, end, reason);
  const factsEnd = reasonAt < 0 ? end : reasonAt;
  const senderAt = findFirst(bytes, start, factsEnd, sender);
  if (senderAt >= 0) {
    const found = afterBracket(bytes, senderAt + sender.length);
    return isRefusalAfter(bytes, found, end) ? found : notRefused;
  }
  for (const words of verifications) {
    const at = findFirst(bytes, start, factsEnd, words);
    if (at >= 0) return at + words.length;
  }
  const rejectedAt = findFirst(bytes, start, factsEnd, rejected);
  if (rejectedAt < 0) return notRefused;
  const isMail = matches(bytes, rejectedAt + 1, end, mailCommand);
  return isMail ? afterBracket(bytes, rejectedAt + 1 + mailCommand.length) : senderNotNamed;
}

/** Whether `rejected` follows the sender at `start`, before reasons are given. */
function isRefusalAfter(bytes: DataView, start: number, end: number): boolean {
  const at = refusedSenderEnd(bytes, start, end);
  if (at < 0) return false;
  const reasonAt = findFirst(bytes, at, end, reason);
  return findFirst(bytes, at, reasonAt < 0 ? end : reasonAt, rejected) >= 0;
}

function afterBracket(bytes: DataView, at: number): number {
  return byteAt(bytes, at) === bracketStart ? at + 1 : at;
}

function after(found: number, words: Uint8Array): number {
  return found < 0 ? senderNotNamed : found + words.length;
}
