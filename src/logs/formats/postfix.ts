/**
 * Postfix. A message is born with `ID: client=...` (smtpd) or `ID: uid=...` (pickup), counted when qmgr first takes it up
 * (`ID: from=<...>, size=`), and dies with `ID: removed`. qmgr repeats its line at each attempt to deliver.
 *
 * What a remote text says is not believed: only what stands at its place after the queue id counts, and of a reject line
 * the last `; from=<...>`, since what comes before it may quote the mail.
 */
import { bytesOf, findFirst, findLast, matches } from '../find-bytes.js';
import { countedState, submittedState } from '../live-messages.js';
import type { LogLine } from '../log-line.js';
import type { MailLogFormat, MailLogParser, ParserContext } from './format.js';

const from = bytesOf('from=<');
const client = bytesOf('client=');
const uid = bytesOf('uid=');
const removed = bytesOf('removed');
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
const closing = bytesOf('>');
const bracket = bytesOf('[');
const comma = bytesOf(',');
const quote = 0x22;

/** What follows the sender: `>` and then one of these. */
const afterQueuedSender = [', size=', ', status='].map(bytesOf);
const afterRejectedSender = [' to=<', ', to=<', ' proto=', ', proto=', ' helo=', ', helo=', ':'].map(bytesOf);

/** The format of Postfix's log, syslog or `maillog_file`. */
export const postfix: MailLogFormat = { name: 'postfix', createParser: (context) => new PostfixParser(context) };

class PostfixParser implements MailLogParser {
  readonly #context: ParserContext;

  constructor(context: ParserContext) {
    this.#context = context;
  }

  take(line: LogLine): boolean {
    const { bytes, text, end } = line;
    switch (bytes[text]) {
      case 0x66: // f
        return line.idEnd > line.idStart && matches(bytes, text, end, from) && this.#queued(line);
      case 0x63: // c
        return line.idEnd > line.idStart && matches(bytes, text, end, client) && this.#received(line);
      case 0x75: // u
        return line.idEnd > line.idStart && matches(bytes, text, end, uid) && this.#pickedUp(line);
      case 0x72: // r
        if (matches(bytes, text, end, reject)) return this.#rejected(line);
        return line.idEnd > line.idStart && end === text + removed.length && this.#removed(line);
      case 0x6d: // m
        return matches(bytes, text, end, milterReject) && this.#rejected(line);
      case 0x70: // p
        return matches(bytes, text, end, proxyReject) && this.#rejected(line);
      default:
        return false;
    }
  }

