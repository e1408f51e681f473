/**
 * sendmail's lines of deliveries: `to=<a@b>,<c@d>, ctladdr=..., delay=..., mailer=esmtp, pri=..., relay=mx.example.
 * [192.0.2.1], dsn=2.0.0, stat=Sent (...)`. What the other server said stands last, in parentheses, and is not believed.
 */
import { byteAt, bytesOf, findByte, findFirst, matches, matchesOne } from '../find-bytes.js';
import { pastQuoted, senderEnd } from './bracketed-sender.js';

const comma = 0x2c;
const blank = 0x20;
const bracketStart = 0x3c;
const addressStart = 0x5b;
const mailer = bytesOf(', mailer=');
/** The mailers of cf/mailer/smtp.m4. */
const smtpMailers = ['esmtp,', 'smtp,', 'smtp8,', 'dsmtp,', 'relay,'].map(bytesOf);
const relay = bytesOf(', relay=');
const field = bytesOf(', ');
const status = bytesOf(', stat=');
const sent = bytesOf(', stat=Sent');
const separator = [bytesOf(',')];
/** The last one is a socket of this machine. */
const ownHost = ['[127.', '[::1]', '[IPv6:::1]', '[IPv6:0:0:0:0:0:0:0:1]', '[UNIX:', '[['].map(bytesOf);

/** Where the recipient that begins at `start` ends: at the comma after it; -1 where the line is no delivery's. */
export function recipientEnd(bytes: DataView, start: number, end: number): number {
  if (byteAt(bytes, start) !== bracketStart) return findByte(bytes, pastQuoted(bytes, start, end), end, comma);
  const bracket = senderEnd(bytes, start + 1, end, separator);
  return bracket < 0 || bracket + 1 === end ? -1 : bracket + 1;
}

/** Whether a mail server on another machine took the mail for the recipients, the first of which begins at `start`. */
export function isTakenElsewhere(bytes: DataView, start: number, end: number): boolean {
  const mailerAt = findFirst(bytes, listEnd(bytes, start, end), end, mailer);
  if (mailerAt < 0 || !matchesOne(bytes, mailerAt + mailer.length, end, smtpMailers)) return false;
  const relayAt = findFirst(bytes, mailerAt, end, relay);
  if (relayAt < 0) return false;
  const name = relayAt + relay.length;
  const nameEnd = findFirst(bytes, name, end, field);
  const address = nameEnd < 0 ? -1 : findByte(bytes, name, nameEnd, addressStart);
  if (address < 0 || matchesOne(bytes, address, nameEnd, ownHost)) return false;
  const statusAt = findFirst(bytes, nameEnd, end, status);
  return statusAt >= 0 && matches(bytes, statusAt, end, sent);
}

/** Past the recipients: a comma and a blank end them. */
function listEnd(bytes: DataView, start: number, end: number): number {
  for (let at = recipientEnd(bytes, start, end); at >= 0; at = recipientEnd(bytes, at + 1, end)) {
    if (byteAt(bytes, at + 1) === blank) return at;
  }
  return end;
}
