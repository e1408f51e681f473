/**
 * qmail, netqmail, notqmail: qmail-send's log, kept by multilog or by syslog (splogger). A message is counted at its one line
 * `info msg 123: bytes 1 from <a@b> qp 4 uid 5`. Message numbers are those of files and come again, but the line does not.
 *
 * The log does not say who handed a message in: whoever has root's uid is a program of the machine itself, everybody else
 * may have come over SMTP. Addresses stand without quotes, and what is not printable ASCII as `_`. qmail-smtpd logs no
 * refusals; spamdyke, which many put before it, does: `DENIED_...` with the sender.
 */
import { bytesOf, findByte, findFirst, findLast, matches, numberAt } from '../find-bytes.js';
import type { LogClock } from '../log-clock.js';
import type { LogLine } from '../log-line.js';
import type { MailEvents } from '../mail-events.js';
import type { LineReader } from '../split-lines.js';
import { StampedLine, type TextLine } from '../stamped-line.js';
import type { MailLogFormat, MailLogParser, WholeFormat } from './format.js';

const info = bytesOf('info msg ');
const from = bytesOf(' from <');
const afterSender = bytesOf('> qp ');
const uid = bytesOf(' uid ');
const denied = bytesOf('DENIED_');
const deniedFrom = bytesOf(' from: ');
const deniedTo = bytesOf(' to: ');
const noSender = bytesOf('(unknown)');
/** The sender of double bounces, and the end of one that every recipient gets a variant of (VERP). */
const withoutMailbox = bytesOf('@[]');
const root = 0;

const stamp = String.raw`(?:@[0-9a-f]{24} |\d{4}-\d\d-\d\d[ _T]\d\d:\d\d:\d\d\S* |\d{10}\.\d+ )?`;
const phrases = [
  String.raw`(?:new|end) msg \d+$`,
  String.raw`info msg \d+: bytes \d+ from <`,
  String.raw`bounce msg \d+ qp \d+`,
  String.raw`starting delivery \d+: msg \d+ to (?:local|remote) `,
  String.raw`delivery \d+: (?:success|failure|deferral): `,
  String.raw`status: local \d+/\d+ remote \d+/\d+`,
  String.raw`(?:tcpserver|rblsmtpd|qmail-smtpd|spamdyke)(?:\[\d+\])?: `,
];
const qmailLine = new RegExp(`^${stamp}(?:${phrases.join('|')})`);

/** qmail's lines in a log kept by syslog. */
export const qmail: MailLogFormat = { name: 'qmail', createParser: (context) => new QmailParser(context.events) };

/** The log that multilog keeps. */
export const qmailFile: WholeFormat = {
  name: 'qmail',
  recognise: (firstLines) => firstLines.filter((line) => qmailLine.test(line.trimEnd())).length * 2 > firstLines.length,
  createReader: (events, _live, clock) => new QmailFileReader(events, clock),
};

class QmailParser implements MailLogParser {
  readonly #events: MailEvents;

  constructor(events: MailEvents) {
    this.#events = events;
  }

  take(line: LogLine): boolean {
    return takeLine(line, this.#events);
  }
}

class QmailFileReader implements LineReader {
  readonly #events: MailEvents;
  readonly #line: StampedLine;

  constructor(events: MailEvents, clock: LogClock) {
    this.#events = events;
    this.#line = new StampedLine(clock);
  }

  line(bytes: DataView, start: number, end: number): void {
    this.#line.read(bytes, start, end);
    takeLine(this.#line, this.#events);
  }
}

function takeLine(line: TextLine, events: MailEvents): boolean {
  const { bytes, end } = line;
  const text = pastEpoch(bytes, line.idStart, end);
  if (matches(bytes, text, end, info)) return takeInfo(line, text + info.length, events);
  if (matches(bytes, text, end, denied)) return takeDenied(line, text, events);
  return false;
}

/** `123: bytes 1 from <a@b> qp 4 uid 5` */
function takeInfo(line: TextLine, text: number, events: MailEvents): boolean {
  const { bytes, end } = line;
  const found = findFirst(bytes, text, end, from);
  if (found < 0) return false;
  const start = found + from.length;
  const senderEnd = findLast(bytes, start, end, afterSender);
  if (senderEnd < 0) events.malformed();
  else tell(line, start, senderEnd, events);
  return true;
}

function tell(line: TextLine, start: number, senderEnd: number, events: MailEvents): void {
  const { bytes, end } = line;
  const suffix = senderEnd - withoutMailbox.length;
  const hasNoMailbox = suffix >= start && matches(bytes, suffix, senderEnd, withoutMailbox);
  const user = findFirst(bytes, senderEnd, end, uid);
  const isRoots = user >= 0 && numberAt(bytes, user + uid.length, end) === root;
  if (hasNoMailbox) events.submitted(bytes, start, start, line.seconds());
  else if (isRoots) events.submitted(bytes, start, senderEnd, line.seconds());
  else events.accepted(bytes, start, senderEnd, line.seconds());
}

/** spamdyke's `DENIED_RDNS_MISSING from: a@b to: c@d origin_ip: 192.0.2.1 ...`; a null or missing sender is `(unknown)`. */
function takeDenied(line: TextLine, text: number, events: MailEvents): boolean {
  const { bytes, end } = line;
  const found = findFirst(bytes, text, end, deniedFrom);
  if (found < 0) return false;
  const start = found + deniedFrom.length;
  const senderEnd = findFirst(bytes, start, end, deniedTo);
  if (senderEnd < 0) events.malformed();
  else if (!matches(bytes, start, senderEnd, noSender)) {
    events.rejected(bytes, start, senderEnd, line.seconds(), line.times);
  }
  return true;
}

/** splogger puts the seconds since 1970 before each line: `1795426267.485077 info msg ...`. */
function pastEpoch(bytes: DataView, at: number, end: number): number {
  const first = at < end ? bytes.getUint8(at) : 0;
  if (first < 0x30 || first > 0x39) return at;
  const blank = findByte(bytes, at, end, 0x20);
  return blank < 0 ? end : blank + 1;
}
