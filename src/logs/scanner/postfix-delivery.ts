/**
 * Postfix's lines of deliveries, all of one layout: `to=<a@b>, orig_to=<c@d>, relay=host[address]:port, delay=..., dsn=...,
 * status=sent (250 ...)`. What the other server said stands last, in parentheses, and is not believed.
 */
import { firstBracket, nextBracket } from './bracketed-sender';
import { byteAt, findByte, findText, matches, numberAt } from './bytes';

const smtp = 0x73;
const relayed = 0x72;
const comma = 0x2c;
const colon = 0x3a;
const addressStart = 0x5b;
const addressEnd = 0x5d;

/** Whether the line of the daemon whose name is at `tag` is no SMTP client's: `postfix/lmtp`, `postfix/local`, `postfix/pipe`. */
export function isLocalAgents(tag: i32, end: i32): bool {
  if (!matches(tag, end, 'postfix/')) return false;
  // `smtp` or `relay/smtp`
  const name = byteAt(tag + 'postfix/'.length, end);
  return name !== smtp && name !== relayed;
}

/** Where the recipient that begins at `start` ends: at its `>`; -1 where the line is no delivery's. */
export function recipientEnd(start: i32, end: i32): i32 {
  let at = firstBracket(start, end);
  while (at >= 0 && at + 1 < end && !matches(at + 1, end, ', orig_to=<') && !matches(at + 1, end, ', relay=')) {
    at = nextBracket(at, end);
  }
  return at;
}

/** Whether a mail server on another machine took the mail for the recipient that ended at `at`. */
export function isTakenElsewhere(at: i32, end: i32): bool {
  let relayAt = at + 1;
  if (matches(relayAt, end, ', orig_to=<')) relayAt = originalEnd(relayAt + ', orig_to=<'.length, end) + 1;
  if (relayAt === 0 || !matches(relayAt, end, ', relay=')) return false;
  const nameStart = relayAt + ', relay='.length;
  const nameEnd = findByte(nameStart, end, comma);
  if (nameEnd < 0 || !isMailServerElsewhere(nameStart, nameEnd)) return false;
  const statusAt = findText(nameEnd, end, ', status=');
  return statusAt >= 0 && matches(statusAt, end, ', status=sent');
}

function originalEnd(start: i32, end: i32): i32 {
  let at = firstBracket(start, end);
  while (at >= 0 && at + 1 < end && !matches(at + 1, end, ', relay=')) at = nextBracket(at, end);
  return at;
}

/** `mx.example[192.0.2.1]:25`, without the port before Postfix 2.3; not `none`, `local`, `host[private/lmtp]`. */
function isMailServerElsewhere(start: i32, end: i32): bool {
  const open = findByte(start, end, addressStart);
  if (open < 0 || matches(open, end, '[127.') || matches(open, end, '[::1]')) return false;
  const close = findByte(open, end, addressEnd);
  if (close < 0 || !isAddress(open + 1, close)) return false;
  return close + 1 === end || (byteAt(close + 1, end) === colon && isSmtpPort(numberAt(close + 2, end)));
}

/** SMTP and submission; LMTP (24) and content filters (10024) have others. */
function isSmtpPort(port: i32): bool {
  return port === 25 || port === 465 || port === 587;
}

/** Tells an IP address from the path of a socket. */
function isAddress(start: i32, end: i32): bool {
  for (let i = start; i < end; i++) {
    const byte = load<u8>(i);
    const letter = byte | 0x20;
    if (!(byte >= 0x2e && byte <= 0x3a && byte !== 0x2f) && !(letter >= 0x61 && letter <= 0x66)) return false;
  }
  return end > start;
}
