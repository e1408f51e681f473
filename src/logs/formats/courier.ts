/**
 * Courier. A message is counted at its first `courierd: started,id=...,from=<a@b>,...`, of which each delivery has one;
 * `newmsg,id=...` before it says where the message came from, `completed,id=...` ends it. courieresmtpd logs what it refuses
 * as `error,relay=...,from=<a@b>,to=<c@d>: 550 ...`.
 *
 * courierd cuts long addresses (`from=<bounce-1234@newsletters.exa...>`): such a message is told as malformed.
 */
import { bytesOf, findByte, findFirst, findLast, matches, matchesOne } from '../find-bytes.js';
import { countedState, outsideState, ownState, submittedState } from '../live-messages.js';
import type { LogLine } from '../log-line.js';
import { pastQuoted, senderEnd } from './bracketed-sender.js';
import type { MailLogFormat, MailLogParser, ParserContext } from './format.js';

const newMessage = bytesOf('newmsg,id=');
const started = bytesOf('started,id=');
const completed = bytesOf('completed,id=');
const error = bytesOf('error,relay=');
const from = bytesOf(',from=<');
/** What writes the notice of a failure, under the id of the message that failed. */
const notice = bytesOf(',module=dsn,');
const delivery = bytesOf('id=');
const address = bytesOf(',addr=<');
const size = bytesOf(',size=');
const success = bytesOf(',success: delivered: ');
const authenticated = bytesOf(', auth=');
const loopback = ['[127.', '[::1]', '[::ffff:127.'].map(bytesOf);
const cut = bytesOf('...');
const comma = bytesOf(',');
const bracket = bytesOf('[');
const bracketStart = 0x3c;
const colon = bytesOf(': ');
const afterRecipient = [',size=', ',success: ', ',status: ', ': '].map(bytesOf);
const afterSender = [',module=', ',addr=', ',to=<', ': '].map(bytesOf);

/** Courier's lines in a log kept by syslog. */
export const courier: MailLogFormat = { name: 'courier', createParser: (context) => new CourierParser(context) };

class CourierParser implements MailLogParser {
  readonly #context: ParserContext;

  constructor(context: ParserContext) {
    this.#context = context;
  }

  take(line: LogLine): boolean {
    const { bytes, idStart, end } = line;
    if (matches(bytes, idStart, end, started)) return this.#started(line, idStart + started.length);
    if (matches(bytes, idStart, end, newMessage)) return this.#begun(line, idStart + newMessage.length);
    if (matches(bytes, idStart, end, completed)) return this.#completed(line, idStart + completed.length);
    if (matches(bytes, idStart, end, error)) return this.#refused(line, idStart + error.length);
    if (matches(bytes, idStart, end, delivery)) return this.#delivered(line, idStart + delivery.length);
    return false;
  }

  /** `newmsg,id=..., auth=frank: dns; helo.name (mx.example [::ffff:192.0.2.10])`. The name in HELO stands before. */
  #begun(line: LogLine, id: number): boolean {
    const { bytes, end } = line;
    const origin = findFirst(bytes, id, end, colon);
    if (origin < 0) return true;
    const user = findFirst(bytes, id, origin, authenticated);
    const client = findLast(bytes, origin, end, bracket);
    const ours = user >= 0 || (client >= 0 && matchesOne(bytes, client, end, loopback));
    line.hashId(id, user < 0 ? origin : user);
    this.#context.live.set(line.idHigh, line.idLow, ours ? submittedState : outsideState);
    return true;
  }

  /** `started,id=...,from=<a@b>,module=local,host=...,addr=<c>` */
  #started(line: LogLine, id: number): boolean {
    const { events, live } = this.#context;
    const { bytes, end } = line;
    const idEnd = findFirst(bytes, id, end, comma);
    if (idEnd < 0 || !matches(bytes, idEnd, end, from)) return false;
    line.hashId(id, idEnd);
    const state = live.get(line.idHigh, line.idLow);
    if (state === countedState || state === ownState) return true;
    const start = idEnd + from.length;
    const stop = senderEnd(bytes, start, end, afterSender);
    if (stop >= 0 && matches(bytes, stop + 1, end, notice)) return true;
    live.set(line.idHigh, line.idLow, state === submittedState && stop > start ? ownState : countedState);
    if (!isWhole(bytes, start, stop)) events.malformed();
    else if (state === submittedState) events.submitted(bytes, start, stop, line.seconds());
    else this.#accepted(line, start, stop, state !== outsideState);
    return true;
  }

  #accepted(line: LogLine, start: number, stop: number, isOriginUnknown: boolean): void {
    const { events } = this.#context;
    events.accepted(line.bytes, start, stop, line.seconds());
    if (isOriginUnknown && stop > start) events.originUnknown?.();
  }

  #completed(line: LogLine, id: number): boolean {
    line.hashId(id, line.end);
    this.#context.live.forget(line.idHigh, line.idLow);
    return true;
  }

  /** courieresmtp's `id=...,from=<a@b>,addr=<c@d>,size=329,success: delivered: mx.example [192.0.2.1]`. */
  #delivered(line: LogLine, id: number): boolean {
    const { events, live } = this.#context;
    const { bytes, end } = line;
    const idEnd = findFirst(bytes, id, end, comma);
    if (idEnd < 0 || !matches(bytes, idEnd, end, from)) return false;
    const senderStop = senderEnd(bytes, idEnd + from.length, end, [address]);
    const start = senderStop + 1 + address.length;
    const stop = senderStop < 0 ? -1 : senderEnd(bytes, start, end, afterRecipient);
    if (!isWhole(bytes, start, stop) || !isTakenElsewhere(bytes, stop, end)) return true;
    line.hashId(id, idEnd);
    if (live.get(line.idHigh, line.idLow) === ownState) events.corresponded(bytes, start, stop);
    return true;
  }

  /** `error,relay=::ffff:192.0.2.10,port=123,from=<a@b>,to=<c@d>: 550 ...`; without a sender before MAIL. */
  #refused(line: LogLine, at: number): boolean {
    const { events } = this.#context;
    const { bytes, end } = line;
    const found = findFirst(bytes, at, end, from);
    const reply = findFirst(bytes, at, end, colon);
    if (found < 0 || (reply >= 0 && reply < found)) return true;
    const start = found + from.length;
    const stop = senderEnd(bytes, start, end, afterSender);
    if (!isWhole(bytes, start, stop)) events.malformed();
    else events.rejected(bytes, start, stop, line.seconds(), line.times);
    return true;
  }
}

/** Only what stands at once after the recipient, and after the size of the message, is Courier's own word. */
function isTakenElsewhere(bytes: DataView, recipientStop: number, end: number): boolean {
  const at = matches(bytes, recipientStop + 1, end, size)
    ? findFirst(bytes, recipientStop + size.length, end, comma)
    : recipientStop + 1;
  if (at < 0 || !matches(bytes, at, end, success)) return false;
  const server = findFirst(bytes, at, end, bracket);
  return server >= 0 && !loopback.some((own) => findFirst(bytes, server, end, own) >= 0);
}

/**
 * Whether the address is not cut off: a cut one ends in dots, which no domain does, or has lost its `>`, so that what looks
 * like its end is that of another.
 */
function isWhole(bytes: DataView, start: number, end: number): boolean {
  if (end < start || findByte(bytes, pastQuoted(bytes, start, end), end, bracketStart) >= 0) return false;
  const dots = end - cut.length;
  return dots < start || !matches(bytes, dots, end, cut);
}
