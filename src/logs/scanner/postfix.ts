/**
 * Postfix, line by line: what each line says by itself. What the lines say together is JavaScript's to tell (formats/postfix.ts,
 * which has the kinds of lines too); nothing is kept from one line to the next.
 *
 * What a remote text says is not believed: only what stands at its place after the queue id counts, and of a reject line
 * the last `; from=<...>`, since what comes before it may quote the mail.
 */
import { firstBracket, nextBracket, pastQuoted } from './bracketed-sender';
import { byteAt, findByte, findText, matches } from './bytes';
import { hashTwice } from './hash';
import * as line from './line';
import { isLocalAgents, isTakenElsewhere, recipientEnd } from './postfix-delivery';
import * as settle from './settle';
import * as tape from './tape';

/** smtpd has a message from somebody else; the other id, if not 0, is the one that a content filter got it under. */
const received = 1;
/** smtpd or pickup has a message from one of our own users; the other id as above. */
const submitted = 2;
/** The Message-ID stands at [start, end). */
const identified = 3;
/** qmgr takes the message of the sender at [start, end) up. */
const queued = 4;
/** The same, with the sender that Postfix itself uses. */
const queuedOwn = 5;
/** A server elsewhere has taken the mail for the recipient at [start, end). */
const takenElsewhere = 6;
const removed = 7;
/** Mail of the sender at [start, end) was refused. */
const rejected = 8;
const malformed = 9;
/** The message of the sender at [start, end) came in from elsewhere, was taken up and removed. */
const settled = 10;

const comma = 0x2c;
const bracketEnd = 0x3e;
const addressStart = 0x5b;

/** Writes down what the line says, if anything; false where it is not Postfix's. */
export function scanPostfix(): bool {
  const before = tape.written();
  const known = readLine() || matches(line.tag, line.end, 'postfix');
  if (known && tape.written() === before) tape.skip();
  return known;
}

function readLine(): bool {
  const text = line.text;
  const end = line.end;
  const hasId = line.idEnd > line.idStart;
  switch (byteAt(text, end)) {
    case 0x66: // f
      return hasId && matches(text, end, 'from=<') && readQueued(text + 6, end);
    case 0x63: // c
      return hasId && matches(text, end, 'client=') && readClient(text, end);
    case 0x75: // u
      return hasId && matches(text, end, 'uid=') && found(submitted);
    case 0x74: // t
      return hasId && matches(text, end, 'to=<') && readDelivery(text + 4, end);
    case 0x72: // r
      if (matches(text, end, 'reject: ')) return readReject(text, end);
      return hasId && end === text + 7 && matches(text, end, 'removed') && found(removed);
    case 0x6d: // m
      if (matches(text, end, 'message-id=<')) return found(identified, text + 12, end);
      return matches(text, end, 'milter-reject: ') && readReject(text, end);
    case 0x70: // p
      return matches(text, end, 'proxy-reject: ') && readReject(text, end);
    default:
      return false;
  }
}

/** `ID: from=<a@b>, size=1, nrcpt=1 (queue active)` or `ID: from=<a@b>, status=expired, ...`, from the sender on. */
function readQueued(start: i32, end: i32): bool {
  let at = firstBracket(start, end);
  while (at >= 0 && at + 1 < end && !matches(at + 1, end, ', size=') && !matches(at + 1, end, ', status=')) {
    at = nextBracket(at, end);
  }
  if (at < 0) return readCutOff(start, end);
  if (!isQueueManagers(at + 1, end)) return false;
  return found(matches(start, at, 'double-bounce@') ? queuedOwn : queued, start, at);
}

/** A sender without its `>` was cut off; one with it, but no size after it, is some other program's. */
function readCutOff(start: i32, end: i32): bool {
  return findByte(start, end, bracketEnd) < 0 && found(malformed);
}

/** Tells qmgr's `, size=1, nrcpt=1` from sendmail's `, size=1, class=0`; `, status=` is Postfix's alone. */
function isQueueManagers(at: i32, end: i32): bool {
  if (!matches(at, end, ', size=')) return true;
  const next = findByte(at + ', size='.length, end, comma);
  return next < 0 || matches(next, end, ', nrcpt=');
}

/**
 * `ID: client=mx.example[192.0.2.1], sasl_username=...`. A content filter hands the message back from loopback under a
 * new id; it may tell the first one (`orig_queue_id`), and the client that it got it from (`orig_client`) stands for the
 * client then.
 */
