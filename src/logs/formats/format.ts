/**
 * The seam between the reading of inputs and the formats: what a format in this folder gives, and what it is given.
 */
import type { Finding } from './finding.js';
import type { LiveMessages } from '../live-messages.js';
import type { LogClock } from '../log-clock.js';
import type { LogLine } from '../log-line.js';
import type { MailEvents } from '../mail-events.js';
import type { LineReader } from '../split-lines.js';

/** Where a parser tells what it finds, and what it knows of messages seen before. */
export interface ParserContext {
  readonly events: MailEvents;
  readonly live: LiveMessages;
}

/** Reads the lines of one mail server out of a log kept by syslog. */
export interface MailLogParser {
  /** Whether the line is this server's, whether or not it says anything of a sender; then no other parser is asked. */
  take(line: LogLine): boolean;
  /** Takes what another thread found in a line, of which only `bytes` and `seconds` are known. */
  apply?(finding: Finding, line: LogLine): void;
}

/** A mail server whose log syslog keeps; one file may hold several servers' lines. */
export interface MailLogFormat {
  readonly name: string;
  createParser(context: ParserContext): MailLogParser;
}

/** An input that is of one kind from its first line to its last. */
export interface WholeFormat {
  readonly name: string;
  /** Whether an input that begins with these lines (without blank ones and `#` comments; the last may be cut off) is one. */
  recognise(firstLines: readonly string[]): boolean;
  /** `live` and `clock` are for files that are logs as well. */
  createReader(events: MailEvents, live: LiveMessages, clock: LogClock): LineReader;
}
