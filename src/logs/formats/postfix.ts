/**
 * Postfix. A message is born with `ID: client=...` (smtpd) or `ID: uid=...` (pickup), counted when qmgr first takes it up
 * (`ID: from=<...>, size=`), and dies with `ID: removed`. qmgr repeats its line at each attempt to deliver.
 *
 * What a remote text says is not believed: only what stands at its place after the queue id counts, and of a reject line
 * the last `; from=<...>`, since what comes before it may quote the mail.
 */
import { byteAt, bytesOf, findByte, findFirst, matches, matchesOne } from '../find-bytes.js';
import { countedState, doubtfulState, ownState, submittedState, type MessageState } from '../live-messages.js';
import type { LogLine } from '../log-line.js';
import { pastQuoted, senderEnd } from './bracketed-sender.js';
import type { MailLogFormat, MailLogParser, ParserContext } from './format.js';
import { isTakenElsewhere, recipientEnd } from './postfix-delivery.js';

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
const none = 0;

/** What follows the sender: `>` and then one of these. */
const afterQueuedSender = [', size=', ', status='].map(bytesOf);
const recipient = [' to=<', ', to=<'].map(bytesOf);
const afterRejectedSender = [' to=<', ', to=<', ' proto=', ', proto=', ' helo=', ', helo=', ':'].map(bytesOf);

/** The format of Postfix's log, syslog or `maillog_file`. */
export const postfix: MailLogFormat = { name: 'postfix', createParser: (context) => new PostfixParser(context) };

class PostfixParser implements MailLogParser {
  readonly #context: ParserContext;
  /** How many messages of own users have been announced and not been counted yet. */
  #expected = 0;

  constructor(context: ParserContext) {
    this.#context = context;
  }

  take(line: LogLine): boolean {
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
    const { events, live } = this.#context;
    const start = line.text + from.length;
    const end = senderEnd(line.bytes, start, line.end, afterQueuedSender);
    if (end < 0) return this.#cutOff(line.bytes, start, line.end);
    if (!isQueueManagers(line.bytes, end + 1, line.end)) return false;
    line.hashId();
    const state = live.get(line.idHigh, line.idLow);
    if (state === countedState || state === ownState) return true;
    live.set(line.idHigh, line.idLow, state === none || start === end ? countedState : ownState);
    if (state !== none) this.#submitted(line, start, end, state === doubtfulState);
    else if (matches(line.bytes, start, end, doubleBounce)) events.submitted(line.bytes, start, end, line.seconds());
    else events.accepted(line.bytes, start, end, line.seconds());
    return true;
  }

