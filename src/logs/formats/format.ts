/**
 * The seam between the reading of inputs and the formats: what a format in this folder gives, and what it is given.
 */
import type { LiveMessages } from '../live-messages.js';
import type { LogClock } from '../log-clock.js';
import type { LogLine } from '../log-line.js';
import type { MailEvents } from '../mail-events.js';
import type { ScanTape } from '../scan-tape.js';
import type { LineReader } from '../split-lines.js';
import type { QueueListener } from './queue-listener.js';

/** Where a parser tells what it finds, and what it knows of messages seen before. */
export interface ParserContext {
  readonly events: MailEvents;
  readonly live: LiveMessages;
}

/** Reads the lines of one mail server out of a log kept by syslog. */
export interface MailLogParser {
  /** Whether the line is this server's, whether or not it says anything of a sender; then no other parser is asked. */
  take(line: LogLine): boolean;
}

/** Makes sense of what the scanner found in the lines of a mail server that it knows. */
export interface RecordParser {
  /** Takes what a line says: the record that the tape stands at. */
  apply(record: ScanTape, clock: LogClock): void;
}

/** A mail server whose log syslog keeps; one file may hold several servers' lines. */
export interface MailLogFormat {
  readonly name: string;
  createParser(context: ParserContext): MailLogParser | RecordParser;
}

/** An input that is of one kind from its first line to its last. */
export interface WholeFormat {
  readonly name: string;
  /** Whether an input that begins with these lines (without blank ones and `#` comments; the last may be cut off) is one. */
  recognise(firstLines: readonly string[]): boolean;
  /** `live` and `clock` are for files that are logs as well. */
  createReader(events: MailEvents, live: LiveMessages, clock: LogClock): LineReader;
}

/** A listing of the mail queue: as an input of a survey, and as what it is. */
export interface QueueFormat extends WholeFormat {
  createQueueReader(listener: QueueListener, clock: LogClock): LineReader;
}