function readClient(text: i32, end: i32): bool {
  if (matches(line.idStart, line.idEnd, 'NOQUEUE')) return true;
  const address = findByte(text, end, addressStart);
  const details = findByte(address < 0 ? text : address, end, comma);
  const kind = isOwnClient(address, end, details) ? submitted : received;
  const original = details < 0 ? -1 : findText(details, end, ', orig_queue_id=');
  if (original < 0) return found(kind);
  const idStart = original + ', orig_queue_id='.length;
  const idEnd = findByte(idStart, end, comma);
  return found(kind, 0, 0, line.hashId(idStart, idEnd < 0 ? end : idEnd));
}

/**
 * Whether the client that first sent the message is one of our own: it authenticated, or is this machine. `address` is where
 * its address stands in brackets, `details` where the first comma after that, or -1.
 */
function isOwnClient(address: i32, end: i32, details: i32): bool {
  if (details < 0) return isLoopback(address, end);
  if (findText(details, end, ', sasl_') >= 0) return true;
  const original = findText(details, end, ', orig_client=');
  return isLoopback(original < 0 ? address : findByte(original, end, addressStart), end);
}

function isLoopback(address: i32, end: i32): bool {
  return address >= 0 && (matches(address, end, '[127.') || matches(address, end, '[::1]'));
}

/** `ID: to=<a@b>, relay=mx.example[192.0.2.1]:25, delay=..., status=sent (...)`, from the recipient on, of any delivery agent. */
function readDelivery(start: i32, end: i32): bool {
  if (isLocalAgents(line.tag, end)) return true;
  const at = recipientEnd(start, end);
  if (at < 0) return false;
  return !isTakenElsewhere(at, end) || found(takenElsewhere, start, at);
}

/** `reject: RCPT from mx.example[192.0.2.1]: 550 ...; from=<a@b> to=<c@d> proto=...`; with no sender before MAIL. */
function readReject(text: i32, end: i32): bool {
  let sender = -1;
  let senderEnd = -1;
  for (let at = findText(text, end, '; from=<'); at >= 0;) {
    sender = at + '; from=<'.length;
    senderEnd = rejectedEnd(sender, end);
    at = findText(senderEnd < 0 ? sender : pastRecipient(senderEnd + 1, end), end, '; from=<');
  }
  if (senderEnd >= 0) return found(rejected, sender, senderEnd);
  return sender < 0 || found(malformed);
}

function rejectedEnd(start: i32, end: i32): i32 {
  let at = firstBracket(start, end);
  while (at >= 0 && at + 1 < end && !isAfterRejected(at + 1, end)) at = nextBracket(at, end);
  return at;
}

/** What follows a sender refused: ` to=<`, `, to=<`, and likewise `proto=`, `helo=`; or a colon. */
function isAfterRejected(at: i32, end: i32): bool {
  const first = load<u8>(at);
  if (first === 0x3a) return true;
  const word = first === comma ? at + 1 : at;
  return matches(word, end, ' to=<') || matches(word, end, ' proto=') || matches(word, end, ' helo=');
}

/** Past the quoted local part of the recipient that follows, if it has one: that may quote anything. */
function pastRecipient(at: i32, end: i32): i32 {
  if (matches(at, end, ' to=<')) return pastQuoted(at + ' to=<'.length, end);
  return matches(at, end, ', to=<') ? pastQuoted(at + ', to=<'.length, end) : at;
}

/** Writes down what was found, unless that makes no difference; always true. */
function found(kind: i32, start: i32 = 0, end: i32 = 0, other: u64 = 0): bool {
  const host = line.hashHost();
  const id = hashTwice(line.idStart, line.idEnd) ^ host;
  if (isNews(kind, id, other)) tape.write(kind, id, other, host, start, end);
  return true;
}

/** Whether the line makes a difference to what is told of its message. */
function isNews(kind: i32, id: u64, other: u64): bool {
  if (other !== 0) settle.stop();
  switch (kind) {
    case received:
      settle.received(id);
      return true;
    case submitted:
    case queuedOwn:
      settle.forget(id);
      return true;
    case identified:
    case takenElsewhere:
      return !settle.knows(id);
    case queued:
      return !settle.knows(id) || settle.queued(id);
    case removed:
      return !settle.removed(id, settled);
    default:
      return true;
  }
}
