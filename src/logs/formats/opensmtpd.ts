/**
 * OpenSMTPD. A message is counted at the first of its envelopes; whether one of our own users handed it in is known from the
 * session, which is local, comes from loopback or has authenticated. A refused RCPT line names no sender, a refused MAIL does.
 *
 * Three layouts: since 6.4 `<session> smtp envelope evpid=... from=<a@b> to=<c@d>`, in 6.0 to 6.3 `<session> smtp event=message
 * ... msgid=... from=<a@b> to=<c@d>`, before that `smtp-in: Accepted message <msgid> on session <session>: from=<a@b>, ...`.
 */
import { byteAt, bytesOf, findByte, findFirst, matches, matchesOne } from '../find-bytes.js';
import { countedState, outsideState, ownState, submittedState, type MessageState } from '../live-messages.js';
import type { LogLine } from '../log-line.js';
import { pastQuoted, senderEnd } from './bracketed-sender.js';
import type { MailLogFormat, MailLogParser, ParserContext } from './format.js';
import { deliveredEnvelope, takenRecipient } from './opensmtpd-delivery.js';
import { isAboutSender, refusedSenderEnd, refusedSenderStart } from './opensmtpd-refusal.js';
import { decodeVis } from './vis-encoding.js';

const sessionLength = 16;
const messageLength = 8;
const space = 0x20;

const smtp = bytesOf(' smtp ');
const connected = ['connected address=', 'event=connected address='].map(bytesOf);
const disconnected = ['disconnected', 'event=closed'].map(bytesOf);
const authenticated = ['authentication user=', 'event=authentication '].map(bytesOf);
const refused = ['failed-command command="', 'event=failed-command '].map(bytesOf);
const resultOk = bytesOf(' result=ok');
const message = bytesOf('message msgid=');
const envelope = bytesOf('envelope evpid=');
const oldMessage = bytesOf('event=message ');
const messageId = bytesOf(' msgid=');
const address = bytesOf('address=');

const oldest = bytesOf('smtp-in: ');
const oldNew = bytesOf('New session ');
const oldAccepted = bytesOf('Accepted message ');
const oldAuthenticated = bytesOf('Accepted authentication for user ');
const oldRefused = bytesOf('Failed command on session ');
const oldEnd = ['Closing session ', 'Received disconnect from session ', 'Disconnecting session '].map(bytesOf);
const onSession = bytesOf(' on session ');

const from = bytesOf('from=<');
const afterSender = [' to=<', ', to=<', ', size='].map(bytesOf);
const ownAddresses = ['local ', '127.', '[::1]', '::1', '[IPv6:::1]'].map(bytesOf);
const ownBracketed = ['[local]', '[127.', '[::1]', '[IPv6:::1]', '[[::1]'].map(bytesOf);

/** OpenSMTPD's lines in a log kept by syslog. */
export const opensmtpd: MailLogFormat = { name: 'opensmtpd', createParser: (context) => new OpensmtpdParser(context) };

class OpensmtpdParser implements MailLogParser {
  readonly #context: ParserContext;

  constructor(context: ParserContext) {
    this.#context = context;
  }

  take(line: LogLine): boolean {
    const { bytes, idStart, end } = line;
    const id = idStart + sessionLength;
    if (byteAt(bytes, id) === space && matches(bytes, id, end, smtp)) return this.#smtp(line, id + smtp.length);
    if (matches(bytes, idStart, end, oldest)) return this.#oldSmtp(line, idStart + oldest.length);
    return this.#delivered(line);
  }

