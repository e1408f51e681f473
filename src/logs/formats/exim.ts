/**
 * Exim: its own log files (main log, reject log), and its lines in a log kept by syslog, where the time may stand twice.
 */
import type { LogClock } from '../log-clock.js';
import type { LogLine } from '../log-line.js';
import type { LineReader } from '../split-lines.js';
import { EximFileLine } from './exim-line.js';
import { EximParser } from './exim-parser.js';
import type { MailLogFormat, MailLogParser, ParserContext, WholeFormat } from './format.js';

/** Stamp, perhaps fraction and zone; perhaps pid; then a message id, or one of the phrases that Exim's entries begin with. */
const eximLine = new RegExp(
  [
    String.raw`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})?(?: [+-]\d{4})? (?:\[\d+\] )?(?:`,
    String.raw`\w{6}-\w{6}-\w\w |\w{6}-\w{11}-\w{4} `,
    String.raw`| ?(?:DS)?[HU]=\S.* (?:rejected|sender verify|discarded|Warning:) `,
    String.raw`|(?:\w+ authenticator failed for|SMTP (?:connection|call|protocol|command|data)|TLS error on connection|no host name found for`,
    String.raw`|no IP address found for|(?:Start|End) queue run:|exim \S+ daemon started|rejected |unqualified |too many recipients: )`,
    String.raw`|\S+ exim\d?\[\d+\]: )`,
  ].join(''),
);

/** Exim's lines in a log kept by syslog. */
export const exim: MailLogFormat = { name: 'exim', createParser: (context) => new SyslogParser(context) };

/** Exim's own log files. */
export const eximFile: WholeFormat = {
  name: 'exim',
  recognise: (firstLines) => firstLines.some((line) => eximLine.test(line)),
  createReader: (events, live, clock) => new EximFileReader({ events, live }, clock),
};

class SyslogParser implements MailLogParser {
  readonly #parser: EximParser;

  constructor(context: ParserContext) {
    this.#parser = new EximParser(context);
  }

  take(line: LogLine): boolean {
    return this.#parser.take(line, line.idStart);
  }
}

class EximFileReader implements LineReader {
  readonly #parser: EximParser;
  readonly #line: EximFileLine;

  constructor(context: ParserContext, clock: LogClock) {
    this.#parser = new EximParser(context);
    this.#line = new EximFileLine(clock);
  }

  line(bytes: DataView, start: number, end: number): void {
    if (this.#line.read(bytes, start, end)) this.#parser.take(this.#line, this.#line.text);
    else this.#parser.takeMore(this.#line, start);
  }
}
