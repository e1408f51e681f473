/**
 * The findings of a block of lines in memory that threads share: one record of 32-bit words for each line that says something,
 * in the order of the lines.
 */
import type { Finding } from '../formats/finding.js';
import type { LogLine } from '../log-line.js';

/** `kind` of a line that the scanner does not know; it stands at [start, end), to be read by other parsers. */
export const unknownLine = -1;

const words = 14;
/** Where the last word of a record is. */
const afterOthers = 13;

/** Where the writing of a tape ended. */
export interface TapeEnd {
  readonly length: number;
  readonly endsWithOthers: boolean;
}

/** Records to write and to read. */
export class FindingTape {
  /** Records written. */
  length: number;
  /** Whether lines that say nothing came after the last record. */
  endsWithOthers: boolean;
  readonly #words: Int32Array;

  /** `memory` has room for some number of records: see `tapeLength`; a tape that is written yet is read with its `written` end. */
  constructor(memory: SharedArrayBuffer, written: TapeEnd = { length: 0, endsWithOthers: false }) {
    this.#words = new Int32Array(memory);
    this.length = written.length;
    this.endsWithOthers = written.endsWithOthers;
  }

  /** A line came that says nothing. */
  skip(): void {
    this.endsWithOthers = true;
  }

  /** Whether lines that say nothing came before that of the record. */
  isAfterOthers(index: number): boolean {
    return this.#words[index * words + afterOthers] !== 0;
  }

  /** Adds what was found in the line. */
  write(finding: Finding, line: LogLine): void {
    const record = this.#words;
    const at = this.length * words;
    record[at] = finding.kind;
    record[at + 1] = finding.idHigh;
    record[at + 2] = finding.idLow;
    record[at + 3] = finding.otherHigh;
    record[at + 4] = finding.otherLow;
    record[at + 5] = finding.hostHigh;
    record[at + 6] = finding.hostLow;
    record[at + 7] = finding.start;
    record[at + 8] = finding.end;
    record[at + 9] = finding.times;
    record[at + 10] = line.stamp;
    record[at + 11] = line.stampStart;
    record[at + 12] = line.stampEnd;
    this.#next();
  }

  /** Adds a line that nothing is known of. */
  writeUnknown(start: number, end: number): void {
    const at = this.length * words;
    this.#words[at] = unknownLine;
    this.#words[at + 7] = start;
    this.#words[at + 8] = end;
    this.#next();
  }

  #next(): void {
    this.#words[this.length * words + afterOthers] = this.endsWithOthers ? 1 : 0;
    this.endsWithOthers = false;
    this.length += 1;
  }

  /** Fills `finding` and the stamp of `line` with record `index`; `bytes` are those that the lines stand in. */
  read(index: number, finding: Finding, line: LogLine, bytes: DataView): void {
    const record = this.#words;
    const at = index * words;
    finding.kind = record[at]!;
    finding.idHigh = record[at + 1]!;
    finding.idLow = record[at + 2]!;
    finding.otherHigh = record[at + 3]!;
    finding.otherLow = record[at + 4]!;
    finding.hostHigh = record[at + 5]!;
    finding.hostLow = record[at + 6]!;
    finding.start = record[at + 7]!;
    finding.end = record[at + 8]!;
    finding.times = record[at + 9]!;
    line.restore(bytes, record[at + 10]!, record[at + 11]!, record[at + 12]!);
  }
}

/** Bytes of memory for so many records. */
export function tapeLength(records: number): number {
  return records * words * 4;
}
