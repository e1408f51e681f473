/**
 * Prints lines at once while they come slowly, and in large pieces when they come fast.
 */
import type { Writable } from 'node:stream';

/** In characters. */
const pieceLength = 32_768;

/** Printer of lines to `output`; call `flush` at the end. */
export class LinePrinter {
  readonly #output: Writable;
  #pending: string[] = [];
  #length = 0;
  #scheduled = false;

  constructor(output: Writable) {
    this.#output = output;
  }

  /** Prints one line: as soon as whoever calls waits for something, such as more input. */
  print(line: string): void {
    this.#pending.push(line, '\n');
    this.#length += line.length + 1;
    if (this.#length >= pieceLength) this.flush();
    else this.#schedule();
  }

  /** Writes what is still held back. */
  flush(): void {
    if (this.#length > 0) this.#output.write(this.#pending.join(''));
    this.#pending = [];
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