  /** A doubtful message is a second copy if its sender has submitted before, and else one to another list member. */
  #submitted(line: LogLine, start: number, end: number, doubtful: boolean): void {
    const { events, live } = this.#context;
    this.#expected -= 1;
    line.hashId(start, end);
    const known = live.get(line.idHigh, line.idLow) === countedState;
    live.set(line.idHigh, line.idLow, countedState);
    if (!doubtful || !known) events.submitted(line.bytes, start, end, line.seconds());
  }

  /** A sender without its `>` was cut off; one with it, but no size after it, is some other program's. */
  #cutOff(bytes: DataView, start: number, end: number): boolean {
    if (findByte(bytes, start, end, bracketEnd) >= 0) return false;
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
    const details = findByte(bytes, text, end, comma);
    const known = details < 0 ? null : this.#reinjected(line, details);
    line.hashId();
    if (known !== null) live.set(line.idHigh, line.idLow, known);
    else if (isOwnClient(bytes, text, end, details)) this.#expect(line);
    else live.forget(line.idHigh, line.idLow);
    return true;
  }

  /** The state of the message that came back under this new id, if that was counted. */
  #reinjected(line: LogLine, details: number): MessageState | null {
    const found = findFirst(line.bytes, details, line.end, originalQueueId);
    if (found < 0) return null;
    const idStart = found + originalQueueId.length;
    const idEnd = findByte(line.bytes, idStart, line.end, comma);
    line.hashId(idStart, idEnd < 0 ? line.end : idEnd);
    const state = this.#context.live.get(line.idHigh, line.idLow);
    return state === countedState || state === ownState ? state : null;
  }

  /** `ID: uid=1001 from=<user>`: handed in with the sendmail command; qmgr will name the sender in full. */
  #pickedUp(line: LogLine): boolean {
    line.hashId();
    this.#expect(line);
    return true;
  }

  #expect(line: LogLine): void {
    this.#expected += 1;
    this.#context.live.set(line.idHigh, line.idLow, submittedState);
  }

  /**
   * `ID: message-id=<...>`: a content filter that does not tell `orig_queue_id` gives back what an own user submitted with
   * the Message-ID that it had.
   */
  #identified(line: LogLine): boolean {
    if (this.#expected <= 0) return true;
    const { live } = this.#context;
    line.hashId();
    const { idHigh, idLow } = line;
    if (live.get(idHigh, idLow) !== submittedState) return true;
    line.hashId(line.text + messageId.length, line.end);
    if (live.get(line.idHigh, line.idLow) === countedState) live.set(idHigh, idLow, doubtfulState);
    else live.set(line.idHigh, line.idLow, countedState);
    return true;
  }

  #removed(line: LogLine): boolean {
    if (!matches(line.bytes, line.text, line.end, removed)) return false;
    line.hashId();
    this.#context.live.forget(line.idHigh, line.idLow);
    return true;
  }

  /** `ID: to=<a@b>, relay=mx.example[192.0.2.1]:25, delay=..., status=sent (...)`: the line of any delivery agent. */
  #delivered(line: LogLine): boolean {
    const start = line.text + to.length;
    const end = recipientEnd(line.bytes, start, line.end);
    if (end < 0) return false;
    if (!isTakenElsewhere(line.bytes, end, line.end)) return true;
    const { events, live } = this.#context;
    line.hashId();
    if (live.get(line.idHigh, line.idLow) === ownState) events.corresponded(line.bytes, start, end);
    return true;
  }

  /** `reject: RCPT from mx.example[192.0.2.1]: 550 ...; from=<a@b> to=<c@d> proto=...`; with no sender before MAIL. */
  #rejected(line: LogLine): boolean {
    const { events } = this.#context;
    const { bytes, end } = line;
    let [start, found, foundEnd] = [line.text, -1, -1];
    for (;;) {
      const at = findFirst(bytes, start, end, rejectedFrom);
      if (at < 0) break;
      found = at + rejectedFrom.length;
      foundEnd = senderEnd(bytes, found, end, afterRejectedSender);
      start = foundEnd < 0 ? found : pastRecipient(bytes, foundEnd + 1, end);
    }
    if (foundEnd >= 0) events.rejected(bytes, found, foundEnd, line.seconds(), line.times);
    else if (found >= 0) events.malformed();
    return true;
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
 * Whether the client that first sent the message is one of our own: it authenticated, or is this machine. `details` is where
 * the first comma stands, or -1.
 */
function isOwnClient(bytes: DataView, start: number, end: number, details: number): boolean {
  if (details < 0) return isLoopback(bytes, start, end);
  if (findFirst(bytes, details, end, sasl) >= 0) return true;
  const original = findFirst(bytes, details, end, originalClient);
  if (original < 0) return isLoopback(bytes, start, details);
  const nameEnd = findByte(bytes, original + 1, end, comma);
  return isLoopback(bytes, original, nameEnd < 0 ? end : nameEnd);
}

/** Whether `name[address]` has a loopback address. */
function isLoopback(bytes: DataView, start: number, end: number): boolean {
  const address = findByte(bytes, start, end, addressStart);
  return address >= 0 && matchesOne(bytes, address, end, loopback);
}
