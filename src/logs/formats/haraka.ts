/**
 * Haraka: what it writes to its standard output, and its lines in a log kept by syslog.
 */
import type { LogClock } from '../log-clock.js';
import type { MailEvents } from '../mail-events.js';
import type { LineReader } from '../split-lines.js';
import { StampedLine } from '../stamped-line.js';
import type { MailLogFormat, WholeFormat } from './format.js';
import { HarakaParser } from './haraka-parser.js';

/** Stamp, perhaps; then one of the three formats. */
const harakaLine = new RegExp(
  [
    String.raw`^(?:\d{4}-\d\d-\d\dT[\d:.]+Z )?(?:`,
    String.raw`\[(?:DATA|PROTOCOL|DEBUG|INFO|NOTICE|WARN|ERROR|CRIT|ALERT|EMERG)\] \[(?:-|[0-9A-F-]{36}[\d.]*)\] \[[^\]]*\] `,
    String.raw`|\[[0-9A-F-]{36}[\d.]*\] \[[^\]]*\] `,
    String.raw`|level=[A-Z]+ uuid=\S+ (?:origin|source)=`,
    String.raw`|\{"level":"[A-Z]+","uuid":"[^"]*","(?:origin|source)":)`,
  ].join(''),
);

/** Haraka's lines in a log kept by syslog. */
export const haraka: MailLogFormat = { name: 'haraka', createParser: (context) => new HarakaParser(context.events) };

/** What Haraka writes to its standard output. */
export const harakaFile: WholeFormat = {
  name: 'haraka',
  recognise: (firstLines) => firstLines.filter((line) => harakaLine.test(line)).length * 2 > firstLines.length,
  createReader: (events, _live, clock) => new HarakaFileReader(events, clock),
};

class HarakaFileReader implements LineReader {
  readonly #parser: HarakaParser;
  readonly #line: StampedLine;

  constructor(events: MailEvents, clock: LogClock) {
    this.#parser = new HarakaParser(events);
    this.#line = new StampedLine(clock);
  }

  line(bytes: DataView, start: number, end: number): void {
    this.#line.read(bytes, start, end);
    this.#parser.take(this.#line);
  }
}
