/**
 * A mail log kept by syslog, read line by line by the parsers of the mail servers that may write into it.
 */
import type { MailLogParser } from './formats/format.js';
import type { LogClock } from './log-clock.js';
import { LogLine } from './log-line.js';
import type { LineReader } from './split-lines.js';

/** Gives each line to the parsers in turn until one takes it. */
export class MailLogReader implements LineReader {
  readonly #line: LogLine;
  readonly #parsers: readonly MailLogParser[];

  constructor(parsers: readonly MailLogParser[], clock: LogClock) {
    this.#parsers = parsers;
    this.#line = new LogLine(clock);
  }

  line(bytes: DataView, start: number, end: number): void {
    if (!this.#line.read(bytes, start, end)) return;
    for (const parser of this.#parsers) if (parser.take(this.#line)) return;
  }
}
