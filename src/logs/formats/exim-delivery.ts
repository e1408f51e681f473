/**
 * Exim's lines about deliveries: `ID => final <original> F=<sender> P=<return path> R=router T=transport H=host [address] C="250 OK"`.
 */
import { byteAt, bytesOf, findByte, findFirst, findLast } from '../find-bytes.js';
import { senderEnd } from './bracketed-sender.js';
import { bareAddressEnd, isLoopbackHost } from './exim-arrival.js';

const from = bytesOf(' F=<');
const router = bytesOf(' R=');
const transport = bytesOf(' T=');
const reason = bytesOf(': ');
const host = bytesOf(' H=');
const confirmation = bytesOf(' C="');
const addressStart = bytesOf(' [');
const afterSender = [bytesOf(' ')];
const at = 0x40;

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

/** Where the recipient at `start` ends, if its message went to another machine; else -1. */
export function remoteRecipientEnd(bytes: DataView, start: number, end: number): number {
  const recipientEnd = bareAddressEnd(bytes, start, end);
  if (findByte(bytes, start, recipientEnd, at) < 0) return -1;
  const replyAt = findFirst(bytes, recipientEnd, end, confirmation);
  const hostAt = findFirst(bytes, recipientEnd, replyAt < 0 ? end : replyAt, host);
  if (hostAt < 0) return -1;
  const addressAt = findFirst(bytes, hostAt, replyAt < 0 ? end : replyAt, addressStart);
  if (addressAt < 0 || byteAt(bytes, addressAt + addressStart.length) === 0) return -1;
  return isLoopbackHost(bytes, hostAt, findByte(bytes, addressAt, end, 0x5d) + 1) ? -1 : recipientEnd;
}
