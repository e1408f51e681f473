/**
 * Journal entries in systemd's native export format (`journalctl -o export`): fields as `NAME=value` lines, or, where the
 * value is not plain text, `NAME`, its length in 64 bits little-endian, and its bytes; an empty line ends the entry.
 */
import { isUsedField, type JournalEntry } from './journal-entry.js';

const newline = 0x0a;
const equals = 0x3d;
const sizeLength = 8;

/** Longest field that is kept, bytes; longer ones are passed over. */
const longestField = 65_536;
/** journald takes no longer ones: such a length is no length. */
const longestPossible = 1_073_741_824;

/** Puts entries together from chunks of bytes. */
export class JournalExportReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Bytes of a long binary field yet to be passed over. */
  #skip = 0;
  /** Whether the rest of a long line is to be passed over. */
  #inLongLine = false;
  #entry: JournalEntry = new Map();

  /** The entries that this chunk completes. */
  *push(chunk: Buffer): Generator<JournalEntry> {
    this.#bytes = Buffer.concat([this.#bytes.subarray(this.#at), chunk]);
    this.#at = 0;
    while (this.#passOver()) {
      const end = this.#bytes.indexOf(newline, this.#at);
      if (end < 0) break;
      if (end === this.#at) {
        this.#at += 1;
        if (this.#entry.size > 0) yield this.#takeEntry();
      } else if (!this.#readField(end)) break;
    }
    if (this.#bytes.length - this.#at > 2 * longestField) this.#dropLongLine();
  }

  /** The entry that the end of the input ends, if there is one. */
  end(): JournalEntry | null {
    return this.#entry.size > 0 ? this.#takeEntry() : null;
  }

  #takeEntry(): JournalEntry {
    const entry = this.#entry;
    this.#entry = new Map();
    return entry;
  }

  /** Whether there are bytes left after those that are passed over. */
  #passOver(): boolean {
    const skipped = Math.min(this.#skip, this.#bytes.length - this.#at);
    this.#skip -= skipped;
    this.#at += skipped;
    if (this.#inLongLine) {
      const end = this.#bytes.indexOf(newline, this.#at);
      this.#inLongLine = end < 0;
      this.#at = end < 0 ? this.#bytes.length : end + 1;
    }
    return this.#at < this.#bytes.length;
  }

  /** Reads the field whose first line ends at `lineEnd`; false where it has not come in full yet. */
  #readField(lineEnd: number): boolean {
    const split = this.#bytes.indexOf(equals, this.#at);
    if (split >= 0 && split < lineEnd) {
      this.#keep(split, split + 1, lineEnd);
      this.#at = lineEnd + 1;
      return true;
    }
    const start = lineEnd + 1 + sizeLength;
    if (start > this.#bytes.length) return false;
    const size = Number(this.#bytes.readBigUInt64LE(lineEnd + 1));
    if (size > longestPossible) {
      this.#at = lineEnd + 1;
      return true;
    }
    if (size > longestField) {
      this.#at = start;
      this.#skip = size + 1;
      return true;
    }
    if (start + size + 1 > this.#bytes.length) return false;
    this.#keep(lineEnd, start, start + size);
    this.#at = start + size + 1;
    return true;
  }

  /** Of a field that occurs more than once the first value counts. */
  #keep(nameEnd: number, start: number, end: number): void {
    const name = this.#bytes.toString('latin1', this.#at, nameEnd);
    if (isUsedField(name) && !this.#entry.has(name))
      this.#entry.set(name, Buffer.from(this.#bytes.subarray(start, end)));
  }

  #dropLongLine(): void {
    this.#inLongLine = true;
    this.#at = this.#bytes.length;
  }
}
