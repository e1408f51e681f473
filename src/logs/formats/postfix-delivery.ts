/**
 * Postfix's lines of deliveries, all of one layout: `to=<a@b>, orig_to=<c@d>, relay=host[address]:port, delay=..., dsn=...,
 * status=sent (250 ...)`. What the other server said stands last, in parentheses, and is not believed.
 */
import { byteAt, bytesOf, findByte, findFirst, matches, matchesOne, numberAt } from '../find-bytes.js';
import { senderEnd } from './bracketed-sender.js';

const originalRecipient = bytesOf(', orig_to=<');
const relay = bytesOf(', relay=');
const status = bytesOf(', status=');
const sent = bytesOf(', status=sent');
const afterRecipient = [originalRecipient, relay];
const daemons = bytesOf('postfix/');
/** The first letters of `smtp` and `relay/smtp`. */
const smtp = 0x73;
const relayed = 0x72;
const loopback = ['[127.', '[::1]'].map(bytesOf);
const comma = 0x2c;
const colon = 0x3a;
const addressStart = 0x5b;
const addressEnd = 0x5d;
/** SMTP and submission; LMTP (24) and content filters (10024) have others. */
const smtpPorts = new Set([25, 465, 587]);

/** Whether the line of the daemon whose name is at `tag` is no SMTP client's: `postfix/lmtp`, `postfix/local`, `postfix/pipe`. */
export function isLocalAgents(bytes: DataView, tag: number, end: number): boolean {
  if (!matches(bytes, tag, end, daemons)) return false;
  const name = byteAt(bytes, tag + daemons.length);
  return name !== smtp && name !== relayed;
}

/** Where the recipient that begins at `start` ends: at its `>`; -1 where the line is no delivery's. */
export function recipientEnd(bytes: DataView, start: number, end: number): number {
  return senderEnd(bytes, start, end, afterRecipient);
}

/** Whether a mail server on another machine took the mail for the recipient that ended at `at`. */
export function isTakenElsewhere(bytes: DataView, at: number, end: number): boolean {
  let relayAt = at + 1;
  if (matches(bytes, relayAt, end, originalRecipient)) {
    relayAt = senderEnd(bytes, relayAt + originalRecipient.length, end, [relay]) + 1;
  }
  if (relayAt === 0 || !matches(bytes, relayAt, end, relay)) return false;
  const nameStart = relayAt + relay.length;
  const nameEnd = findByte(bytes, nameStart, end, comma);
  if (nameEnd < 0 || !isMailServerElsewhere(bytes, nameStart, nameEnd)) return false;
  const statusAt = findFirst(bytes, nameEnd, end, status);
  return statusAt >= 0 && matches(bytes, statusAt, end, sent);
}

/** `mx.example[192.0.2.1]:25`, without the port before Postfix 2.3; not `none`, `local`, `host[private/lmtp]`. */
function isMailServerElsewhere(bytes: DataView, start: number, end: number): boolean {
  const open = findByte(bytes, start, end, addressStart);
  if (open < 0 || matchesOne(bytes, open, end, loopback)) return false;
  const close = findByte(bytes, open, end, addressEnd);
  if (close < 0 || !isAddress(bytes, open + 1, close)) return false;
  return close + 1 === end || (byteAt(bytes, close + 1) === colon && smtpPorts.has(numberAt(bytes, close + 2, end)));
}

/** Tells an IP address from the path of a socket. */
function isAddress(bytes: DataView, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes.getUint8(i);
    const letter = byte | 0x20;
    if (!(byte >= 0x2e && byte <= 0x3a && byte !== 0x2f) && !(letter >= 0x61 && letter <= 0x66)) return false;
  }
  return end > start;
}
