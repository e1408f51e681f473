/**
 * Postfix, line by line: what each line says by itself.
 *
 * What a remote text says is not believed: only what stands at its place after the queue id counts, and of a reject line
 * the last `; from=<...>`, since what comes before it may quote the mail.
 */
import { byteAt, bytesOf, findByte, findFirst, matches, matchesOne } from '../find-bytes.js';
import type { LogLine } from '../log-line.js';
import { pastQuoted, senderEnd } from './bracketed-sender.js';
import { Finding } from './finding.js';
import { isLocalAgents, isTakenElsewhere, recipientEnd } from './postfix-delivery.js';

/** The kinds of lines that say something of a message; a sender is at [start, end) unless said otherwise. */
export const postfixKinds = {
  nothing: 0,
  /** smtpd has a message from somebody else; the other id, if not 0, is the one that a content filter got it under. */
  received: 1,
  /** smtpd or pickup has a message from one of our own users; the other id as above. */
  submitted: 2,
  /** The Message-ID stands at [start, end). */
  identified: 3,
  /** qmgr takes the message up. */
  queued: 4,
  /** The same, with the sender that Postfix itself uses. */
  queuedOwn: 5,
  /** A server elsewhere has taken the mail for the recipient at [start, end). */
  takenElsewhere: 6,
  removed: 7,
  rejected: 8,
  malformed: 9,
} as const;

/** How the daemons' names begin, unless `syslog_name` was changed. */
const usualName = bytesOf('postfix');
const from = bytesOf('from=<');
const to = bytesOf('to=<');
const client = bytesOf('client=');
const uid = bytesOf('uid=');
const removed = bytesOf('removed');
const messageId = bytesOf('message-id=<');
const reject = bytesOf('reject: ');
const milterReject = bytesOf('milter-reject: ');
const proxyReject = bytesOf('proxy-reject: ');
const rejectedFrom = bytesOf('; from=<');
const noQueueId = bytesOf('NOQUEUE');
const sasl = bytesOf(', sasl_');
const originalClient = bytesOf(', orig_client=');
const originalQueueId = bytesOf(', orig_queue_id=');
const loopback = ['[127.', '[::1]'].map(bytesOf);
/** The sender of Postfix's own probes and of notices to the postmaster. */
const doubleBounce = bytesOf('double-bounce@');
const size = bytesOf(', size=');
const recipients = bytesOf(', nrcpt=');
const comma = 0x2c;
const bracketEnd = 0x3e;
const addressStart = 0x5b;

/** What follows the sender: `>` and then one of these. */
const afterQueuedSender = [', size=', ', status='].map(bytesOf);
const recipient = [' to=<', ', to=<'].map(bytesOf);
const afterRejectedSender = [' to=<', ', to=<', ' proto=', ', proto=', ' helo=', ', helo=', ':'].map(bytesOf);

/** Reads lines one by one; nothing is kept from one line to the next. */
export class PostfixScanner {
  /** What the line last scanned says; `kind` is one of `postfixKinds`. */
  readonly finding = new Finding();

  /** Whether the line is Postfix's. */
  scan(line: LogLine): boolean {
    this.finding.kind = postfixKinds.nothing;
    return this.#read(line) || matches(line.bytes, line.tag, line.end, usualName);
  }

