/**
 * Prints lines at once while they come slowly, and in large pieces when they come fast. Lines come as bytes: as strings,
 * millions of them would take more time than finding them.
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { copyBytes, viewOf } from '../logs/find-bytes.js';

const pieceLength = 65_536;
/** With less than that a piece is used up. */
const leastRoom = 4096;
const newline = 0x0a;

/** Printer of lines to `output`; call `flush` at the end. */
export class LinePrinter {
  readonly #output: Writable;
  #piece = Buffer.allocUnsafeSlow(pieceLength);
  #view = viewOf(this.#piece);
  #length = 0;
  #scheduled = false;

  constructor(output: Writable) {
    this.#output = output;
  }

  /** Prints the bytes of [start, end) as a line: as soon as whoever calls waits for something, such as more input. */
  print(bytes: DataView, start: number, end: number): void {
    const length = end - start + 1;
    if (this.#length + length > this.#piece.length) this.#begin(length);
    copyBytes(bytes, start, end, this.#view, this.#length);
    this.#length += length;
    this.#view.setUint8(this.#length - 1, newline);
    this.#schedule();
  }

  /** Where who reads the output is behind: until it has caught up. */
  caughtUp(): Promise<unknown> | null {
    return this.#output.writableNeedDrain ? once(this.#output, 'drain') : null;
  }

  /** Writes what is still held back. */
  flush(): void {
    if (this.#length > 0) this.#begin(0);
  }

  /** Writes what is in the piece, which is the output's then, and goes on behind it, or in a new one with room for so many bytes. */
  #begin(length: number): void {
    const printed = this.#length;
    if (printed > 0) this.#output.write(this.#piece.subarray(0, printed));
    const hasRoom = this.#piece.length - printed >= Math.max(length, leastRoom);
    this.#piece = hasRoom ? this.#piece.subarray(printed) : Buffer.allocUnsafeSlow(Math.max(length, pieceLength));
    this.#view = viewOf(this.#piece);
    this.#length = 0;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }
}
