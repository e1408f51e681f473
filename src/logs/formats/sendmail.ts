/**
 * sendmail. A message is counted at its `ID: from=<...>, size=, class=, nrcpts=` line: as accepted where it has recipients,
 * as rejected where all of them were refused (`nrcpts=0`). `ruleset=check_mail` names the sender it refused as `arg1`;
 * `check_rcpt`'s `arg1` is the recipient, but its standard text about an unknown sender domain names the sender.
 */
import { byteAt, bytesOf, findByte, findFirst, findLast, matches, matchesOne, numberAt } from '../find-bytes.js';
import { countedState, ownState, refusedState, submittedState } from '../live-messages.js';
import type { LogLine } from '../log-line.js';
import { senderEnd } from './bracketed-sender.js';
import type { MailLogFormat, MailLogParser, ParserContext } from './format.js';
import { isTakenElsewhere, recipientEnd } from './sendmail-delivery.js';
import { decodeSendmail } from './sendmail-encoding.js';

const usualNames = ['sendmail', 'sm-mta', 'sm-msp'].map(bytesOf);
const from = bytesOf('from=');
const to = bytesOf('to=');
const milterFrom = bytesOf('Milter: from=');
const ruleset = bytesOf('ruleset=check_');
const checkMail = bytesOf('ruleset=check_mail, arg1=');
const authenticated = bytesOf('AUTH=server, ');
const size = bytesOf(', size=');
const recipients = bytesOf(', nrcpts=');
const messageId = bytesOf(', msgid=<');
const comma = bytesOf(', ');
const at = 0x40;
const reject = bytesOf(', reject=');
const bracketStart = 0x3c;
const blank = 0x20;
const bracketEnd = 0x3e;
const unknownDomain = bytesOf('Domain of sender address ');
const unknownDomainEnds = [' does not exist', ' does not resolve'].map(bytesOf);

const relay = bytesOf(', relay=');
const proto = bytesOf(', proto=ESMTP');
const authenticatedSuffix = ['A', 'SA'].map(bytesOf);
const auth = bytesOf(', auth=');
const authId = bytesOf(', authid=');
const none = bytesOf('NONE');
const address = bytesOf('[');
/** The last one is a socket of this machine: `localhost [[UNIX: localhost]]`. */
const loopback = ['[127.', '[::1]', '[IPv6:::1]', '[IPv6:0:0:0:0:0:0:0:1]', '[UNIX:'].map(bytesOf);
const localHost = bytesOf('localhost');

/** The format of sendmail's log, of its daemon (`sm-mta`) and its submission program (`sm-msp-queue`, `sendmail`). */
export const sendmail: MailLogFormat = { name: 'sendmail', createParser: (context) => new SendmailParser(context) };

class SendmailParser implements MailLogParser {
  readonly #context: ParserContext;

  constructor(context: ParserContext) {
    this.#context = context;
  }

  take(line: LogLine): boolean {
    return this.#read(line) || matchesOne(line.bytes, line.tag, line.end, usualNames);
  }

