/**
 * A block of a Postfix log → what its lines say by themselves. A line belongs to the block that it begins in.
 * Blocks can be scanned in any order: nothing is kept from one to the next.
 */
import { readSync } from 'node:fs';
import { bytesOf, matches, viewOf } from '../find-bytes.js';
import { PostfixScanner, postfixKinds } from '../formats/postfix-scanner.js';
import { LogClock } from '../log-clock.js';
import { LogLine } from '../log-line.js';
import { longestLine } from '../split-lines.js';
import { FindingTape, tapeLength, type TapeEnd } from './finding-tape.js';

const newline = 0x0a;
/** A line of fewer bytes has no header. */
const shortestLine = 16;
/** What syslogds write instead of a line that comes again; it is not the scanner's to know which line that was. */
const repetition = bytesOf('last message repeated ');
const shortestRepetition = 'last message repeated 1 time'.length;

/** Memory that a block is read into and its findings are written to. */
export interface BlockMemory {
  readonly bytes: SharedArrayBuffer;
  readonly tape: SharedArrayBuffer;
}

/** Bytes to scan: the lines that begin before `end`. */
export interface Block {
  readonly buffer: Buffer;
  /** Whether they begin inside a line of the block before. */
  readonly startsInside: boolean;
  readonly end: number;
}

/** What there was in a block; the findings are on the tape. */
export interface ScannedBlock {
  readonly lines: number;
  readonly written: TapeEnd;
}

/** Memory for blocks of that length: with the byte before a block, and the rest of a line that goes over its end. */
export function createBlockMemory(length: number): BlockMemory {
  return {
    bytes: new SharedArrayBuffer(length + longestLine + 2),
    tape: new SharedArrayBuffer(tapeLength(Math.ceil((length + longestLine) / shortestLine) + 1)),
  };
}

const line = new LogLine(new LogClock({ start: null, end: 0 }));
const scanner = new PostfixScanner();

/** Reads `length` bytes of an open file, and the rest of the last line. @throws where it cannot be read. */
export function readBlock(fd: number, position: number, length: number, memory: BlockMemory): Block {
  // The byte before says whether a line begins here.
  const before = position === 0 ? 0 : 1;
  const buffer = readBytes(fd, position - before, memory.bytes);
  return { buffer, startsInside: before > 0, end: Math.min(before + length, buffer.length) };
}

/** Scans a block. Findings point into its bytes, which must be `memory.bytes`. */
export function scanBlock({ buffer, startsInside, end }: Block, memory: BlockMemory): ScannedBlock {
  const tape = new FindingTape(memory.tape);
  const lines = scanLines(buffer, startsInside ? lineEnd(buffer, 0) + 1 : 0, end, tape);
  return { lines, written: { length: tape.length, endsWithOthers: tape.endsWithOthers } };
}

/** Scans the lines that begin within [from, blockEnd); gives how many there are. */
function scanLines(buffer: Buffer, from: number, blockEnd: number, tape: FindingTape): number {
  const view = viewOf(buffer);
  let lines = 0;
  let start = from;
  while (start < blockEnd) {
    const end = lineEnd(buffer, start);
    lines += 1;
    if (end - start <= longestLine) scanLine(view, start, end, tape);
    start = end + 1;
  }
  return lines;
}

/** As many bytes from `position` on as there are and fit in. */
function readBytes(fd: number, position: number, memory: SharedArrayBuffer): Buffer {
  const buffer = Buffer.from(memory);
  let length = 0;
  for (;;) {
    const bytesRead = readSync(fd, buffer, length, buffer.length - length, position + length);
    length += bytesRead;
    if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length);
  }
}

/** Where the line that goes on at `at` ends: before its line feed, else where the bytes end. */
function lineEnd(buffer: Buffer, at: number): number {
  const found = buffer.indexOf(newline, at);
  return found < 0 ? buffer.length : found;
}

function scanLine(view: DataView, start: number, end: number, tape: FindingTape): void {
  if (!line.read(view, start, end)) {
    if (end - start >= shortestRepetition) tape.writeUnknown(start, end);
  } else if (matches(view, line.text, end, repetition) || !scanner.scan(line)) tape.writeUnknown(start, end);
  else if (scanner.finding.kind === postfixKinds.nothing) tape.skip();
  else tape.write(scanner.finding, line);
}
