/**
 * Listings of the mail queue for people: `postqueue -p` (`mailq`) of Postfix, `mailq` of sendmail, `exim -bp`. An entry is a
 * line with the sender, then its recipients, indented, with the reasons of delays in parentheses between them. sendmail cuts
 * recipients at 38 characters: one of that length is told as malformed.
 */
import { sliceOf } from '../find-bytes.js';
import type { LiveMessages } from '../live-messages.js';
import type { LogClock } from '../log-clock.js';
import type { MailEvents } from '../mail-events.js';
import type { LineReader } from '../split-lines.js';
import type { WholeFormat } from './format.js';
import { isNullSender, QueuedBounces } from './queued-bounce.js';

/** Longer lines are no entries and no recipients but reasons. */
const longestLine = 1024;

const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
/** `4jY0nh5J0TzJvJy*     392 Mon Nov 23 09:31:07  MAILER-DAEMON`; sendmail has no seconds. */
const dated = new RegExp(
  String.raw`^(?<id>[0-9A-Za-z]{6,})[*!#X-]? +(?:\d+|\([^)]*\))[ +]${day} (?<date>${month} [ \d]\d \d\d:\d\d(?::\d\d)?) +(?<sender>\S.*)$`,
  'd',
);
/** `25m  2.9K 1xVQGe-00008s-0I <> *** frozen ***` */
const aged =
  /^ *\d+[smhdwy] +[\d.]+[KMG]? (?<id>\w{6}-\w{6,11}-\w{2,4}) <(?<sender>.*)>(?: \*\*\* frozen \*\*\*| \(.*\))*$/;
const empty = /^(?:Mail queue is empty|\S+ is empty)$/;
const header = /^(?:-+Queue ID-+ |-+Q-ID-+ |\t\t?\S+ \(\d+ requests?\))/;
/** An address alone on its line, perhaps in angle brackets. */
const recipient = /^\s+<?((?:"(?:[^"\\]|\\.)*"|[^\s"<>()])+@[^\s<>()]+)>?$/;

/** sendmail's recipients: five tabs and a blank, and no more than 38 characters. */
const sendmailIndent = '\t\t\t\t\t ';
const sendmailLongest = 38;

/** The format of a listing for people. */
export const mailQueue: WholeFormat = {
  name: 'mailq',
  recognise: (firstLines) => {
    const start = firstLines.slice(0, 3).map((line) => line.trimEnd());
    return start.some(
      (line) => line.length <= longestLine && [header, dated, aged, empty].some((known) => known.test(line)),
    );
  },
  createReader: (events, live, clock) => new MailQueueReader(events, live, clock),
};

class MailQueueReader implements LineReader {
  readonly #events: MailEvents;
  readonly #bounces: QueuedBounces;
  readonly #clock: LogClock;
  /** The entry being read, where it is a bounce. */
  #bounce: { readonly id: string; readonly seconds: number } | null = null;

  constructor(events: MailEvents, live: LiveMessages, clock: LogClock) {
    this.#events = events;
    this.#bounces = new QueuedBounces(events, live);
    this.#clock = clock;
  }

  line(bytes: DataView, start: number, end: number): void {
    if (end - start > longestLine) return;
    const line = sliceOf(bytes, start, end).toString('latin1').trimEnd();
    const entry = dated.exec(line) ?? aged.exec(line);
    if (entry !== null) this.#begin(entry, bytes, start);
    else if (this.#bounce !== null) this.#recipient(this.#bounce, line);
  }

  #begin(entry: RegExpExecArray, bytes: DataView, start: number): void {
    const { id = '', sender = '' } = entry.groups ?? {};
    const [date] = entry.indices?.groups?.['date'] ?? [];
    const at = start + (date ?? 0);
    const seconds = date === undefined ? 0 : this.#clock.fromYearless(bytes, at, at + 'Nov 23 '.length);
    this.#bounce = isNullSender(sender) ? { id, seconds } : null;
  }

  #recipient(bounce: { readonly id: string; readonly seconds: number }, line: string): void {
    if (line.startsWith(sendmailIndent) && line.length === sendmailIndent.length + sendmailLongest) {
      return this.#events.malformed();
    }
    const [, address] = recipient.exec(line) ?? [];
    if (address !== undefined) this.#bounces.tell(bounce.id, Buffer.from(address, 'latin1'), bounce.seconds);
  }
}
