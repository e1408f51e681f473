/**
 * Exim's lines about deliveries: `ID => final <original> F=<sender> P=<return path> R=router T=transport H=host [address] C="250 OK"`.
 */
import { byteAt, bytesOf, findByte, findFirst, findLast, numberAt } from '../find-bytes.js';
import { senderEnd } from './bracketed-sender.js';
import { bareAddressEnd, isLoopbackHost } from './exim-arrival.js';

const from = bytesOf(' F=<');
const router = bytesOf(' R=');
const transport = bytesOf(' T=');
const reason = bytesOf(': ');
const host = bytesOf(' H=');
const confirmation = bytesOf(' C="');
const addressStart = bytesOf(' [');
const afterSender = [' ', ':'].map(bytesOf);
const at = 0x40;
const colon = 0x3a;
const addressEnd = 0x5d;
/** SMTP and submission; LMTP (24) and content filters (10024) have others. */
const smtpPorts = new Set([25, 465, 587]);

/** Where the sender begins that the line names before it speaks of routers and replies, or -1. `start` is the recipient's. */
export function deliveredSenderStart(bytes: DataView, start: number, end: number): number {
  let namesEnd = end;
  for (const field of [router, transport, reason]) {
    const found = findFirst(bytes, start, namesEnd, field);
    if (found >= 0) namesEnd = found;
  }
  const found = findLast(bytes, start, namesEnd, from);
  return found < 0 ? -1 : found + from.length;
}

/** Where that sender ends, or -1. */
export function deliveredSenderEnd(bytes: DataView, start: number, end: number): number {
  return senderEnd(bytes, start, end, afterSender);
}

/** Where the recipient at `start` ends, if a mail server on another machine took the mail; else -1. */
export function correspondentEnd(bytes: DataView, start: number, end: number): number {
  const recipientEnd = bareAddressEnd(bytes, start, end);
  if (findByte(bytes, start, recipientEnd, at) < 0) return -1;
  const replyAt = findFirst(bytes, recipientEnd, end, confirmation);
  const factsEnd = replyAt < 0 ? end : replyAt;
  const hostAt = findFirst(bytes, recipientEnd, factsEnd, host);
  const open = hostAt < 0 ? -1 : findFirst(bytes, hostAt, factsEnd, addressStart);
  const close = open < 0 ? -1 : findByte(bytes, open, factsEnd, addressEnd);
  if (close < 0 || isLoopbackHost(bytes, hostAt, close)) return -1;
  const hasUsualPort = byteAt(bytes, close + 1) !== colon || smtpPorts.has(numberAt(bytes, close + 2, factsEnd));
  return hasUsualPort ? recipientEnd : -1;
}