  #read(line: LogLine): boolean {
    if (line.idEnd === line.idStart) return false;
    const { bytes, text, end } = line;
    switch (byteAt(bytes, text)) {
      case 0x66: // f
        return matches(bytes, text, end, from) && this.#received(line);
      case 0x74: // t
        return matches(bytes, text, end, to) && this.#delivered(line);
      case 0x41: // A
        return matches(bytes, text, end, authenticated) && this.#authenticated(line);
      case 0x72: // r
        return matches(bytes, text, end, ruleset) && this.#refusedByRuleset(line);
      case 0x4d: // M
        return matches(bytes, text, end, milterFrom) && this.#refusedByMilter(line);
      default:
        return false;
    }
  }

  /** `ID: from=<a@b>, size=1, class=0, nrcpts=1, msgid=<...>, proto=ESMTP, daemon=MTA, relay=mx.example [192.0.2.1]`. */
  #received(line: LogLine): boolean {
    const { bytes, end } = line;
    const start = line.text + from.length;
    const addressEnd = endOfSender(bytes, start, end);
    if (addressEnd < 0) return false;
    const count = findFirst(bytes, addressEnd, end, recipients);
    if (count < 0 || !isWhole(bytes, start, addressEnd)) this.#context.events.malformed();
    else if (numberAt(bytes, count + recipients.length, end) === 0) this.#refused(line, start, addressEnd);
    else this.#accepted(line, start, addressEnd);
    return true;
  }

  #accepted(line: LogLine, start: number, end: number): void {
    const { events, live } = this.#context;
    line.hashId();
    const state = live.get(line.idHigh, line.idLow);
    if (state === countedState || state === ownState) return;
    const ours = state === submittedState || isOwnClient(line) || isBareName(line.bytes, start, end);
    live.set(line.idHigh, line.idLow, ours && !isNull(line.bytes, start) ? ownState : countedState);
    if (this.#isKnownMessage(line, start, end) && ours) return;
    const sender = decodeSendmail(line.bytes, start, end);
    if (ours) events.submitted(sender.bytes, sender.from, sender.to, line.seconds());
    else events.accepted(sender.bytes, sender.from, sender.to, line.seconds());
  }

  /**
   * The submission program and content filters hand a message on over loopback, where it is logged under a second id but
   * with the same sender and Message-ID. A sender without a domain is only seen before the daemon completes it, so it is not remembered.
   */
  #isKnownMessage(line: LogLine, start: number, end: number): boolean {
    const { live } = this.#context;
    const idAt = findFirst(line.bytes, end, line.end, messageId);
    if (idAt < 0 || findByte(line.bytes, start, end, at) < 0) return false;
    const idStart = idAt + messageId.length;
    const idEnd = findFirst(line.bytes, idStart, line.end, comma);
    const bracket = byteAt(line.bytes, start) === bracketStart ? 1 : 0;
    line.hashId(start + bracket, end - bracket);
    const { idHigh, idLow } = line;
    line.hashId(idStart, idEnd < 0 ? line.end : idEnd);
    const known = live.get(line.idHigh ^ idHigh, line.idLow ^ idLow) === countedState;
    live.set(line.idHigh ^ idHigh, line.idLow ^ idLow, countedState);
    return known;
  }

  /** `ID: to=<a@b>,<c@d>, delay=..., mailer=esmtp, pri=..., relay=mx.example. [192.0.2.1], dsn=..., stat=Sent (...)`. */
  #delivered(line: LogLine): boolean {
    const { events, live } = this.#context;
    const { bytes, end } = line;
    const first = line.text + to.length;
    if (!isTakenElsewhere(bytes, first, end)) return true;
    line.hashId();
    if (live.get(line.idHigh, line.idLow) !== ownState) return true;
    for (let start = first; ;) {
      const next = recipientEnd(bytes, start, end);
      if (next < 0) return true;
      const recipient = decodeSendmail(bytes, start, next);
      events.corresponded(recipient.bytes, recipient.from, recipient.to);
      if (byteAt(bytes, next + 1) === blank) return true;
      start = next + 1;
    }
  }

  #authenticated(line: LogLine): boolean {
    line.hashId();
    this.#context.live.set(line.idHigh, line.idLow, submittedState);
    return true;
  }

  /** `ID: ruleset=check_mail, arg1=<a@b>, relay=..., reject=553 5.1.8 ...`, or check_rcpt's text about the sender. */
  #refusedByRuleset(line: LogLine): boolean {
    const { bytes, text, end } = line;
    const reply = findFirst(bytes, text, end, reject);
    if (reply < 0) return false;
    if (matches(bytes, text, end, checkMail)) {
      const start = text + checkMail.length;
      const argumentEnd = findFirst(bytes, start, end, relay);
      this.#refused(line, start, argumentEnd < 0 ? reply : argumentEnd);
      return true;
    }
    const named = findLast(bytes, reply, end, unknownDomain);
    if (named < 0) return true;
    const start = named + unknownDomain.length;
    const ends = unknownDomainEnds.map((words) => findFirst(bytes, start, end, words)).find((found) => found >= 0);
    if (ends !== undefined) this.#refused(line, start, ends);
    return true;
  }

  /** `ID: Milter: from=<a@b>, reject=550 ...`. */
  #refusedByMilter(line: LogLine): boolean {
    const start = line.text + milterFrom.length;
    const end = findFirst(line.bytes, start, line.end, reject);
    if (end >= 0) this.#refused(line, start, end);
    return true;
  }

  /** A message refused at MAIL is logged once more when its envelope ends, with `nrcpts=0`: it counts once. */
  #refused(line: LogLine, start: number, end: number): void {
    const { events, live } = this.#context;
    line.hashId();
    const state = live.get(line.idHigh, line.idLow);
    live.set(line.idHigh, line.idLow, refusedState);
    if (state === refusedState) return;
    const sender = decodeSendmail(line.bytes, start, end);
    events.rejected(sender.bytes, sender.from, sender.to, line.seconds(), line.times);
  }
}

/** Where the sender ends, its bracket included, if any; -1 where there is no size after it. */
function endOfSender(bytes: DataView, start: number, end: number): number {
  if (byteAt(bytes, start) === bracketStart) {
    const bracket = senderEnd(bytes, start + 1, end, [size]);
    if (bracket >= 0) return bracket + 1;
  }
  return findFirst(bytes, start, end, size);
}

/** Whether a sender is bare, or has both its angle brackets: sendmail cuts it at 200 characters. */
function isWhole(bytes: DataView, start: number, end: number): boolean {
  return bytes.getUint8(start) !== 0x3c || bytes.getUint8(end - 1) === 0x3e;
}

/** Whether a sender has no domain: then a program on this machine gave it. `<>` is none. */
function isBareName(bytes: DataView, start: number, end: number): boolean {
  return findByte(bytes, start, end, at) < 0 && !isNull(bytes, start);
}

/** Whether the sender is `<>`. */
function isNull(bytes: DataView, start: number): boolean {
  return byteAt(bytes, start) === bracketStart && byteAt(bytes, start + 1) === bracketEnd;
}

/** Whether the client authenticated or is this machine. What a remote says stands before; the last one counts. */
function isOwnClient(line: LogLine): boolean {
  const { bytes, text, end } = line;
  if (isAuthenticated(bytes, text, end)) return true;
  const found = findLast(bytes, text, end, relay);
  if (found < 0) return false;
  const name = found + relay.length;
  if (findFirst(bytes, name, end, address) >= 0) {
    return loopback.some((prefix) => findFirst(bytes, name, end, prefix) >= 0);
  }
  const user = findByte(bytes, name, end, at);
  return matches(bytes, user < 0 ? name : user + 1, end, localHost);
}

/** `proto=ESMTPA` or `ESMTPSA` (RFC 3848), `auth=PLAIN`, `authid=user`. */
function isAuthenticated(bytes: DataView, text: number, end: number): boolean {
  const protocol = findLast(bytes, text, end, proto);
  if (protocol >= 0 && matchesOne(bytes, protocol + proto.length, end, authenticatedSuffix)) return true;
  const mechanism = findLast(bytes, text, end, auth);
  if (mechanism >= 0 && !matches(bytes, mechanism + auth.length, end, none)) return true;
  return findLast(bytes, text, end, authId) >= 0;
}
