/**
 * Exim's line about a message that arrived: `ID <= sender R= H=host (helo) [address] U=ident P=protocol X= A= S= id= T= for`.
 * Most fields are optional; what a remote can choose (name in HELO, Message-ID, subject) is never looked into.
 */
import { byteAt, bytesOf, findByte, findFirst, findLast, matches, matchesOne } from '../find-bytes.js';
import { pastQuoted } from './bracketed-sender.js';

const space = 0x20;
const quote = 0x22;
const dot = 0x2e;
const nullSender = bytesOf('<>');
const host = bytesOf(' H=');
const bareAddress = bytesOf(' H=[');
const addressStart = bytesOf(' [');
const protocol = bytesOf(' P=');
const size = bytesOf(' S=');
const authenticator = bytesOf(' A=');
const messageId = bytesOf(' id=');
const oldAuthenticated = bytesOf('asmtp');
const authenticated = ['smtpa', 'mtpsa'].map(bytesOf);
const loopback = ['127.', '::1]', '::ffff:127.'].map(bytesOf);

/** Where the address without brackets that begins at `start` ends: before a blank that is not quoted; `end` where it is cut off. */
export function bareAddressEnd(bytes: DataView, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const byte = bytes.getUint8(i);
    if (byte === space) return i;
    // A quoted string is a whole word of the local part (RFC 5321 section 4.1.2).
    if (byte !== quote || (i > start && byteAt(bytes, i - 1) !== dot)) continue;
    const past = pastQuoted(bytes, i, end);
    if (past === i) return end;
    i = past - 1;
  }
  return end;
}

/** Whether the sender at `start` is written `<>`. */
export function isNullSender(bytes: DataView, start: number, end: number): boolean {
  return matches(bytes, start, end, nullSender);
}

/** Whether one of our own users sent the message: authenticated, or from this machine. The sender ends at `at`. */
export function isOwnSubmission(bytes: DataView, at: number, end: number): boolean {
  const protocolAt = findFirst(bytes, at, end, protocol);
  const clientEnd = protocolAt < 0 ? end : protocolAt;
  const hostAt = findFirst(bytes, at, clientEnd, host);
  if (hostAt < 0) return protocolAt >= 0;
  return isLoopbackHost(bytes, hostAt, clientEnd) || (protocolAt >= 0 && isAuthenticated(bytes, protocolAt, end));
}

/** Where the Message-ID begins, or -1. The sender ends at `at`. */
export function messageIdStart(bytes: DataView, at: number, end: number): number {
  const found = findFirst(bytes, at, end, messageId);
  return found < 0 ? -1 : found + messageId.length;
}

/**
 * Whether ` H=name (helo) [address]` at `at` has a loopback address. The name in HELO may have brackets of its own, and the
 * local address follows as ` I=[...]`, so it is the last one with a blank before it.
 */
export function isLoopbackHost(bytes: DataView, at: number, end: number): boolean {
  if (matches(bytes, at, end, bareAddress)) return matchesOne(bytes, at + bareAddress.length, end, loopback);
  const address = findLast(bytes, at, end, addressStart);
  return address >= 0 && matchesOne(bytes, address + addressStart.length, end, loopback);
}

/** `P=esmtpa`, `esmtpsa` and the like (RFC 3848), `asmtp` before Exim 4.50; or `A=` with no quoted text of the client before it. */
function isAuthenticated(bytes: DataView, protocolAt: number, end: number): boolean {
  const start = protocolAt + protocol.length;
  const blank = findByte(bytes, start, end, space);
  const protocolEnd = blank < 0 ? end : blank;
  if (matches(bytes, start, end, oldAuthenticated)) return true;
  if (protocolEnd - start >= 5 && matchesOne(bytes, protocolEnd - 5, protocolEnd, authenticated)) return true;
  const sizeAt = findFirst(bytes, protocolEnd, end, size);
  const found = findFirst(bytes, protocolEnd, sizeAt < 0 ? end : sizeAt, authenticator);
  return found >= 0 && findByte(bytes, protocolEnd, found, quote) < 0;
}
