/**
 * A mail log kept by syslog, read line by line by the parsers of the mail servers that may write into it.
 */
import { byteAt, sliceOf } from './find-bytes.js';
import { Finding } from './formats/finding.js';
import type { MailLogFormat, MailLogParser, ParserContext } from './formats/format.js';
import type { LogClock } from './log-clock.js';
import { LogLine } from './log-line.js';
import type { MailEvents } from './mail-events.js';
import type { LineReader } from './split-lines.js';
import { unknownLine, type FindingTape } from './threads/finding-tape.js';

/** What syslogds write instead of a line that comes again; FreeBSD, Solaris and old Linux say no more, macOS adds dashes. */
const repetition = /(?:^| )last message repeated (\d{1,6}) times?(?: ---)?$/;
const longestRepetition = 200;
const firstLetter = 0x6c;

type RepeatedRefusals = Pick<MailEvents, 'refusals' | 'refusedAgain'>;

/** What another thread found in lines that stand in `bytes`. */
export interface FoundLines {
  readonly bytes: DataView;
  readonly tape: FindingTape;
}

/** A reader of lines that these servers may have written. */
export function createMailLogReader(
  servers: readonly MailLogFormat[],
  context: ParserContext,
  clock: LogClock,
): MailLogReader {
  const parsers = servers.map((server) => server.createParser(context));
  return new MailLogReader(parsers, clock, context.events);
}

/** Gives each line to the parsers in turn until one takes it. */
export class MailLogReader implements LineReader {
  readonly #line: LogLine;
  readonly #parsers: readonly MailLogParser[];
  readonly #finding = new Finding();
  readonly #events: RepeatedRefusals;
  /** Whether the line before told of a refusal. */
  #refused = false;

  constructor(parsers: readonly MailLogParser[], clock: LogClock, events: RepeatedRefusals = {}) {
    this.#parsers = parsers;
    this.#line = new LogLine(clock);
    this.#events = events;
  }

  line(bytes: DataView, start: number, end: number): void {
    const line = this.#line;
    if (!line.read(bytes, start, end)) return void this.#readRepetition(start);
    if (byteAt(bytes, line.text) === firstLetter && this.#readRepetition(line.text)) return;
    const before = this.#events.refusals;
    this.#take(line);
    this.#refused = this.#events.refusals !== before;
  }

  /** Takes what another thread found for the first of the parsers; lines that it does not know are read here. */
  found({ bytes, tape }: FoundLines): void {
    for (let i = 0; i < tape.length; i++) {
      if (tape.isAfterOthers(i)) this.#refused = false;
      tape.read(i, this.#finding, this.#line, bytes);
      if (this.#finding.kind === unknownLine) this.line(bytes, this.#finding.start, this.#finding.end);
      else this.#apply(this.#finding);
    }
    if (tape.endsWithOthers) this.#refused = false;
  }

  #apply(finding: Finding): void {
    const before = this.#events.refusals;
    this.#parsers[0]?.apply?.(finding, this.#line);
    this.#refused = this.#events.refusals !== before;
  }

  #take(line: LogLine): void {
    for (const parser of this.#parsers) if (parser.take(line)) return;
  }

  /** A refusal that is repeated is one more; of mail that is taken in the queue tells only again what it told before. */
  #readRepetition(start: number): boolean {
    const { bytes, end } = this.#line;
    if (end - start > longestRepetition) return false;
    const times = repetition.exec(sliceOf(bytes, start, end).toString('latin1'))?.[1];
    if (times === undefined) return false;
    if (this.#refused) this.#events.refusedAgain?.(Number(times), this.#line.seconds());
    return true;
  }
}