  /** `ID: from=<a@b>, size=1, nrcpt=1 (queue active)` or `ID: from=<a@b>, status=expired, ...`. */
  #queued(line: LogLine): boolean {
    const { events, live } = this.#context;
    const start = line.text + from.length;
    const end = senderEnd(line.bytes, start, line.end, afterQueuedSender);
    if (end < 0) return this.#cutOff(line.bytes, start, line.end);
    if (!isQueueManagers(line.bytes, end + 1, line.end)) return false;
    line.hashId();
    const state = live.get(line.idHigh, line.idLow);
    live.set(line.idHigh, line.idLow, countedState);
    if (state === countedState) return true;
    const ours = state === submittedState || matches(line.bytes, start, end, doubleBounce);
    if (ours) events.submitted(line.bytes, start, end, line.seconds());
    else events.accepted(line.bytes, start, end, line.seconds());
    return true;
  }

  /** A sender without its `>` was cut off; one with it, but no size after it, is some other program's. */
  #cutOff(bytes: Buffer, start: number, end: number): boolean {
    if (findFirst(bytes, start, end, closing) >= 0) return false;
    this.#context.events.malformed();
    return true;
  }

  /**
   * `ID: client=mx.example[192.0.2.1], sasl_username=...`. A content filter hands the message back from loopback under a
   * new id: if it tells the first one (`orig_queue_id`) and that was counted, the message is not counted again; else the
   * client that the filter got it from (`orig_client`) stands for the client.
   */
  #received(line: LogLine): boolean {
    const { live } = this.#context;
    const { bytes, text, end } = line;
    if (matches(bytes, line.idStart, line.idEnd, noQueueId)) return true;
    const details = findFirst(bytes, text, end, comma);
    const known = details >= 0 && this.#isReinjected(line, details);
    line.hashId();
    if (known) live.set(line.idHigh, line.idLow, countedState);
    else if (isOwnClient(bytes, text, end, details)) live.set(line.idHigh, line.idLow, submittedState);
    else live.forget(line.idHigh, line.idLow);
    return true;
  }

  #isReinjected(line: LogLine, details: number): boolean {
    const found = findFirst(line.bytes, details, line.end, originalQueueId);
    if (found < 0) return false;
    const idStart = found + originalQueueId.length;
    const idEnd = findFirst(line.bytes, idStart, line.end, comma);
    line.hashId(idStart, idEnd < 0 ? line.end : idEnd);
    return this.#context.live.get(line.idHigh, line.idLow) === countedState;
  }

  /** `ID: uid=1001 from=<user>`: handed in with the sendmail command; qmgr will name the sender in full. */
  #pickedUp(line: LogLine): boolean {
    line.hashId();
    this.#context.live.set(line.idHigh, line.idLow, submittedState);
    return true;
  }

  #removed(line: LogLine): boolean {
    if (!matches(line.bytes, line.text, line.end, removed)) return false;
    line.hashId();
    this.#context.live.forget(line.idHigh, line.idLow);
    return true;
  }

  /** `reject: RCPT from mx.example[192.0.2.1]: 550 ...; from=<a@b> to=<c@d> proto=...`; with no sender before MAIL. */
  #rejected(line: LogLine): boolean {
    const { events } = this.#context;
    let before = line.end;
    for (;;) {
      const at = findLast(line.bytes, line.text, before, rejectedFrom);
      if (at < 0) break;
      const start = at + rejectedFrom.length;
      const end = senderEnd(line.bytes, start, line.end, afterRejectedSender);
      if (end >= 0) {
        events.rejected(line.bytes, start, end, line.seconds(), line.times);
        return true;
      }
      before = at;
    }
    if (before < line.end) events.malformed();
    return true;
  }
}

/**
 * Where the sender that begins at `start` ends: at its `>`, which stands before one of `followers` or ends the line. A
 * quoted local part is skipped as a whole; old Postfix logs local parts without their quotes, so `>` may be part of them.
 */
function senderEnd(bytes: Buffer, start: number, end: number, followers: readonly Uint8Array[]): number {
  const unquoted = bytes[start] === quote ? quotedEnd(bytes, start, end) : start;
  for (let i = unquoted; i < end; i++) {
    if (bytes[i] === 0x3e && (i + 1 === end || isFollowed(bytes, i + 1, end, followers))) return i;
  }
  return -1;
}

function isFollowed(bytes: Buffer, at: number, end: number, followers: readonly Uint8Array[]): boolean {
  for (const follower of followers) if (matches(bytes, at, end, follower)) return true;
  return false;
}

/** Past the quoted string at `start`; `start` itself where it is not closed. */
function quotedEnd(bytes: Buffer, start: number, end: number): number {
  for (let i = start + 1; i < end; i++) {
    if (bytes[i] === 0x5c) i++;
    else if (bytes[i] === quote) return i + 1;
  }
  return start;
}

/** Tells qmgr's `, size=1, nrcpt=1` from sendmail's `, size=1, class=0`; `, status=` is Postfix's alone. */
function isQueueManagers(bytes: Buffer, at: number, end: number): boolean {
  if (!matches(bytes, at, end, size)) return true;
  let i = at + size.length;
  while (i < end && bytes[i] !== 0x2c) i++;
  return i >= end || matches(bytes, i, end, recipients);
}

/**
 * Whether the client that first sent the message is one of our own: it authenticated, or is this machine. `details` is where
 * the first comma stands, or -1.
 */
function isOwnClient(bytes: Buffer, start: number, end: number, details: number): boolean {
  if (details < 0) return isLoopback(bytes, start, end);
  if (findFirst(bytes, details, end, sasl) >= 0) return true;
  const original = findFirst(bytes, details, end, originalClient);
  if (original < 0) return isLoopback(bytes, start, details);
  const nameEnd = findFirst(bytes, original + 1, end, comma);
  return isLoopback(bytes, original, nameEnd < 0 ? end : nameEnd);
}

/** Whether `name[address]` has a loopback address. */
function isLoopback(bytes: Buffer, start: number, end: number): boolean {
  const address = findFirst(bytes, start, end, bracket);
  return address >= 0 && loopback.some((prefix) => matches(bytes, address, end, prefix));
}
