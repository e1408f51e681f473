/**
 * A mail log kept by syslog, as the scanner has read it: what it knows goes to Postfix's parser, all other lines to the parsers of
 * the mail servers that may write into it.
 */
import { byteAt, sliceOf } from './find-bytes.js';
import type { MailLogFormat, MailLogParser, ParserContext, RecordParser } from './formats/format.js';
import type { LogClock } from './log-clock.js';
import { LogLine } from './log-line.js';
import type { MailEvents } from './mail-events.js';
import { bareLine, otherLine, type ScanTape } from './scan-tape.js';

/** What syslogds write instead of a line that comes again; FreeBSD, Solaris and old Linux say no more, macOS adds dashes. */
const repetition = /(?:^| )last message repeated (\d{1,6}) times?(?: ---)?$/;
const longestRepetition = 200;
const firstLetter = 0x6c;

type RepeatedRefusals = Pick<MailEvents, 'refusals' | 'refusedAgain'>;

/** Gives what was found in each line to whoever understands it. */
export class MailLogReader {
  readonly #clock: LogClock;
  readonly #line: LogLine;
  readonly #parsers: readonly MailLogParser[];
  readonly #scanned: RecordParser | undefined;
  readonly #events: RepeatedRefusals;
  /** Whether the line before told of a refusal. */
  #refused = false;

  /** A reader of lines that these servers may have written. */
  constructor(servers: readonly MailLogFormat[], context: ParserContext, clock: LogClock) {
    const parsers = servers.map((server) => server.createParser(context));
    this.#parsers = parsers.filter((parser) => 'take' in parser);
    this.#scanned = parsers.find((parser) => 'apply' in parser);
    this.#clock = clock;
    this.#line = new LogLine(clock);
    this.#events = context.events;
  }

  /** Whether the scanner is to tell what Postfix's lines say. */
  get withPostfix(): boolean {
    return this.#scanned !== undefined;
  }

  /** Takes a tape from its first record on. */
  read(tape: ScanTape): void {
    while (tape.next()) {
      if (tape.isAfterOthers) this.#refused = false;
      if (tape.kind === bareLine) this.#readRepetition(tape, tape.lineStart);
      else if (tape.kind !== otherLine) this.#apply(tape);
      else if (byteAt(tape.bytes, tape.text) !== firstLetter || !this.#readRepetition(tape, tape.text))
        this.#take(tape);
    }
    if (tape.endsWithOthers) this.#refused = false;
  }

  #apply(tape: ScanTape): void {
    const before = this.#events.refusals;
    this.#scanned?.apply(tape, this.#clock);
    this.#refused = this.#events.refusals !== before;
  }

  #take(tape: ScanTape): void {
    const before = this.#events.refusals;
    const line = this.#line;
    line.read(tape);
    for (const parser of this.#parsers) if (parser.take(line)) break;
    this.#refused = this.#events.refusals !== before;
  }

  /** A refusal that is repeated is one more; of mail that is taken in the queue tells only again what it told before. */
  #readRepetition(tape: ScanTape, start: number): boolean {
    const end = tape.lineEnd;
    if (end - start > longestRepetition) return false;
    const times = repetition.exec(sliceOf(tape.bytes, start, end).toString('latin1'))?.[1];
    if (times === undefined) return false;
    if (this.#refused) this.#events.refusedAgain?.(Number(times), tape.seconds(this.#clock));
    return true;
  }
}
