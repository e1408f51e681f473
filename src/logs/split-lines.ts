/**
 * Chunks of bytes → lines. Lines are handed on inside the chunk they came in; only a line that two chunks share is
 * copied together. How the bytes are cut into chunks makes no difference to the lines.
 */
import { viewOf } from './find-bytes.js';

/** Longest line that is read, in bytes; a longer one is counted but not handed on (RFC 5424 section 6.1 speaks of 2048). */
export const longestLine = 65_536;

const newline = 0x0a;

/** Takes one line at a time: the bytes of [start, end), without the line feed, valid during the call only. */
export interface LineReader {
  line(bytes: DataView, start: number, end: number): void;
}

/** Cuts chunks into lines for `reader`; call `end` after the last chunk. */
export class LineSplitter {
  /** Lines seen so far. */
  lines = 0;
  readonly #reader: LineReader;
  readonly #longest: number;
  readonly #carried: Buffer;
  readonly #carriedView: DataView;
  /** Bytes of an unfinished line; more than the longest once it is too long to keep. */
  #carriedLength = 0;

  constructor(reader: LineReader, longest = longestLine) {
    this.#reader = reader;
    this.#longest = longest;
    this.#carried = Buffer.allocUnsafeSlow(longest);
    this.#carriedView = viewOf(this.#carried);
  }

  push(chunk: Buffer): void {
    let start = 0;
    if (this.#carriedLength > 0) {
      const lineEnd = chunk.indexOf(newline);
      this.#carry(chunk, 0, lineEnd < 0 ? chunk.length : lineEnd);
      if (lineEnd < 0) return;
      this.end();
      start = lineEnd + 1;
    }
    this.#carry(chunk, this.#readLines(chunk, start), chunk.length);
  }

  /** Hands on what stands after the last line feed. */
  end(): void {
    if (this.#carriedLength === 0) return;
    this.lines += 1;
    if (this.#carriedLength <= this.#longest) this.#reader.line(this.#carriedView, 0, this.#carriedLength);
    this.#carriedLength = 0;
  }

  /** There is nothing to let go of. */
  close(): void {}

  /** Reads the whole lines from `start` on; gives where the unfinished one begins. */
  #readLines(chunk: Buffer, start: number): number {
    const reader = this.#reader;
    const longest = this.#longest;
    const view = viewOf(chunk);
    let lineStart = start;
    let lines = 0;
    for (;;) {
      const lineEnd = chunk.indexOf(newline, lineStart);
      if (lineEnd < 0) break;
      lines += 1;
      if (lineEnd - lineStart <= longest) reader.line(view, lineStart, lineEnd);
      lineStart = lineEnd + 1;
    }
    this.lines += lines;
    return lineStart;
  }

  #carry(chunk: Buffer, start: number, end: number): void {
    const length = this.#carriedLength + end - start;
    if (length <= this.#longest) chunk.copy(this.#carried, this.#carriedLength, start, end);
    this.#carriedLength = Math.min(length, this.#longest + 1);
  }
}
