/**
 * What the scanner found in a block: one record for each line that says something, in the order of the lines, as scanner/tape.ts
 * writes them into shared memory. A record of a line that the scanner knows says what it says of a message; any other has its parts.
 */
import { viewOf } from './find-bytes.js';
import type { LogClock } from './log-clock.js';
import { recordLength, tapeStart, type ScanMemory } from './log-scanner.js';

/** Kinds of records: a line without a header, one that the scanner does not know, and those of `postfixKinds`. */
export const bareLine = -2;
export const otherLine = -1;

const recordWords = recordLength / 4;
/** Words of the tape's head. */
const linesWord = 0;
const recordsWord = 1;
const endsWithOthersWord = 2;
/** Words of a record. */
const kindWord = 0;
const afterOthersWord = 1;
const idWord = 2;
const otherIdWord = 4;
const hostWord = 6;
const startWord = 8;
const endWord = 9;
const timesWord = 10;
const stampWord = 11;
const hourWord = 12;
const secondsWord = 13;
const zoneWord = 14;
const hashWord = 15;
/** Words of a record of a line that is to be read. */
const lineStartWord = 2;
const lineEndWord = 3;
const tagWord = 4;
const idStartWord = 5;
const idEndWord = 6;
const textWord = 7;
const hostStartWord = 8;
const hostEndWord = 9;

/** A tape, read record by record: the fields are those of the record that `next` went to. */
export class ScanTape {
  /** All the memory; positions are in it. */
  readonly bytes: DataView;
  readonly #words: Int32Array;
  #head = 0;
  #at = 0;
  #end = 0;

  constructor({ memory }: Pick<ScanMemory, 'memory'>) {
    this.#words = new Int32Array(memory.buffer);
    this.bytes = viewOf(new Uint8Array(memory.buffer));
  }

  /** Goes before the first record of a slot's tape. */
  open(slot: number): void {
    this.#head = tapeStart(slot) >>> 2;
    this.#at = this.#head;
    this.#end = this.#head + this.#words[this.#head + recordsWord]! * recordWords;
  }

  /** Lines of the block. */
  get lines(): number {
    return this.#words[this.#head + linesWord]!;
  }

  /** Whether lines that say nothing came after the last record. */
  get endsWithOthers(): boolean {
    return this.#words[this.#head + endsWithOthersWord] !== 0;
  }

  /** Goes to the next record; false where there is none. */
  next(): boolean {
    if (this.#at === this.#end) return false;
    this.#at += recordWords;
    return true;
  }

  /** What kind of line it is. */
  get kind(): number {
    return this.#words[this.#at + kindWord]!;
  }

  /** Whether lines that say nothing came before it. */
  get isAfterOthers(): boolean {
    return this.#words[this.#at + afterOthersWord] !== 0;
  }

  /** Hash of host and queue id, in two halves. */
  get idLow(): number {
    return this.#words[this.#at + idWord]!;
  }
  get idHigh(): number {
    return this.#words[this.#at + idWord + 1]!;
  }

  /** Hash of another id that the message had, with that of the host; 0 where none is told. */
  get otherLow(): number {
    return this.#words[this.#at + otherIdWord]!;
  }
  get otherHigh(): number {
    return this.#words[this.#at + otherIdWord + 1]!;
  }

  /** Hash of the host: the id of another host's message is this one's, with the one host's hash put for the other's. */
  get hostLow(): number {
    return this.#words[this.#at + hostWord]!;
  }
  get hostHigh(): number {
    return this.#words[this.#at + hostWord + 1]!;
  }

  /** Where the address, if there is one, begins and ends. */
  get start(): number {
    return this.#words[this.#at + startWord]!;
  }
  get end(): number {
    return this.#words[this.#at + endWord]!;
  }

  /** Hash of the address, as `hashBytes` with the fold of `caseBits` gives it. */
  get hash(): number {
    return this.#words[this.#at + hashWord]!;
  }

  /** How often the line stands for itself. */
  get times(): number {
    return this.#words[this.#at + timesWord]!;
  }

  /** When the line was written: seconds since 1970 UTC, 0 where it does not say. */
  seconds(clock: LogClock): number {
    const words = this.#words;
    const at = this.#at;
    return clock.fromParts(
      words[at + stampWord]!,
      words[at + hourWord]!,
      words[at + secondsWord]!,
      words[at + zoneWord]!,
    );
  }

  /** Where the parts of a line that is to be read begin and end. */
  get lineStart(): number {
    return this.#words[this.#at + lineStartWord]!;
  }
  get lineEnd(): number {
    return this.#words[this.#at + lineEndWord]!;
  }
  get tag(): number {
    return this.#words[this.#at + tagWord]!;
  }
  get idStart(): number {
    return this.#words[this.#at + idStartWord]!;
  }
  get idEnd(): number {
    return this.#words[this.#at + idEndWord]!;
  }
  get text(): number {
    return this.#words[this.#at + textWord]!;
  }
  get hostStart(): number {
    return this.#words[this.#at + hostStartWord]!;
  }
  get hostEnd(): number {
    return this.#words[this.#at + hostEndWord]!;
  }
}