  #smtp(line: LogLine, at: number): boolean {
    const { bytes, idStart, end } = line;
    const session = idStart;
    if (matches(bytes, at, end, envelope)) {
      const evpid = at + envelope.length;
      this.#accepted(line, evpid + sessionLength, evpid, session);
    } else if (matches(bytes, at, end, oldMessage)) {
      const found = findFirst(bytes, at, end, messageId);
      if (found >= 0) this.#accepted(line, found, found + messageId.length, session);
    } else if (matches(bytes, at, end, message)) this.#forget(line, at + message.length, messageLength);
    else if (matchesOne(bytes, at, end, connected)) this.#connected(line, at, session);
    else if (matchesOne(bytes, at, end, authenticated)) {
      if (findFirst(bytes, at, end, resultOk) >= 0) this.#own(line, session);
    } else if (matchesOne(bytes, at, end, refused)) this.#refused(line, at);
    else if (matchesOne(bytes, at, end, disconnected)) this.#forget(line, session, sessionLength);
    return true;
  }

  #oldSmtp(line: LogLine, at: number): boolean {
    const { bytes, end } = line;
    if (matches(bytes, at, end, oldAccepted)) {
      const found = findFirst(bytes, at, end, onSession);
      if (found >= 0) this.#accepted(line, found, at + oldAccepted.length, found + onSession.length);
    } else if (matches(bytes, at, end, oldNew)) {
      const session = at + oldNew.length;
      if (ownBracketed.some((own) => findFirst(bytes, session, end, own) >= 0)) this.#own(line, session);
      else this.#begin(line, session, outsideState);
    } else if (matches(bytes, at, end, oldAuthenticated)) {
      const found = findFirst(bytes, at, end, onSession);
      if (found >= 0) this.#own(line, found + onSession.length);
    } else if (matches(bytes, at, end, oldRefused)) this.#refused(line, at + oldRefused.length + sessionLength);
    else this.#oldEnd(line, at);
    return true;
  }

  #oldEnd(line: LogLine, at: number): void {
    const ended = oldEnd.find((words) => matches(line.bytes, at, line.end, words));
    if (ended !== undefined) this.#forget(line, at + ended.length, sessionLength);
  }

  #connected(line: LogLine, at: number, session: number): void {
    const found = findFirst(line.bytes, at, line.end, address);
    if (matchesOne(line.bytes, found + address.length, line.end, ownAddresses)) this.#own(line, session);
    else this.#begin(line, session, outsideState);
  }

  /** The session is one of our own users'. */
  #own(line: LogLine, session: number): void {
    this.#begin(line, session, submittedState);
  }

  #begin(line: LogLine, session: number, state: MessageState): void {
    hashId(line, session, sessionLength);
    this.#context.live.set(line.idHigh, line.idLow, state);
  }

  #forget(line: LogLine, id: number, length: number): void {
    hashId(line, id, length);
    this.#context.live.forget(line.idHigh, line.idLow);
  }

  /** An envelope whose `from=<` stands after `at`; each recipient has one, the message counts once. */
  #accepted(line: LogLine, at: number, messageStart: number, session: number): void {
    const { events, live } = this.#context;
    const { bytes } = line;
    const found = findFirst(bytes, at, line.end, from);
    const start = found + from.length;
    const stop = found < 0 ? -1 : senderEnd(bytes, start, line.end, afterSender);
    if (stop < 0 || hasBracket(bytes, start, stop)) return events.malformed();
    hashId(line, session, sessionLength);
    const origin = live.get(line.idHigh, line.idLow);
    const ours = origin === submittedState;
    hashId(line, messageStart, messageLength);
    if (live.get(line.idHigh, line.idLow) !== 0) return;
    live.set(line.idHigh, line.idLow, ours && stop > start ? ownState : countedState);
    const plain = decodeVis(bytes, start, stop);
    if (ours) events.submitted(plain.bytes, plain.from, plain.to, line.seconds());
    else events.accepted(plain.bytes, plain.from, plain.to, line.seconds());
    if (origin === 0 && stop > start) events.originUnknown?.();
  }

  #delivered(line: LogLine): boolean {
    const { events, live } = this.#context;
    const { bytes, idStart, end } = line;
    const envelopeId = deliveredEnvelope(bytes, idStart, end);
    if (envelopeId < 0) return false;
    hashId(line, envelopeId, messageLength);
    const recipient = live.get(line.idHigh, line.idLow) === ownState ? takenRecipient(bytes, envelopeId, end) : null;
    if (recipient === null) return true;
    const plain = decodeVis(bytes, recipient.start, recipient.stop);
    events.corresponded(plain.bytes, plain.from, plain.to);
    return true;
  }

  #refused(line: LogLine, at: number): void {
    const { events } = this.#context;
    const { bytes, end } = line;
    const start = refusedSenderStart(bytes, at, end);
    if (start < 0) return;
    const stop = refusedSenderEnd(bytes, start, end);
    if (stop < 0) return events.malformed();
    if (!isAboutSender(bytes, stop, end)) return;
    const plain = decodeVis(bytes, start, stop);
    events.rejected(plain.bytes, plain.from, plain.to, line.seconds(), line.times);
  }
}

/** Hashes host and id; a line can be cut off inside the id. */
function hashId(line: LogLine, start: number, length: number): void {
  line.hashId(start, Math.min(line.end, start + length));
}

/** Whether what looks like one address holds the beginning of another: a line can be cut off anywhere. */
function hasBracket(bytes: DataView, start: number, end: number): boolean {
  return findByte(bytes, pastQuoted(bytes, start, end), end, 0x3c) >= 0;
}
