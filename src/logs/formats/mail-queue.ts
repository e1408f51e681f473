/**
 * Listings of the mail queue for people: `postqueue -p` (`mailq`) of Postfix, `mailq` of sendmail, `exim -bp`. An entry is a
 * line with the sender, then its recipients, indented, with the reasons of delays in parentheses between them. sendmail cuts
 * recipients at 38 characters: one of that length may be cut.
 */
import { sliceOf, viewOf } from '../find-bytes.js';
import type { LogClock } from '../log-clock.js';
import type { LineReader } from '../split-lines.js';
import type { QueueFormat } from './format.js';
import { isNullSender, type QueueListener } from './queue-listener.js';
import { QueuedBounces } from './queued-bounce.js';

/** Longer lines are no entries and no recipients but reasons. */
const longestLine = 1024;

const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
/** `4jY0nh5J0TzJvJy*     392 Mon Nov 23 09:31:07  MAILER-DAEMON`; sendmail has no seconds. */
const dated = new RegExp(
  String.raw`^(?<id>[0-9A-Za-z]{6,})[*!#X-]? +(?:\d+|\([^)]*\))[ +]${day} (?<date>${month} [ \d]\d \d\d:\d\d(?::\d\d)?) +(?<sender>\S.*)$`,
);
/** `25m  2.9K 1xVQGe-00008s-0I <> *** frozen ***` */
const aged =
  /^ *(?<age>\d+[smhdwy]) +[\d.]+[KMG]? (?<id>\w{6}-\w{6,11}-\w{2,4}) <(?<sender>.*)>(?: \*\*\* frozen \*\*\*| \(.*\))*$/;
const empty = /^(?:Mail queue is empty|\S+ is empty)$/;
const header = /^(?:-+Queue ID-+ |-+Q-ID-+ |\t\t?\S+ \(\d+ requests?\))/;
/** An address alone on its line, perhaps in angle brackets; one without a domain is on this host. */
const recipient = /^\s+<?((?:"(?:[^"\\]|\\.)*"|[^\s"<>()])+@[^\s<>()]+|[^\s"<>()@:]+)>?$/;

/** Seconds of the units that Exim tells ages in. */
const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };

/** sendmail's recipients: five tabs and a blank, and no more than 38 characters. */
const sendmailIndent = '\t\t\t\t\t ';
const sendmailLongest = 38;

/** The format of a listing for people. */
export const mailQueue: QueueFormat = {
  name: 'mailq',
  recognise: (firstLines) => {
    const start = firstLines.slice(0, 3).map((line) => line.trimEnd());
    return start.some(
      (line) => line.length <= longestLine && [header, dated, aged, empty].some((known) => known.test(line)),
    );
  },
  createReader: (events, live, clock) => new MailQueueReader(new QueuedBounces(events, live), clock),
  createQueueReader: (listener, clock) => new MailQueueReader(listener, clock),
};

class MailQueueReader implements LineReader {
  readonly #listener: QueueListener;
  readonly #clock: LogClock;
  #isInEntry = false;

  constructor(listener: QueueListener, clock: LogClock) {
    this.#listener = listener;
    this.#clock = clock;
  }

  line(bytes: DataView, start: number, end: number): void {
    if (end - start > longestLine) return;
    const line = sliceOf(bytes, start, end).toString('latin1').trimEnd();
    const entry = dated.exec(line) ?? aged.exec(line);
    if (entry !== null) this.#begin(entry);
    else if (this.#isInEntry) this.#recipient(line);
  }

  #begin({ groups = {} }: RegExpExecArray): void {
    const { id = '', sender = '', date, age } = groups;
    const arrived = date === undefined ? 0 : this.#secondsOf(date);
    const waited = age === undefined ? null : Number.parseInt(age, 10) * (units[age.slice(-1)] ?? 0);
    this.#isInEntry = true;
    this.#listener.entry({ id, isBounce: isNullSender(sender), arrived, waited });
  }

  #secondsOf(date: string): number {
    return this.#clock.fromYearless(viewOf(Buffer.from(`${date}:00`)), 0, 'Nov 23 '.length);
  }

  #recipient(line: string): void {
    if (line.startsWith(sendmailIndent) && line.length === sendmailIndent.length + sendmailLongest) {
      return this.#listener.recipient(Buffer.from(line.trim(), 'latin1'), true);
    }
    const [, address] = recipient.exec(line) ?? [];
    if (address !== undefined) this.#listener.recipient(Buffer.from(address, 'latin1'), false);
  }
}