  #read(line: LogLine): boolean {
    const { bytes, text, end } = line;
    switch (byteAt(bytes, text)) {
      case 0x66: // f
        return line.idEnd > line.idStart && matches(bytes, text, end, from) && this.#queued(line);
      case 0x63: // c
        return line.idEnd > line.idStart && matches(bytes, text, end, client) && this.#received(line);
      case 0x75: // u
        return line.idEnd > line.idStart && matches(bytes, text, end, uid) && this.#pickedUp(line);
      case 0x74: // t
        return line.idEnd > line.idStart && matches(bytes, text, end, to) && this.#delivered(line);
      case 0x72: // r
        if (matches(bytes, text, end, reject)) return this.#rejected(line);
        return line.idEnd > line.idStart && end === text + removed.length && this.#removed(line);
      case 0x6d: // m
        if (matches(bytes, text, end, messageId)) return this.#identified(line);
        return matches(bytes, text, end, milterReject) && this.#rejected(line);
      case 0x70: // p
        return matches(bytes, text, end, proxyReject) && this.#rejected(line);
      default:
        return false;
    }
  }

  /** `ID: from=<a@b>, size=1, nrcpt=1 (queue active)` or `ID: from=<a@b>, status=expired, ...`. */
  #queued(line: LogLine): boolean {
    const { bytes } = line;
    const start = line.text + from.length;
    const end = senderEnd(bytes, start, line.end, afterQueuedSender);
    if (end < 0) return this.#cutOff(bytes, start, line.end);
    if (!isQueueManagers(bytes, end + 1, line.end)) return false;
    const isPostfix = matches(bytes, start, end, doubleBounce);
    this.#found(isPostfix ? postfixKinds.queuedOwn : postfixKinds.queued, line, start, end);
    return true;
  }

  /** A sender without its `>` was cut off; one with it, but no size after it, is some other program's. */
  #cutOff(bytes: DataView, start: number, end: number): boolean {
    if (findByte(bytes, start, end, bracketEnd) >= 0) return false;
    this.finding.kind = postfixKinds.malformed;
    return true;
  }

  /**
   * `ID: client=mx.example[192.0.2.1], sasl_username=...`. A content filter hands the message back from loopback under a
   * new id; it may tell the first one (`orig_queue_id`), and the client that it got it from (`orig_client`) stands for the
   * client then.
   */
  #received(line: LogLine): boolean {
    const { bytes, text, end } = line;
    if (matches(bytes, line.idStart, line.idEnd, noQueueId)) return true;
    const address = findByte(bytes, text, end, addressStart);
    const details = findByte(bytes, address < 0 ? text : address, end, comma);
    const isOwn = isOwnClient(bytes, address, end, details);
    this.#found(isOwn ? postfixKinds.submitted : postfixKinds.received, line, 0, 0);
    const original = details < 0 ? -1 : findFirst(bytes, details, end, originalQueueId);
    if (original < 0) return true;
    const idStart = original + originalQueueId.length;
    const idEnd = findByte(bytes, idStart, end, comma);
    line.hashId(idStart, idEnd < 0 ? end : idEnd);
    this.finding.otherHigh = line.idHigh;
    this.finding.otherLow = line.idLow;
    return true;
  }

  /** `ID: uid=1001 from=<user>`: handed in with the sendmail command; qmgr will name the sender in full. */
  #pickedUp(line: LogLine): boolean {
    this.#found(postfixKinds.submitted, line, 0, 0);
    return true;
  }

  /** `ID: message-id=<...>` */
  #identified(line: LogLine): boolean {
    this.#found(postfixKinds.identified, line, line.text + messageId.length, line.end);
    return true;
  }

  /** `ID: to=<a@b>, relay=mx.example[192.0.2.1]:25, delay=..., status=sent (...)`: the line of any delivery agent. */
  #delivered(line: LogLine): boolean {
    if (isLocalAgents(line.bytes, line.tag, line.end)) return true;
    const start = line.text + to.length;
    const end = recipientEnd(line.bytes, start, line.end);
    if (end < 0) return false;
    if (isTakenElsewhere(line.bytes, end, line.end)) this.#found(postfixKinds.takenElsewhere, line, start, end);
    return true;
  }

  #removed(line: LogLine): boolean {
    if (!matches(line.bytes, line.text, line.end, removed)) return false;
    this.#found(postfixKinds.removed, line, 0, 0);
    return true;
  }

  /** `reject: RCPT from mx.example[192.0.2.1]: 550 ...; from=<a@b> to=<c@d> proto=...`; with no sender before MAIL. */
  #rejected(line: LogLine): boolean {
    const { bytes, end } = line;
    let [start, found, foundEnd] = [line.text, -1, -1];
    for (;;) {
      const at = findFirst(bytes, start, end, rejectedFrom);
      if (at < 0) break;
      found = at + rejectedFrom.length;
      foundEnd = senderEnd(bytes, found, end, afterRejectedSender);
      start = foundEnd < 0 ? found : pastRecipient(bytes, foundEnd + 1, end);
    }
    const { finding } = this;
    if (foundEnd >= 0) {
      finding.kind = postfixKinds.rejected;
      finding.start = found;
      finding.end = foundEnd;
      finding.times = line.times;
    } else if (found >= 0) finding.kind = postfixKinds.malformed;
    return true;
  }

  #found(kind: number, line: LogLine, start: number, end: number): void {
    const { finding } = this;
    line.hashId();
    finding.kind = kind;
    finding.idHigh = line.idHigh;
    finding.idLow = line.idLow;
    finding.otherHigh = 0;
    finding.otherLow = 0;
    finding.hostHigh = line.hostHigh;
    finding.hostLow = line.hostLow;
    finding.start = start;
    finding.end = end;
  }
}

/** Past the quoted local part of the recipient that follows, if it has one: that may quote anything. */
function pastRecipient(bytes: DataView, at: number, end: number): number {
  const found = recipient.find((text) => matches(bytes, at, end, text));
  return found === undefined ? at : pastQuoted(bytes, at + found.length, end);
}

/** Tells qmgr's `, size=1, nrcpt=1` from sendmail's `, size=1, class=0`; `, status=` is Postfix's alone. */
function isQueueManagers(bytes: DataView, at: number, end: number): boolean {
  if (!matches(bytes, at, end, size)) return true;
  const next = findByte(bytes, at + size.length, end, comma);
  return next < 0 || matches(bytes, next, end, recipients);
}

/**
 * Whether the client that first sent the message is one of our own: it authenticated, or is this machine. `address` is where
 * its address stands in brackets, `details` where the first comma after that, or -1.
 */
function isOwnClient(bytes: DataView, address: number, end: number, details: number): boolean {
  if (details < 0) return isLoopback(bytes, address, end);
  if (findFirst(bytes, details, end, sasl) >= 0) return true;
  const original = findFirst(bytes, details, end, originalClient);
  return isLoopback(bytes, original < 0 ? address : findByte(bytes, original, end, addressStart), end);
}

function isLoopback(bytes: DataView, address: number, end: number): boolean {
  return address >= 0 && matchesOne(bytes, address, end, loopback);
}
