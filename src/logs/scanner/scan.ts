/**
 * A block of a log → what its lines say by themselves, on a tape.
 */
import { findByteFar, matches } from './bytes';
import * as line from './line';
import { scanPostfix } from './postfix';
import * as settle from './settle';
import * as tape from './tape';

const newline = 0x0a;
/** Longest line that is read, bytes; a longer one is counted only. The same as in split-lines.ts. */
const longestLine = 65_536;
/** What syslogds write instead of a line that comes again; which line that was is not told here. */
const shortestRepetition = 'last message repeated 1 time'.length;

/** Kinds of records for lines that JavaScript reads: without a header, and with one. */
const bareLine = -2;
const otherLine = -1;

/**
 * Scans the lines that begin within [start, blockEnd) of the bytes that go on to `end`; `inside` says that they begin inside a
 * line. The tape is written at `tapeStart`. Only where `tableStart` is not 0, which is a place for `settle`'s
 * table, is it read what Postfix's lines say.
 */
export function scan(start: i32, blockEnd: i32, end: i32, inside: bool, tapeStart: i32, tableStart: i32): void {
  const withPostfix = tableStart !== 0;
  tape.begin(tapeStart);
  if (withPostfix) settle.begin(tableStart);
  let lines = 0;
  let at = inside ? lineEnd(start, end) + 1 : start;
  while (at < blockEnd) {
    const next = lineEnd(at, end);
    lines += 1;
    if (next - at <= longestLine) scanLine(at, next, withPostfix);
    at = next + 1;
  }
  tape.finish(lines);
}

/** Where the line that goes on at `at` ends: before its line feed, else where the bytes end. */
function lineEnd(at: i32, end: i32): i32 {
  const found = findByteFar(at, end, newline);
  return found < 0 ? end : found;
}

function scanLine(start: i32, end: i32, withPostfix: bool): void {
  if (!line.read(start, end)) {
    if (end - start >= shortestRepetition) tape.writeLine(bareLine);
  } else if (!withPostfix || matches(line.text, line.end, 'last message repeated ') || !scanPostfix()) {
    tape.writeLine(otherLine);
  }
}
